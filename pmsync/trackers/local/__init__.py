"""The embedded tracker: tickets in a SQLite file."""
