"""Files and papers as rows."""
