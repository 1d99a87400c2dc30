"""Which tickets in a text are the item's own, and which it only mentions. Pure, on coded text."""

from __future__ import annotations

import re

from pmsync.documents.items.fields.coded_text import Atom, Coded
from pmsync.documents.items.fields.matchers import LINES
from pmsync.documents.items.language.vocabulary.columns import TICKET_WORDS

_OBJECT = re.compile(
    r"(?<!\w)(?:a|about|after|against|an|and|as|at|before|by|for|from|in|into|like|of|on|or|our|over|per|since|than|that|the|this|to|"
    r"under|until|via|with|without)(?:\s+(?:issues?|tickets?|bugs?|prs?|commits?))?$",
    re.IGNORECASE,
)
"""Words that make a ticket behind them the object of the sentence ('Prevent a recurrence of #1')."""
LEADS_TO_IT = re.compile(
    r"(?<!\w)(?:see(?: also)?|tracked (?:in|at|by|as|with)|tracking issue|refs?|closes|fixes|jira|link|siehe(?: auch)?|vgl\.?|"
    r"voir(?: aussi)?|véase|vedi|zie(?: ook)?|zob\.?|см\.?)(?!\w)",
    re.IGNORECASE,
)
"""Words that make a ticket right behind them, at the end, the item's own."""
_TRACKED = re.compile(
    r"(?<!\w)(?:(?:is )?tracked (?:in|at|by|as|with|here:?)|tracking issue:?|(?:tickets?|issues?|bugs?|jira)\s*[:：])\s*$",
    re.IGNORECASE,
)
"""Words that make a ticket right behind them, anywhere, the item's own."""
_ONLY_TICKETS = next(rule.pattern for rule in LINES if rule.field == "tickets")


def is_ticket(text: str) -> bool:
    """Whether the text only names tickets ('tracked in #12')."""
    return _ONLY_TICKETS.fullmatch(text) is not None


def is_object(before: str) -> bool:
    """Whether these words make what follows the object of the sentence."""
    return _OBJECT.search(before.rstrip()) is not None


def _is_tracked(before: str) -> bool:
    return _TRACKED.search(before[-40:]) is not None


def mentioned(coded: Coded) -> set[str]:
    """The tickets in a text below the item, or in a cell beside it, that nothing there calls the item's own."""
    own = {atom.value for char, atom in coded.atoms.items() if _is_tracked(coded.text.partition(char)[0])}
    return set(coded.tickets) - own


def mentioned_in_title(coded: Coded, text: str, title: str) -> set[str]:
    """The tickets that are part of a title's sentence. A link that is most of it or ends it is the item's own, and so is
    a ticket that the words call its ticket ('Created a [ticket](…) to …', 'tracked in #12').
    """
    if is_ticket(text):
        return set()
    atoms = [(char, coded.atoms[char]) for char in dict.fromkeys(text) if char in coded.atoms]
    return {atom.value for char, atom in atoms if atom.value in coded.tickets and not _is_own(char, text, atom, title)}


def _is_own(char: str, text: str, atom: Atom, title: str) -> bool:
    before = text[: text.rindex(char)]
    ends = text.rstrip(" .)]").endswith(char) and not is_object(before)
    linked = atom.kind == "O" and (ends or 2 * len(atom.text) >= len(title))
    called = atom.linked and atom.text.strip().lower() in TICKET_WORDS
    return linked or called or _is_tracked(before)
