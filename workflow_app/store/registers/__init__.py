"""Declared registers: their tables, what is written about their rows, and how it is read."""
