"""A district from CSV files."""
