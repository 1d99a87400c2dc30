"""HTML to blocks and Markdown."""
