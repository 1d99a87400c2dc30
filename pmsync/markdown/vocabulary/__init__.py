"""The words that documents use, as data: headings, columns, statuses, placeholders, metadata. Data only, no logic.

All words are lower case and without punctuation at their ends; they are compared with text that went through
`words.normal` or `words.bare`. Patterns are regular expressions for such text. English first, then German, French,
Spanish, Portuguese, Italian, Dutch, Polish, Russian, Japanese, Chinese and Korean where post-mortems showed a need.
Verbs are in `pmsync.markdown.verbs`.
"""

from __future__ import annotations

from pmsync.markdown.vocabulary.columns import (
    COLUMNS,
    DONE_IN,
    FIELD_KEYS,
    NOT_PROJECTS,
    SEE_WORDS,
    TICKET_WORDS,
)
from pmsync.markdown.vocabulary.documents import (
    DRAFT,
    DUE_LEADS,
    FINAL,
    METADATA,
    MONTHS,
    RESTRICTED,
    TEMPLATE_TITLES,
)
from pmsync.markdown.vocabulary.headings import (
    ACTION_HEADINGS,
    ANNOUNCING_LINES,
    CHECKLIST_HEADINGS,
    OTHER_HEADINGS,
    PAST_ACTIONS,
    POINTERS,
    SENTENCE_OPENINGS,
    WEAK_HEADINGS,
)
from pmsync.markdown.vocabulary.statuses import (
    BY_DAY,
    CONDITIONS,
    DONE,
    DONE_SIGNS,
    HEDGES,
    KINDS,
    LEAD_KINDS,
    NOBODY,
    NONE,
    NOT_NAMES,
    NOTHING,
    OPEN,
    OPEN_SIGNS,
    PEOPLE_LINES,
    PRIORITY,
    TEAM_WORDS,
)

__all__ = [
    "ACTION_HEADINGS",
    "ANNOUNCING_LINES",
    "BY_DAY",
    "CHECKLIST_HEADINGS",
    "COLUMNS",
    "CONDITIONS",
    "DONE",
    "DONE_IN",
    "DONE_SIGNS",
    "DRAFT",
    "DUE_LEADS",
    "FIELD_KEYS",
    "FINAL",
    "HEDGES",
    "KINDS",
    "LEAD_KINDS",
    "METADATA",
    "MONTHS",
    "NOBODY",
    "NONE",
    "NOTHING",
    "NOT_NAMES",
    "NOT_PROJECTS",
    "OPEN",
    "OPEN_SIGNS",
    "OTHER_HEADINGS",
    "PAST_ACTIONS",
    "PEOPLE_LINES",
    "POINTERS",
    "PRIORITY",
    "RESTRICTED",
    "SEE_WORDS",
    "SENTENCE_OPENINGS",
    "TEAM_WORDS",
    "TEMPLATE_TITLES",
    "TICKET_WORDS",
    "WEAK_HEADINGS",
]
