"""Writing into declared registers, by hand and by files."""
