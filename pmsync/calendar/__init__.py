"""Due dates as a calendar: which entries there are, and the file."""
