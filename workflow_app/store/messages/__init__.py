"""What leaves the house: effects, letters, notices."""
