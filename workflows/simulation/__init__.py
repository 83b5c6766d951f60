"""A school year of the demonstration district, lived by its people."""
