"""The command line: parses, calls, prints. Decides nothing."""
