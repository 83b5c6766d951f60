"""Registers as files: which column says what, what a file says anew, what is written of it."""
