"""Use cases: one function is one intent of a person and one transaction."""
