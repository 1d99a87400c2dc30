"""Post-mortem documents: files of any format to values."""
