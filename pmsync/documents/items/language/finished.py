"""Remarks that close an item: '(shipped in v2)' at its end, 'Done in #12.' below it. Pure.

Only marks that people set on purpose close an item. A sentence never does ('We now alert on disk usage'): a ticket too
many is seen in the plan, lost work is not. `extract` mentions such a sentence, and people decide.
"""

from __future__ import annotations

import re

from pmsync.documents.items.language.phrases import first_word, is_hedged, starts_with_verb, status
from pmsync.documents.items.language.verbs import PAST

_REMARK = re.compile(
    r"[(（](shipped|done|completed?|fixed|merged|deployed|implemented|resolved|outstanding|pending|in progress|not started|"
    r"ongoing|deferred|todo)(?=\s*[)）,;:—–]|\s+(?:-|this\b|during\b|for this\b|with the fix|today|yesterday|(?:in|on|at|by|via|with|since)"
    r"\s+(?:\W*\d|v\d|#|pr\b|commit\b|\w{3,9} \d)))[^()（）]{0,60}[)）]",
    re.IGNORECASE,
)
"""A status in brackets; with other words it may as well describe the word before the brackets."""
_CARRIES = {"deploy", "backport", "release", "merge", "revert", "cherry-pick", "roll", "ship"}
"""Verbs for what people do with a finished change: 'Backport the fix (merged in #12)'."""
_DONE_ON = re.compile(
    r"^(?:already )?(?:done|completed|finished|fixed|resolved|deployed|shipped|merged)(?:[.!]|$| (?:on|in|at|by|via|since|already|today|yesterday)\b)"
    r"|^(?:updated|created|added|implemented|fixed)(?: to| in)?: (?!\d|backlog|sprint|jira)",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"(?:we(?:['’]ve| have)|(?!once|a ticket|an issue)[^:,;.()]{3,60} (?:has|have) been)(?: now| already| since)? "
    r"(?!decided|asked|started|scheduled|planned|suggested)\w{2,}ed\b",
    re.IGNORECASE,
)
_REPORT_VERB = re.compile(r"(?!created|filed|opened)([A-Za-z]+) (?:an?|the|our|all|more|new) ", re.IGNORECASE)
_MORE_TO_DO = re.compile(r"[.!?;:] \S|\bfor the time being\b|\d of \d")
_ASIDE = re.compile(r"\([^()]*\)")
_OPEN_STILL = re.compile(
    r"^(?:open|pending|deferred|not started|to do|todo|in progress|work in progress)(?:[.,;:]|$| [–—-] )", re.IGNORECASE
)
_SENTENCE = re.compile(r" (?<=[.!?;] )")


def says_done(title: str) -> bool | None:
    """The status in brackets that begins or ends one of the first two sentences; None without one."""
    if "(" not in title and "（" not in title:
        return None
    sentences = _SENTENCE.split(" ".join(title.split())[:600])
    remark = next(filter(None, map(_remark, sentences[:2])), None)
    said = status(remark[1]) if remark else None
    return None if remark and said and (is_hedged(remark[0]) or first_word(title) in _CARRIES) else said


def _remark(sentence: str) -> re.Match[str] | None:
    """A status in brackets that begins or ends a sentence; elsewhere it describes what stands before it."""
    match = _REMARK.search(sentence)
    return match if match and (not match.start() or match.end() >= len(sentence.rstrip(" .!"))) else None


def remark_says_done(text: str) -> bool | None:
    """The status that begins a remark below an item: 'Done in #12.', 'Open: waits for the vendor'."""
    first = " ".join(text.split())[:300]
    if _OPEN_STILL.search(first):
        return False
    return True if _DONE_ON.match(first) and not is_hedged(_SENTENCE.split(first)[0]) else None


def reads_as_finished(title: str) -> bool:
    """Whether a title is one sentence that reports finished work: 'Added an alert', 'The job has been removed'."""
    sentence = _ASIDE.sub("", title)
    if is_hedged(sentence) or starts_with_verb(sentence) or _MORE_TO_DO.search(sentence):
        return False
    verb = _REPORT_VERB.match(sentence)
    return bool(verb and verb[1].lower() in PAST) or _REPORT.match(sentence) is not None
