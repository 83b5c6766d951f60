"""Pages: a view asks a service and shows what it said."""
