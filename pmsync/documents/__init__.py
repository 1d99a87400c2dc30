"""Post-mortem documents: files read into values, whatever their format."""
