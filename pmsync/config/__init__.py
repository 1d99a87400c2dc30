"""The configuration: its file, its tables, and the values that the rest of pmsync works with."""
