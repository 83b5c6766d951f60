"""What pages and API share of a request: the house behind it, its numbers, limits, passwords."""
