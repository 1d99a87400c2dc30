"""How results and log are printed: text, tables, progress, JSON."""
