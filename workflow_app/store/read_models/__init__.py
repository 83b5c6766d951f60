"""What pages ask, each by a number of statements that does not grow."""
