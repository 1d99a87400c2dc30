"""The ways in which an entry states its fields: one row for each, with an example that the tests run. Data only.

The order of the rows is their precedence: the first row that reads something takes its part of the text away, and the
table starts over (`read_fields.py`). Patterns see coded text, in which a ticket or a person is one character (`coded_text.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pmsync.documents.items.fields import dates
from pmsync.documents.items.fields.coded_text import PERSON, TICKET
from pmsync.documents.items.language.vocabulary.columns import DONE_IN, FIELD_KEYS, SEE_WORDS
from pmsync.documents.items.language.vocabulary.metadata import DUE_LEADS
from pmsync.documents.items.language.vocabulary.sets import any_of
from pmsync.documents.items.language.vocabulary.statuses import BOX_MARKS, DONE_SIGNS, LEAD_KINDS, OPEN_SIGNS, PRIORITY

Position = Literal["start", "key", "end", "tag", "part", "line"]


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One way to state a field.

    `position` says where: at the `start` or the `end` of an entry; as the `key` before a colon; as a `tag`, which fills a
    bracket or one part of it; as another `part` of a bracket or of the last words; or as a `line` below the entry.
    `field` is the field, '' for text that only leads to the title. `reader` names the method of `read_fields.Words` that reads
    the pattern's `value`. Of `example`, all but 'Add a limit' states the field, and `gives` is its value.
    A row for the end is tried where `hint` is found and `unless` does not match before it. `ends` ends a key's value.
    """

    position: Position
    field: str
    reader: str
    pattern: re.Pattern[str]
    example: str
    gives: object = None
    hint: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    ends: re.Pattern[str] | None = None


def _start(field: str, reader: str, pattern: str, example: str, gives: object = None) -> FieldRule:
    return FieldRule("start", field, reader, re.compile(rf"\s*{pattern}"), example, gives)


def _end(
    field: str, reader: str, hint: str, pattern: str, example: str, gives: object = None, unless: str | None = None
) -> FieldRule:
    before = re.compile(rf"\b(?:{unless})\s*$", re.IGNORECASE) if unless else None
    return FieldRule("end", field, reader, re.compile(rf"{pattern}\s*$"), example, gives, re.compile(hint), before)


def _whole(position: Position, field: str, reader: str, pattern: str, example: str, gives: object = None) -> FieldRule:
    return FieldRule(position, field, reader, re.compile(pattern), example, gives)


def _key(field: str, role: str, example: str, gives: object, ends: str) -> FieldRule:
    names = re.compile(any_of(FIELD_KEYS[role] - {"#"}).replace(r"\ ", "[ _-]"), re.IGNORECASE)
    return FieldRule("key", field, role, names, example, gives, ends=re.compile(ends))


# --- pieces of patterns ----------------------------------------------------------------------------------------

SIGNS = f"{DONE_SIGNS}{OPEN_SIGNS}"
TICKETS = rf"{TICKET}(?:(?:[\s,;/&+]|\b(?i:and)\b)*{TICKET})*"
_PEOPLE = rf"{PERSON}(?:(?:[\s,/&+]|\b(?i:and)\b)*{PERSON})*"
_STOP = r"\s*[.。]?"
_CLOCK = r"(?:\d{1,2}[:.h]\d\d(?: ?(?:UTC|[AaPp][Mm]))?\s*[:–—-]?\s+)?"
_DUE_LEAD = rf"(?i:{any_of(DUE_LEADS)})\s*[:：]?\s*(?:the )?"
_DAY = rf"(?:(?:{_DUE_LEAD})?(?P<when>(?i:{dates.DUE.pattern}))\s*[:–—-]+\s+(?=\S))?"
_STATUS_WORDS = (
    r"(?i:to[- ]?do|action item|action point|action|ai|done|fixed|completed|follow[- ]?up|task|wip|in progress|erledigt|"
    r"fertig|offen|in arbeit|terminé|fait|à faire|en cours|hecho|pendiente|feito|pendente|fatto|gedaan|zrobione|готово|"
    r"完了|対応済み|未着手|已完成|待办|cancell?ed|won't (?:do|fix))"
)
_COUNTED = r"(?i:action|task|item|todo|step|fix|change|measure|improvement|recommendation|remediation|follow-?up)(?: item)? ?#?"
_NAME = r"[^\W\d_][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{0,20}){0,2}"
_ACTS = r"(?:to|will|is going to|are going to)"
_NO_ACT = r"(?!(?:be|not|the|an?|our|their|its|all|this|that|these|those|each|every|everybody|everyone)\b)(?=[a-z]+)"
_TAG = r"[*_]*[\[【](?P<value>[^\[\]【】\n]{1,40})[\]】][*_]*\s*[:–—-]?\s*"
STATUSES = ("done", "todo", "wip", "complete", "completed", "fixed", "resolved", "in progress")
_REPORTED = (
    r"(?:already )?(?:done|completed|fixed|resolved|implemented|deployed|shipped|merged) (?:on|in|at|by|during|via|with|as|"
    r"since|before|after|already|today|yesterday|this|for|\d{4}-\d\d-\d\d)\b.*"
)

_ONLY_TICKETS = (
    rf"(?i:(?:see|issues?|tickets?|bugs?|prs?|commits?|tracked in|fixed in|in|jira|pull request|via|link|by)\W*)*"
    rf"{TICKET}(?:[\s,&/+]*{TICKET})*\.?"
)
_DATE = rf"(?P<value>(?i:{dates.DUE.pattern}))"
_DUE = rf"{_DUE_LEAD}{_DATE}"
_ENDS = r"[;|。、，;)）\]\n•·]|,\s|\.\s|\.$|\s[–—]\s|$"
_DATE_ENDS = r"[;|。、，;)）\]\n•·]|\.\s|\.$|\s[–—]\s|$"
_OWNER_ENDS = (
    rf"\s*(?=[(\[（][^()\[\]（）\n]*(?:{TICKET}|\d{{4}}-\d\d|[:：]|(?i:\b(?:{PRIORITY}|due|by|until|done|fixed|completed?|"
    rf"closed|merged|in progress|todo)\b)))|{_ENDS}"
)
"""Another field in brackets may follow an owner's name: 'Owner: alice (DONE).', 'Owner: alice (due 2026-05-01)'."""

# --- the table -------------------------------------------------------------------------------------------------

START = (
    _start("done", "box", rf"\\?\[(?P<value>[{BOX_MARKS}]?|\u00a0)\\?\](?=\s|$)\s*", "[x] Add a limit", True),
    _start("done", "sign", rf"(?P<value>[{SIGNS}])\ufe0f?\s*", "✅ Add a limit", True),
    _start("", "nothing", rf"(?:\(?\d{{1,3}}[.)]|#\d{{1,3}}[:.)]|{_COUNTED}\d{{1,3}}\s*[:.)–—-])\s+", "2. Add a limit"),
    _start(
        "explicit_id",
        "id",
        r"[*_]*\[?(?P<value>(?!P[0-5]\b)(?:AI[- ]?\d{1,4}|[A-Z]{1,5}-?\d{1,4}))\]?[*_]*\s*[:.)–—-]+[*_]*\s+",
        "AI-3: Add a limit",
        "AI-3",
    ),
    _start(
        "done",
        "status",
        rf"{_CLOCK}[*_]*[\[(]?(?P<value>{_STATUS_WORDS})[\])]?[*_]*(?:\s*[:–—]|\s-|(?<=[\])]))[*_]*\s*",
        "10:30 TODO: Add a limit",
        False,
    ),
    _start(
        "done",
        "status",
        rf"{_CLOCK}(?P<value>TODO|DONE|WIP|FIXED|COMPLETED|DEFERRED)\b\s*[:.–—-]?\s*{_DAY}",
        "DONE 2026-05-14 — Add a limit",
        True,
    ),
    _start("priority", "tag", rf"[\[(]?(?P<value>(?i:{PRIORITY}))[\])]?\s*[:–—-]\s+", "P1: Add a limit", "P1"),
    _start("kind", "tag", rf"(?P<value>(?i:{any_of(LEAD_KINDS)}))\s*[:：]\s+(?=\S)", "Detect: Add a limit", "detect"),
    _start("kind", "tag", r"\((?P<value>[^()\n]{1,30})\)\s*[:–—-]?\s*(?=\S)", "(detect) Add a limit", "detect"),
    _start("kind", "tag", _TAG, "[detect] Add a limit", "detect"),
    _start("owners", "owner_tag", _TAG, "[Platform] Add a limit", ("Platform",)),
    _start(
        "owners",
        "accounts",
        rf"\(?(?P<value>{_PEOPLE})\)?\s*(?:(?:[:–—-]|to\b|will\b|should\b|→)\s*|(?!\W*(?i:is|was|has|and)\b))",
        "@alice to Add a limit",
        ("alice",),
    ),
    _start(
        "owners",
        "names",
        r"[Tt]he (?!whole|entire|right|same|other|new|next|responsible)(?P<value>[\w-]+(?: [\w-]+)? team) "
        r"(?:to|will|is going to) (?!be\b|not\b|get\b)(?=[a-z]+)",
        "The web team to add a limit",
        ("web team",),
    ),
    _start(
        "owners",
        "names",
        rf"(?P<value>{_NAME}(?:(?:, | and | & ){_NAME}){{0,3}}) {_ACTS} {_NO_ACT}",
        "Alice and Bob to add a limit",
        ("Alice", "Bob"),
    ),
    _start("owners", "people", r"(?P<value>[^:：\n]{2,40}+)[:：]\s+(?=\S)", "Web team: Add a limit", ("Web team",)),
    _start(
        "tickets",
        "leading_tickets",
        rf"(?P<mark>\[\[|[\[(])?(?P<value>{TICKET}(?:[\s,/&]+{TICKET})*)(?:\]\]|[\])])?(?P<colon>\s*[:–—-]*)\s*",
        "OPS-3: Add a limit",
        ("OPS-3",),
    ),
)

KEYS = (
    _key("owners", "owner", "Add a limit. Owner: alice, bob", ("alice", "bob"), _OWNER_ENDS),
    _key("due", "due", "Add a limit, due date: 2026-05-01", date(2026, 5, 1), _DATE_ENDS),
    _key("done", "status", "Add a limit. Status: done", True, _ENDS),
    _key("done", "finished", "Add a limit (completed: 2026-05-01)", True, _DATE_ENDS),
    _key("tickets", "ticket", "Add a limit. Tracked in: #12", ("#12",), _ENDS),
    _key("kind", "kind", "Add a limit (type: detect)", "detect", _ENDS),
    _key("priority", "priority", "Add a limit [priority: high]", "high", _ENDS),
    _key("explicit_id", "id", "Add a limit. Action ID: A7", "A7", _ENDS),
)

END = (
    _end("priority", "priority", "!", rf"\s!(?P<value>(?i:{PRIORITY}))", "Add a limit !high", "high"),
    _end("done", "sign", rf"[{SIGNS}]\ufe0f?\s*$", rf"\s*(?P<value>[{SIGNS}])\ufe0f?", "Add a limit ✅", True),
    _end(
        "done",
        "status",
        rf"(?i:{'|'.join(STATUSES)})[ .!]*$",
        r"(?:(?<=\.)\s+|[;,:。、]\s+|\s[–—-]+\s+|\s)(?P<value>DONE|TODO|WIP|(?<=[.;:,–—-] )"
        r"(?:[Dd]one|[Cc]ompleted?|[Ff]ixed|[Rr]esolved|[Ii]n progress))[.!]?",
        "Add a limit — done",
        True,
        unless="not|as|is|are|be|been|being|to|marked|says?|until|when|if|once",
    ),
    _end(
        "tickets",
        "own_tickets",
        rf"{TICKET}[\s.。]*$",
        rf"(?<![\s,;:.–—|→>-])(?!\B\w)(?P<apart>[\s,;:.–—|→>-]*+)"
        rf"(?P<lead>(?:(?<!\w)(?i:{SEE_WORDS}|(?P<done>{DONE_IN}))(?!\w)\s*[:#]?\s*)*)(?P<value>{TICKETS}){_STOP}",
        "Add a limit, tracked in #12",
        ("#12",),
    ),
    _end(
        "owners",
        "accounts",
        rf"{PERSON}[\s.。]*$",
        rf"(?<![\s,;.–—|→>-])(?:[\s,;.–—|→>-]++|\b(?i:by|owner|owned by|assigned to|assignee|dri)\b:?)*+"
        rf"(?P<value>{_PEOPLE}){_STOP}",
        "Add a limit, assigned to @alice",
        ("alice",),
        unless="with|ask|from|to|contact|and|for|of|cc|thanks|the|at|ping",
    ),
    _end(
        "owners",
        "parts",
        "(?i:owne|assign|dri )",
        r"[,;.(–—-]\s*(?i:owner|owned by|assignee|assigned to|dri)\s+(?P<value>[^,;:.()\n]{2,60})[.)]?",
        "Add a limit, owner alice",
        ("alice",),
    ),
    _end(
        "owners",
        "parts",
        r"[)\]）】][\s.。:：]*$",
        r"\s*[(\[（【](?P<value>[^()\[\]（）【】\n]{0,200})[)\]）】]\s*[.。:：]?",
        "Add a limit (alice, P1)",
        ("alice",),
    ),
    _end(
        "owners",
        "parts",
        r"\s[—–-]|[|→]|——",
        rf"(?:\s[—–-]{{1,2}}\s|\s*[|→]\s*|\s*——\s*)(?P<value>[^—–|→\n]{{1,80}}?){_STOP}",
        "Add a limit — alice",
        ("alice",),
    ),
    _end(
        "owners",
        "parts",
        rf"{PERSON}|\d",
        rf"(?<=[.!?])\s+(?=[^.!?\n]*?(?:{PERSON}|(?i:{dates.DATE.pattern})))(?P<value>[^.!?\n]{{1,80}})\.?",
        "Add a limit. @alice, 12 March 2026, P2.",
        ("alice",),
    ),
    _end(
        "due",
        "due",
        r"\d.{,20}$",
        rf"[\s,;–—-]*(?P<open>\([\s,;(–—-]*)?(?<!\w){_DUE}[\s.*_。]*(?(open)\)?|(?P<keep>\)?))[\s.*_。]*",
        "Add a limit, due 2026-05-01",
        date(2026, 5, 1),
    ),
)

PARTS = (
    _whole("part", "tickets", "nothing", _ONLY_TICKETS, "Add a limit (see #12)", ("#12",)),
    _whole("tag", "priority", "priority", rf"(?P<value>(?i:{PRIORITY}))", "Add a limit (P1)", "P1"),
    _whole("tag", "kind", "kind", r"(?P<value>.+)", "Add a limit [prevent]", "prevent"),
    _whole("tag", "done", "known_status", r"(?P<value>.+)", "Add a limit (in progress)", False),
    _whole("tag", "explicit_id", "id", r"(?P<value>(?:AI|[A-Z]{1,5})-?\d{1,4})", "Add a limit (AI-3)", "AI-3"),
    _whole("part", "done", "report", rf"(?P<value>(?i:{_REPORTED}))", "Add a limit (fixed in v2)", True),
    _whole("part", "owners", "pair", r"(?P<key>\w[\w -]*)=\s*(?P<value>.*)", "Add a limit (owner=alice)", ("alice",)),
    _whole("part", "due", "due", rf"(?:{_DUE_LEAD})?{_DATE}[\s:]*", "Add a limit (by 2026-05-01)", date(2026, 5, 1)),
    _whole("part", "owners", "listed", r"(?P<value>.+)", "Add a limit (alice and bob)", ("alice", "bob")),
)

LINES = (
    _whole("line", "due", "due", rf"[\s,;(–—-]*{_DUE}[\s.]*", "due 2026-05-01", date(2026, 5, 1)),
    _whole(
        "line", "tickets", "nothing", rf"[ *_()\[\]–—:-]*{_ONLY_TICKETS}[ *_()\[\]–—:-]*", "tracked in #12", ("#12",)
    ),
)

RULES = (*START, *KEYS, *END, *PARTS, *LINES)
