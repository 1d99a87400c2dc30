"""Takes an entry's owner, tickets, status, dates and tags off the two ends of its text. Pure.

What stands in the middle of the sentence stays part of the title. Every step works on coded text (`coded.py`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from pmsync.markdown import dates, people, words
from pmsync.markdown.coded import OTHER, PERSON, TICKET, Coded
from pmsync.markdown.vocabulary import DONE_SIGNS, DUE_LEADS, FIELD_KEYS, KINDS, OPEN_SIGNS, PRIORITY
from pmsync.markdown.words import bare

_SIGN = f"[{DONE_SIGNS}{OPEN_SIGNS}]\ufe0f?"
_BOX = re.compile(r"^\s*\\?\[(?P<mark>[ xX✓✔✅~-]?|\u00a0)\\?\](?=\s|$)\s*")
_NUMBER = re.compile(
    r"^\s*(?:\(?\d{1,3}[.)]|#\d{1,3}[:.)]|(?:action|task|item|todo|step)(?: item)? ?#?\d{1,3}\s*[:.)–—-])\s+",
    re.IGNORECASE,
)
_ID = re.compile(
    r"^\s*[*_]*\[?(?P<id>AI[- ]?\d{1,4}|[A-Z]{1,5}-?\d{1,4})\]?[*_]*\s*[:.)–—-]+[*_]*\s+|^\s*\[(?P<tag>AI[- ]?\d{1,4})\]\s*"
)
_MARKER = re.compile(
    r"^\s*[*_]*[\[(]?(?P<word>to[- ]?do|action item|action|ai|done|fixed|completed|follow[- ]?up|task|wip|in progress)[\])]?[*_]*"
    r"(?:\s*[:–—]|\s-|(?<=[\])]))[*_]*\s*",
    re.IGNORECASE,
)
_SHOUT = re.compile(r"^\s*(?P<word>TODO|DONE|WIP|FIXED|COMPLETED)\b\s*[:.–—-]?\s*")
_TAG = re.compile(r"^\s*[*_]*[\[【](?P<tag>[^\[\]【】\n]{1,40})[\]】][*_]*\s*[:–—-]?\s*")
_LEAD_PEOPLE = re.compile(
    rf"^\s*\(?(?P<who>{PERSON}(?:\s*(?:,|and|&|/|\+|\s)\s*{PERSON})*)\)?\s*(?P<join>[:–—-]|to\b|will\b|should\b|→)?\s*"
)
_LEAD_NAME = re.compile(
    r"^\s*(?P<who>[^\W\d_][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{0,20}){0,2}) (?:to|will|is going to) (?=[a-z]+)"
)
_LEAD_COLON = re.compile(r"^\s*(?P<who>[^:：\n]{2,40})\s*[:：]\s+(?=\S)")
_LEAD_PRIORITY = re.compile(rf"^\s*[\[(]?(?P<p>P[0-5]|{PRIORITY})[\])]?\s*[:–—-]\s+", re.IGNORECASE)
_LEAD_TICKET = re.compile(rf"^\s*[\[(]?(?P<t>{TICKET}(?:[\s,/&]+{TICKET})*)[\])]?\s*[:–—-]*\s*")

_TAIL_GROUP = re.compile(r"\s*[(\[（【](?P<in>[^()\[\]（）【】\n]{0,200})[)\]）】]\s*[.。]?\s*$")
_TAIL_TICKETS = re.compile(
    rf"[\s,;:.–—|→>-]*(?:\b(?:see(?: also)?|in|via|tracked (?:in|at|by|as|with)|tracking(?: issue)?|issues?|tickets?|bugs?|prs?|refs?|fixed (?:by|in)|"
    rf"done in|closes|fixes|jira|github|link)\b\s*[:#]?\s*)*(?P<t>{TICKET}(?:(?:[\s,;/&+]|\band\b)*{TICKET})*)\s*[.。]?\s*$",
    re.IGNORECASE,
)
_TAIL_PEOPLE = re.compile(
    rf"(?:[\s,;.–—|→>-]|\b(?:by|owner|owned by|assigned to|assignee|dri)\b:?)*(?P<who>{PERSON}(?:(?:[\s,/&+]|\band\b)*{PERSON})*)\s*[.。]?\s*$",
    re.IGNORECASE,
)
_TAIL_SIGN = re.compile(rf"\s*(?P<sign>{_SIGN})\s*$")
_TAIL_DASH = re.compile(r"(?:\s[—–-]{1,2}\s|\s*[|→]\s*|\s*——\s*)(?P<in>[^—–|→\n]{1,80}?)\s*[.。]?\s*$")
_TAIL_STATUS = re.compile(
    r"(?:[.;,:。、]\s+|\s[–—-]+\s|\s)(?P<word>DONE|TODO|WIP|(?<=[.;:,–—-] )(?:[Dd]one|[Cc]ompleted?|[Ff]ixed|[Rr]esolved|[Ii]n progress))[.!]?\s*$"
)
_REST = rf"{OTHER}{TICKET}{PERSON}"


@dataclass(slots=True)
class Found:
    """What was taken off. `done` is None and the others are empty while nothing was said."""

    owners: tuple[str, ...] = ()
    due: date | None = None
    unreadable: str = ""
    done: bool | None = None
    kind: str | None = None
    priority: str | None = None
    explicit_id: str | None = None
    labels: tuple[str, ...] = ()
    tickets: list[str] = field(default_factory=list)

    def own(self, owners: tuple[str, ...], *, stronger: bool = False) -> None:
        """Records owners; who was named first stays, unless these are named by a field of their own."""
        if owners and (stronger or not self.owners):
            self.owners = owners

    def say(self, done: bool | None) -> None:
        """Records a status; the first one said stays."""
        if self.done is None:
            self.done = done


# --- fields with a key -----------------------------------------------------------------------------------------


@cache
def _keys() -> tuple[dict[str, str], re.Pattern[str]]:
    roles = {key: role for role, keys in FIELD_KEYS.items() for key in keys}
    names = "|".join(
        re.escape(key).replace(r"\ ", r"[ _-]") for key in sorted(roles, key=len, reverse=True) if key != "#"
    )
    pattern = re.compile(
        rf"(?:(?P<start>^|\n)|(?P<cut>[.;,|。、，；(（\[–—·•-]\s*)|(?P<loose>\s))[*_]*(?<!\w)(?P<key>{names})(?:\(s\))?[*_]*\s*[:：][*_]*\s*",
        re.IGNORECASE,
    )
    return roles, pattern


_VALUE_END = re.compile(r"[;|。、，；)）\]\n•·]|,\s|\.\s|\.$|\s[–—]\s|$")
_DATE_VALUE_END = re.compile(r"[;|。、，；)）\]\n•·]|\.\s|\.$|\s[–—]\s|$")


def keyed(coded: Coded, text: str, found: Found) -> str:
    """Records `Owner: alice`, `期限: 2026-04-30` and the like, and returns the text without them.

    A key in the middle of a sentence is one only behind punctuation or in a line of its own.
    """
    roles, pattern = _keys()
    out, position = [], 0
    while match := pattern.search(text, position):
        role = roles[re.sub(r"[_-]", " ", match["key"].lower())]
        end, value = _value(text, match, role)
        if match["start"] is not None and match.start() == 0 and role in {"title", "finished", "id"} | _LEADING_TOO:
            keep = not _record(coded, role, value, found) if role in {"owner", "due"} else True
        else:
            keep = (match["loose"] is not None and not _closing(match, text, end)) or not _record(
                coded, role, value, found
            )
        if keep:
            out.append(text[position : match.end()])
            position = match.end()
        else:
            out.append(text[position : match.start()])
            out.append(match["cut"].rstrip()[:1] if match["cut"] and match["cut"][0] in "(（[.。" else "")
            position = end
    return _untidy("".join(out) + text[position:])


_LEADING_TOO = frozenset({"ticket", "kind", "status", "priority", "labels"})


def _closing(match: re.Match[str], text: str, end: int) -> bool:
    """Whether a key after mere white space ends the entry: capital first letter, few words up to the end."""
    return match["key"][0].isupper() and end >= len(text.rstrip(" .)")) and len(text[match.end() : end].split()) <= 6


def _value(text: str, match: re.Match[str], role: str) -> tuple[int, str]:
    if role in {"due", "finished"}:
        at = dates.DATE.match(text, match.end())
        if at:
            return at.end(), at[0]
        stop = _DATE_VALUE_END.search(text, match.end())
    elif role in {"owner", "ticket", "labels"}:
        stop = _VALUE_END.search(text, match.end())
        stop = _last_of_list(text, stop)
    else:
        stop = _VALUE_END.search(text, match.end())
    end = stop.start() if stop else len(text)
    return end, text[match.end() : end].strip()


def _last_of_list(text: str, stop: re.Match[str] | None) -> re.Match[str] | None:
    """Goes on over commas between people and tickets ('Owner: @a, @b')."""
    while stop and stop[0].startswith(","):
        following = re.compile(rf"\s*(?:{PERSON}|{TICKET}|[A-Z][\w.-]+(?: [A-Z][\w.-]+)?(?=\s*(?:[,;.)|]|$)))").match(
            text, stop.end()
        )
        if following is None:
            return stop
        stop = _VALUE_END.search(text, following.end())
    return stop


def _record(coded: Coded, role: str, value: str, found: Found) -> bool:
    """Takes one field over; False where the value cannot be one (then it stays text)."""
    plain = coded.decode(value, urls=True).strip(" *_")
    if len(plain) > 120:
        return False
    if role == "owner":
        if len(plain.split()) > 8:
            return False
        found.own(people.cell(coded, value), stronger=True)
    elif role == "due":
        return take_date(plain, found)
    elif role == "finished":
        if (
            plain
            and words.status(plain) is None
            and not dates.DATE.match(plain)
            and not re.fullmatch(r"\d{4}(-\d\d)?", plain)
        ):
            return False
        found.say(words.status(plain) if words.status(plain) is not None else True)
    elif role == "status":
        found.say(words.loose_status(plain))
    elif role == "kind":
        found.kind = plain.lower() or None
    elif role == "priority":
        found.priority = plain or None
    elif role == "ticket":
        return not plain or bool(re.search(TICKET, value)) or plain_ticket(plain, found)
    elif role == "labels":
        found.labels = tuple(part.strip(" #`") for part in re.split(r"[,;\s]+", plain) if part.strip(" #`"))
    elif role == "id":
        found.explicit_id = plain or None
    else:
        return False
    return True


def plain_ticket(plain: str, found: Found) -> bool:
    """A bare number in a ticket's place is a ticket as written; nothing at all is fine as well."""
    if re.fullmatch(r"#?\d{1,9}", plain):
        found.tickets.append(plain)
        return True
    return words.is_placeholder(plain)


def take_date(plain: str, found: Found) -> bool:
    """Records what stands in a due date's place; text that is no date is told, unless it says that there is none."""
    try:
        when = dates.find(plain)
    except dates.Unreadable:
        when = None
    if when is not None:
        found.due = found.due or when
    elif plain and not words.is_placeholder(plain) and not words.nobody(plain):
        if words.loose_status(plain) is not None:
            found.say(words.loose_status(plain))
        else:
            found.unreadable = found.unreadable or plain
    return True


def field_lines(coded: Coded, found: Found) -> bool:
    """Whether the text is nothing but `key: value` fields, which are then recorded."""
    text = coded.text.strip()
    roles, pattern = _keys()
    match = pattern.match(text)
    if match is None or roles[re.sub(r"[_-]", " ", match["key"].lower())] == "title":
        return False
    for line in text.split("\n"):
        for part in _field_parts(line):
            key = pattern.match(part)
            if key is None:
                return False
            _record(coded, roles[re.sub(r"[_-]", " ", key["key"].lower())], part[key.end() :].strip(), found)
    return True


def _field_parts(line: str) -> list[str]:
    """A line of several fields in its parts: cut where a key follows the separator."""
    roles, pattern = _keys()
    cuts = [m.start() for m in pattern.finditer(line) if m.start() == 0 or m["cut"]] or [0]
    parts = [line[a:b].strip(" ,;|·•–—-、，") for a, b in zip(cuts, [*cuts[1:], len(line)], strict=True)]
    return [part for part in parts if part]


# --- the start -------------------------------------------------------------------------------------------------


def box(text: str) -> tuple[str, bool | None]:
    """The text without its check box, and whether that is ticked (None without one)."""
    match = _BOX.match(text)
    if match:
        return text[match.end() :], match["mark"] not in {"", " ", "\u00a0", "-", "~"}
    sign = re.match(rf"\s*({_SIGN})\s*", text)
    if sign:
        return text[sign.end() :], sign[1][0] in DONE_SIGNS
    return text, None


def start(coded: Coded, text: str, found: Found, known: frozenset[str]) -> str:
    """The text without the parts at its start that are fields."""
    for _ in range(8):
        before = text
        text, ticked = box(text)
        found.say(ticked)
        for step in (_number, _explicit, _marker, _priority_lead, _tag, _people_lead, _ticket_lead):
            text = step(coded, text, found, known)
        if text == before:
            break
    return text


def _number(_coded: Coded, text: str, _found: Found, _known: frozenset[str]) -> str:
    match = _NUMBER.match(text)
    return text[match.end() :] if match and text[match.end() :].strip() else text


def _explicit(_coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    match = _ID.match(text)
    if match is None or found.explicit_id or re.fullmatch(r"P[0-5]", match["id"] or ""):
        return text
    found.explicit_id = match["id"] or match["tag"]
    return text[match.end() :]


def _marker(_coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    match = _MARKER.match(text) or _SHOUT.match(text)
    if match is None or not text[match.end() :].strip():
        return text
    found.say(words.status(match["word"]))
    return text[match.end() :]


def _priority_lead(_coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    match = _LEAD_PRIORITY.match(text)
    if match is None or found.priority:
        return text
    found.priority = match["p"]
    return text[match.end() :]


def _tag(coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    match = _TAG.match(text)
    if match is None or not text[match.end() :].strip():
        return text
    tag = coded.decode(match["tag"]).strip()
    if not tag or (words.is_placeholder(f"[{tag}]") and words.is_placeholder(tag)):
        return text
    if not classified(tag, found):
        found.own(people.cell(coded, match["tag"]))
    return text[match.end() :]


def _people_lead(coded: Coded, text: str, found: Found, known: frozenset[str]) -> str:
    match = _LEAD_PEOPLE.match(text)
    if (
        match
        and text[match.end() :].strip()
        and (match["join"] or words.first_word(text[match.end() :]) not in {"is", "was", "has", "and"})
    ):
        found.own(people.accounts(coded, match["who"]))
        return text[match.end() :]
    match = _LEAD_NAME.match(text)
    if match and _is_actor(match["who"], known):
        found.own((match["who"],))
        return text[match.end() :]
    match = _LEAD_COLON.match(text)
    if match and (people.is_team(coded.decode(match["who"])) or match["who"].strip().casefold() in known):
        found.own(people.cell(coded, match["who"]))
        return text[match.end() :]
    return text


def _is_actor(who: str, known: frozenset[str]) -> bool:
    """Whether '… to do this' begins with a name: known, a team, or capitalised or one word that is no usual word."""
    if who.casefold() in known or people.is_team(who):
        return True
    return people.is_name(who, known) and not words.starts_with_verb(who) and (who[0].isupper() or who.isalpha())


def _ticket_lead(_coded: Coded, text: str, _found: Found, _known: frozenset[str]) -> str:
    match = _LEAD_TICKET.match(text)
    return text[match.end() :] if match and text[match.end() :].strip(" .") else text


def classified(tag: str, found: Found) -> bool:
    """Whether a tag is a priority, a kind, a status, an id or a mere mark of a task; recorded if so."""
    if re.fullmatch(PRIORITY, tag, re.IGNORECASE):
        found.priority = found.priority or tag
    elif bare(tag) in KINDS:
        found.kind = found.kind or tag.lower()
    elif words.status(tag) is not None:
        found.say(words.status(tag))
    elif re.fullmatch(r"(?:AI|[A-Z]{1,5})-?\d{1,4}", tag):
        found.explicit_id = found.explicit_id or tag
    else:
        return bare(tag) in {"action item", "action", "ai", "task", "todo", "to do", "follow up"}
    return True


# --- the end ---------------------------------------------------------------------------------------------------


def end(coded: Coded, text: str, found: Found, known: frozenset[str]) -> str:
    """The text without the parts at its end that are fields."""
    for _ in range(10):
        before = text
        for step in (_sign_tail, _status_tail, _ticket_tail, _people_tail, _group_tail, _dash_tail, _due_tail):
            text = step(coded, text, found, known)
        if text == before:
            break
    return text


def _sign_tail(_coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    match = _TAIL_SIGN.search(text)
    if match is None or not text[: match.start()].strip():
        return text
    found.say(match["sign"][0] in DONE_SIGNS)
    return text[: match.start()]


def _status_tail(_coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    match = _TAIL_STATUS.search(text)
    if match is None:
        return text
    found.say(words.status(match["word"]))
    return text[: match.start()] + ("." if text[match.start()] in "." else "")


def _ticket_tail(_coded: Coded, text: str, _found: Found, _known: frozenset[str]) -> str:
    match = _TAIL_TICKETS.search(text)
    if match is None or not text[: match.start()].strip(" *_"):
        return text
    return _ended(text, match)


def _people_tail(coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    match = _TAIL_PEOPLE.search(text)
    if match is None or not text[: match.start()].strip():
        return text
    before = text[: match.start()].rstrip()
    if re.search(r"\b(?:with|ask|from|to|contact|and|for|of|cc|thanks|the|at|ping)$", before, re.IGNORECASE):
        return text
    found.own(people.accounts(coded, match["who"]))
    return _ended(text, match)


def _group_tail(coded: Coded, text: str, found: Found, known: frozenset[str]) -> str:
    match = _TAIL_GROUP.search(text)
    if match is None or not text[: match.start()].strip() or not understood(coded, match["in"], found, known):
        return text
    return _ended(text, match)


def _dash_tail(coded: Coded, text: str, found: Found, known: frozenset[str]) -> str:
    match = _TAIL_DASH.search(text)
    if match is None or not text[: match.start()].strip() or not understood(coded, match["in"], found, known):
        return text
    return text[: match.start()]


def _due_tail(_coded: Coded, text: str, found: Found, _known: frozenset[str]) -> str:
    for match in dates.DATE.finditer(text[-60:]):
        tail = text[-60:]
        before, after = tail[: match.start()], tail[match.end() :]
        lead = _due_lead().search(before)
        if lead and not after.strip(" .*_)。"):
            take_date(match[0], found)
            return text[: len(text) - len(tail) + lead.start()]
    return text


@cache
def _due_lead() -> re.Pattern[str]:
    leads = "|".join(re.escape(lead) for lead in sorted(DUE_LEADS, key=len, reverse=True))
    return re.compile(rf"[\s,;(–—-]*(?<!\w)(?:{leads})\s*[:：]?\s*(?:the )?$", re.IGNORECASE)


def _ended(text: str, match: re.Match[str]) -> str:
    """The text before a part taken off its end; a full stop that ended the sentence stays."""
    rest = text[: match.start()].rstrip()
    return rest + "." if match[0].lstrip().startswith(".") and not rest.endswith(".") else rest


def understood(coded: Coded, text: str, found: Found, known: frozenset[str]) -> bool:
    """Whether a bracket's or a tail's content is nothing but fields ('alice, P1, due 2026-05-01'); recorded if so."""
    trial = Found(owners=found.owners, done=found.done)
    parts = [part for part in re.split(r"\s*[,;|、，·]\s*|\n", text.strip(" *_")) if part]
    if not parts or not all(_part(coded, part, trial, known) for part in parts):
        return False
    found.own(trial.owners)
    found.say(trial.done)
    for name in ("due", "unreadable", "kind", "priority", "explicit_id", "labels"):
        setattr(found, name, getattr(found, name) or getattr(trial, name))
    return True


def _part(coded: Coded, part: str, found: Found, known: frozenset[str]) -> bool:
    if re.fullmatch(
        rf"(?:(?:see|issues?|tickets?|bugs?|prs?|tracked in|fixed in|in|jira|pull request|via|link|by)\W*)*{TICKET}(?:[\s,&/+]*{TICKET})*\.?",
        part.strip(),
        re.IGNORECASE,
    ):
        return True
    plain = coded.decode(part, urls=True).strip(" *_")
    if classified(plain, found):
        return True
    roles, pattern = _keys()
    key = pattern.match(part)
    if key:
        return _record(coded, roles[re.sub(r"[_-]", " ", key["key"].lower())], part[key.end() :].strip(), found)
    when = dates.DATE.search(part)
    if (
        when
        and re.fullmatch(r"[\s:]*", part[when.end() :])
        and (not part[: when.start()].strip() or _due_lead().fullmatch(part[: when.start()]))
    ):
        return take_date(plain, found)
    owners = people.listed(coded, part, known)
    if owners:
        found.owners = tuple(dict.fromkeys((*found.owners, *owners)))
    return bool(owners)


def _untidy(text: str) -> str:
    """Without brackets that were emptied."""
    return re.sub(r"[(（\[]\s*[)）\]]", "", text)
