"""The words that documents use, as data: headings, columns, statuses, placeholders, metadata. Data only, no logic.

All words are lower case and without punctuation at their ends; they are compared with text that went through
`phrases.normal` or `phrases.bare`. Patterns are regular expressions for such text. English first, then German, French,
Spanish, Portuguese, Italian, Dutch, Polish, Russian, Japanese, Chinese and Korean, as far as post-mortems need them.
Verbs are in `pmsync.documents.items.language.verbs`.
"""
