"""Numbered, reversible steps of the schema."""
