"""What reaches people outside the pages: mail."""
