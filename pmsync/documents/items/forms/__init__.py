"""The forms in which people list work: entries, tables, headings, paragraphs, groups."""
