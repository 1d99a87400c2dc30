"""The words that documents use, as data: headings, columns, statuses, placeholders, metadata. Data only, no logic.

All words are lower case and without punctuation at their ends; they are compared with text that went through
`words.normal` or `words.bare`. Patterns are regular expressions for such text. English first, then German, French,
Spanish, Portuguese, Italian, Dutch, Polish, Russian, Japanese, Chinese and Korean where post-mortems showed a need.
Verbs are in `pmsync.documents.items.language.verbs`.
"""

from __future__ import annotations

from pmsync.documents.items.language.vocabulary.columns import (
    COLUMNS,
    DONE_IN,
    FIELD_KEYS,
    NOT_PROJECTS,
    SEE_WORDS,
    TICKET_WORDS,
)
from pmsync.documents.items.language.vocabulary.finished import (
    ANNOUNCING_WORDS,
    COMPLETED_LABELS,
    LATER_LABELS,
    PENDING_LABELS,
)
from pmsync.documents.items.language.vocabulary.headings import (
    ACTION_HEADINGS,
    ANNOUNCING_LINES,
    CHECKLIST_HEADINGS,
    OTHER_HEADINGS,
    PAST_ACTIONS,
    POINTERS,
    SENTENCE_OPENINGS,
    WEAK_HEADINGS,
)
from pmsync.documents.items.language.vocabulary.metadata import (
    DRAFT,
    DUE_LEADS,
    FINAL,
    METADATA,
    MONTHS,
    RESTRICTED,
)
from pmsync.documents.items.language.vocabulary.statuses import (
    BOX_MARKS,
    BY_DAY,
    CONDITIONS,
    DONE,
    DONE_SIGNS,
    DROPPED,
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
    "ANNOUNCING_WORDS",
    "BOX_MARKS",
    "BY_DAY",
    "CHECKLIST_HEADINGS",
    "COLUMNS",
    "COMPLETED_LABELS",
    "CONDITIONS",
    "DONE",
    "DONE_IN",
    "DONE_SIGNS",
    "DRAFT",
    "DROPPED",
    "DUE_LEADS",
    "FIELD_KEYS",
    "FINAL",
    "HEDGES",
    "KINDS",
    "LATER_LABELS",
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
    "PENDING_LABELS",
    "PEOPLE_LINES",
    "POINTERS",
    "PRIORITY",
    "RESTRICTED",
    "SEE_WORDS",
    "SENTENCE_OPENINGS",
    "TEAM_WORDS",
    "TICKET_WORDS",
    "WEAK_HEADINGS",
]
