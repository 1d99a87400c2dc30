"""Takes an entry's tickets, owner, status, dates and tags off the end of its text. Pure.

As at its start (`leads.py`), what stands in the middle of the sentence stays part of the title.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache

from pmsync.documents.items.fields import dates
from pmsync.documents.items.fields import owners as people
from pmsync.documents.items.fields.atoms import PERSON, TICKET, Coded
from pmsync.documents.items.fields.keyed import Found, classified, keys, record, take_date, told_by_link
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary import DONE_IN, DONE_SIGNS, DUE_LEADS, OPEN_SIGNS, PRIORITY, SEE_WORDS
from pmsync.documents.items.language.vocabulary.sets import any_of

_SIGNS = f"{DONE_SIGNS}{OPEN_SIGNS}\ufe0f"
_TAIL_GROUP = re.compile(r"\s*[(\[（【](?P<in>[^()\[\]（）【】\n]{0,200})[)\]）】]\s*[.。:：]?\s*$")
_TAIL_TICKETS = re.compile(
    rf"(?<![\s,;:.–—|→>-])(?!\B\w)[\s,;:.–—|→>-]*+(?:(?<!\w)(?:{SEE_WORDS}|(?P<done>{DONE_IN}))(?!\w)\s*[:#]?\s*)*"
    rf"(?P<t>{TICKET}(?:(?:[\s,;/&+]|\band\b)*{TICKET})*)\s*[.。]?\s*$",
    re.IGNORECASE,
)
_TICKETS_END = re.compile(rf"{TICKET}(?:(?:[\s,;/&+]|\b(?:and|And|AND)\b)*{TICKET})*\s*[.。]?\s*$")
_BEFORE_TICKETS = 120
"""How far before the tickets at an end the words begin that lead to them ('tracked in issue')."""
_ABBREVIATION = 6
"""The same where they do not end in a letter ('cf.')."""
_SEPARATORS = " ,;:.–—|→>-"
_TAIL_PEOPLE = re.compile(
    rf"(?<![\s,;.–—|→>-])(?:[\s,;.–—|→>-]++|\b(?:by|owner|owned by|assigned to|assignee|dri)\b:?)*+(?P<who>{PERSON}(?:(?:[\s,/&+]|\band\b)*{PERSON})*)\s*[.。]?\s*$",
    re.IGNORECASE,
)
_TAIL_OWNER = re.compile(
    r"[,;.(–—-]\s*(?:owner|owned by|assignee|assigned to|dri)\s+(?P<in>[^,;:.()\n]{2,60})[.)]?\s*$", re.IGNORECASE
)
_TAIL_BANG = re.compile(rf"\s!(?P<p>{PRIORITY})\s*$", re.IGNORECASE)
_TAIL_SIGN = re.compile(rf"\s*(?P<sign>[{DONE_SIGNS}{OPEN_SIGNS}]\ufe0f?)\s*$")
_TAIL_DASH = re.compile(r"(?:\s[—–-]{1,2}\s|\s*[|→]\s*|\s*——\s*)(?P<in>[^—–|→\n]{1,80}?)\s*[.。]?\s*$")
_DASH = re.compile(r"\s[—–-]|[|→]|——")
_PERSON_OR_DIGIT = re.compile(rf"{PERSON}|\d")
_TAIL_SENTENCE = re.compile(r"(?<=[.!?])\s+(?P<in>[^.!?\n]{1,80})\.?\s*$")
_TAIL_STATUS = re.compile(
    r"(?:[.;,:。、]\s+|\s[–—-]+\s|\s)(?P<word>DONE|TODO|WIP|(?<=[.;:,–—-] )(?:[Dd]one|[Cc]ompleted?|[Ff]ixed|[Rr]esolved|[Ii]n progress))[.!]?\s*$"
)
_LEADS_TO_IT = re.compile(
    r"(?<!\w)(?:see(?: also)?|tracked (?:in|at|by|as|with)|tracking issue|refs?|closes|fixes|jira|link|siehe(?: auch)?|vgl\.?|"
    r"voir(?: aussi)?|véase|vedi|zie(?: ook)?|zob\.?|см\.?)(?!\w)",
    re.IGNORECASE,
)
"""What says of a ticket at an end that it is the item's own, with nothing else between them."""
_TRACKED = re.compile(
    r"(?<!\w)(?:(?:is )?tracked (?:in|at|by|as|with|here:?)|tracking issue:?|(?:tickets?|issues?|bugs?|jira)\s*[:：])\s*$",
    re.IGNORECASE,
)
"""What says of a ticket anywhere in a text that it is the item's own."""
_OBJECT = re.compile(
    r"(?<!\w)(?:a|about|after|against|an|and|as|at|before|by|for|from|in|into|like|of|on|or|our|over|per|since|than|that|the|this|to|"
    r"under|until|via|with|without)(?:\s+(?:issues?|tickets?|bugs?|prs?|commits?))?$",
    re.IGNORECASE,
)
"""What makes a ticket at an end the object of the sentence ('Prevent a recurrence of #1')."""
_APART = re.compile(r"\s*[–—:(.;-]")
"""What sets a ticket apart from the sentence, of which it may be the object ('Deploy PR #12')."""
_NO_STATUS = re.compile(r"\b(?:not|as|is|are|be|been|being|to|marked|says?|until|when|if|once)$", re.IGNORECASE)
"""What stands before a word that is a part of the sentence and no status of it ('Mark items as DONE')."""
_STATUSES = ("done", "todo", "wip", "complete", "completed", "fixed", "resolved", "in progress")
_REPORT = re.compile(
    r"(?:already )?(?:done|completed|fixed|resolved|implemented|deployed|shipped|merged) (?:on|in|at|by|during|via|with|as|since|before|after|already|today|yesterday|this|for|\d{4}-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_TAIL_HINT = re.compile(rf"[\d!|→–—\ue000-\uf3ff{_SIGNS}]")
"""A character that some part at an end cannot do without."""
_EQUALS = re.compile(r"^\s*(\w[\w ]{1,20})\s*=\s*")


def _last(text: str) -> str:
    """The last character but for a full stop: most parts at an end are told by it, long before they are searched for."""
    return text.rstrip(" .。")[-1:]


def _sign_tail(_coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    match = _TAIL_SIGN.search(text) if text.rstrip()[-1:] in _SIGNS else None
    if match is None or not text[: match.start()].strip():
        return text
    found.say(match["sign"][0] in DONE_SIGNS)
    return text[: match.start()]


def _bang_tail(_coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    """`!high`, as task lists write a priority."""
    match = _TAIL_BANG.search(text) if "!" in text else None
    if match is None or not text[: match.start()].strip():
        return text
    found.priority = found.priority or match["p"]
    return text[: match.start()]


def _status_tail(_coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    match = _TAIL_STATUS.search(text) if text.lower().rstrip(" .!").endswith(_STATUSES) else None
    if match is None or _NO_STATUS.search(text[: match.start()].rstrip()):
        return text
    found.say(phrases.status(match["word"]))
    return text[: match.start()] + ("." if text[match.start()] in "." else "")


def _ticket_tail(coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    last = _TICKETS_END.search(text) if "\ue000" <= _last(text) <= "\uebff" else None
    if last is None:
        return text
    before = text[: last.start()].rstrip(" :#")
    reach = _BEFORE_TICKETS if before[-1:].isalnum() else _ABBREVIATION
    match = _TAIL_TICKETS.search(text, max(0, len(before.rstrip(_SEPARATORS)) - reach))
    if match is None or not text[: match.start()].strip(" *_"):
        return text
    if not match["done"] and _is_spoken_of(coded, text, match):
        return text
    found.say(True if match["done"] else None)
    if _APART.match(match[0]) or text[: match.start()].rstrip()[-1:] in {".", "!", ")"}:
        told_by_link(coded, match["t"], found)
    return _ended(text, match)


def _is_spoken_of(coded: Coded, text: str, match: re.Match[str]) -> bool:
    """Whether the tickets at an end belong to the sentence: nothing sets them apart, and nothing says they are its own.

    A link at the end is.
    """
    before = text[: match.start("t")].rstrip(" :#(")
    if _APART.match(match[0]) or _LEADS_TO_IT.search(match[0][: match.start("t") - match.start()]):
        return False
    if text[: match.start()].rstrip()[-1:] in {".", "!", ")", "?"}:
        return False
    linked = all(coded.atoms[char].linked for char in re.findall(TICKET, match["t"]))
    return is_object(before) or not linked


def is_tracked(before: str) -> bool:
    """Whether these words say of the ticket behind them that it is the item's own ('tracked in', 'Ticket:')."""
    return _TRACKED.search(before[-40:]) is not None


def is_object(before: str) -> bool:
    """Whether what follows these words is the object of the sentence."""
    return _OBJECT.search(before.rstrip()) is not None


def _people_tail(coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    match = _TAIL_PEOPLE.search(text) if "\uec00" <= _last(text) <= "\uf3ff" else None
    if match is None or not text[: match.start()].strip():
        return text
    before = text[: match.start()].rstrip()
    if re.search(r"\b(?:with|ask|from|to|contact|and|for|of|cc|thanks|the|at|ping)$", before, re.IGNORECASE):
        return text
    found.own(people.accounts(coded, match["who"]))
    return _ended(text, match)


def _owner_tail(coded: Coded, text: str, found: Found, known: Container[str]) -> str:
    """', owner alice', without a colon."""
    match = _TAIL_OWNER.search(text)
    owners = people.listed(coded, match["in"], known) if match and text[: match.start()].strip() else ()
    if match is None or not owners:
        return text
    found.own(owners)
    return text[: match.start()].rstrip()


def _group_tail(coded: Coded, text: str, found: Found, known: Container[str]) -> str:
    match = _TAIL_GROUP.search(text) if _last(text.rstrip(":：")) in ")]）】" else None
    if match is None or not text[: match.start()].strip() or not understood(coded, match["in"], found, known):
        return text
    return _ended(text, match)


def _dash_tail(coded: Coded, text: str, found: Found, known: Container[str]) -> str:
    match = _TAIL_DASH.search(text) if _DASH.search(text) else None
    if match is None or not text[: match.start()].strip() or not understood(coded, match["in"], found, known):
        return text
    return text[: match.start()]


def _sentence_tail(coded: Coded, text: str, found: Found, known: Container[str]) -> str:
    """'… usual. @alice, 12 March 2026, P2.': a last sentence of fields alone, with an account or a date among them."""
    match = _TAIL_SENTENCE.search(text) if _PERSON_OR_DIGIT.search(text) else None
    if match is None or not (re.search(PERSON, match["in"]) or dates.DATE.search(match["in"])):
        return text
    return text[: match.start()] if understood(coded, match["in"], found, known) else text


def _due_tail(_coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    for match in dates.DUE.finditer(text[-60:]) if re.search(r"\d", text[-60:]) else ():
        tail = text[-60:]
        before, after = tail[: match.start()], tail[match.end() :]
        lead = _due_lead().search(before)
        if lead and not after.strip(" .*_)。"):
            take_date(match[0], found)
            closing = ")" if ")" in after and "(" not in before[lead.start() :] else ""
            return text[: len(text) - len(tail) + lead.start()] + closing
    return text


_TAILS = (
    _bang_tail,
    _sign_tail,
    _status_tail,
    _ticket_tail,
    _people_tail,
    _owner_tail,
    _group_tail,
    _dash_tail,
    _sentence_tail,
    _due_tail,
)


def end(coded: Coded, text: str, found: Found, known: Container[str]) -> str:
    """The text without the parts at its end that are fields."""
    for _ in range(20):
        if not _may_end_in_fields(text):
            break
        before = text
        for step in _TAILS:
            text = step(coded, text, found, known)
            if text != before:
                break
        else:
            break
    return text


def _may_end_in_fields(text: str) -> bool:
    """Whether there is any sign of what `_TAILS` look for; most text has none, and looking for that is cheap."""
    lower = text.lower()
    return (
        _last(text.rstrip(":：")) in ")]）】"
        or " -" in text
        or "owne" in lower
        or "assign" in lower
        or "dri " in lower
        or lower.rstrip(" .!").endswith(_STATUSES)
        or _TAIL_HINT.search(text) is not None
    )


def is_due(text: str, found: Found) -> bool:
    """Whether the text is nothing but 'due 2026-05-01', which is then recorded."""
    match = dates.DUE.search(text[:80])
    if match is None or text[match.end() :].strip(" ."):
        return False
    lead = text[: match.start()].strip()
    return bool(lead) and _due_lead().fullmatch(lead) is not None and take_date(match[0], found)


@cache
def _due_lead() -> re.Pattern[str]:
    return re.compile(rf"[\s,;(–—-]*(?<!\w){any_of(DUE_LEADS)}\s*[:：]?\s*(?:the )?$", re.IGNORECASE)


def _ended(text: str, match: re.Match[str]) -> str:
    """The text before a part taken off its end; a full stop that ended the sentence stays."""
    rest = text[: match.start()].rstrip()
    return rest + "." if match[0].lstrip().startswith(".") and not rest.endswith(".") else rest


def understood(coded: Coded, text: str, found: Found, known: Container[str]) -> bool:
    """Whether a bracket's or a tail's content is nothing but fields ('alice, P1, due 2026-05-01'); recorded if so."""
    trial = Found(owners=found.owners, done=found.done, near=found.near)
    text = dates.DUE.sub(lambda match: match[0].replace(",", ""), text)
    parts = [part for part in re.split(r"\s*[,;|、，·]\s*|\s[–—-]\s|\n", text.strip(" *_")) if part]
    if not parts or not all(_part(coded, part, trial, known) for part in parts):
        return False
    found.own(trial.owners)
    found.say(trial.done)
    found.dropped = found.dropped or trial.dropped
    for name in ("due", "unreadable", "kind", "priority", "explicit_id", "labels"):
        setattr(found, name, getattr(found, name) or getattr(trial, name))
    return True


def _reports(text: str, found: Found) -> bool:
    """Whether a few words say that the work is done ('done during the incident', 'fixed in v2'); recorded if so."""
    said = _REPORT.match(text) is not None and phrases.count(text) <= 6 and not phrases.is_hedged(text)
    if said:
        found.say(True)
    return said


_ONLY_TICKETS = re.compile(
    rf"(?:(?:see|issues?|tickets?|bugs?|prs?|commits?|tracked in|fixed in|in|jira|pull request|via|link|by)\W*)*{TICKET}(?:[\s,&/+]*{TICKET})*\.?",
    re.IGNORECASE,
)


def is_ticket(text: str) -> bool:
    """Whether coded text does no more than name tickets ('tracked in #12')."""
    return _ONLY_TICKETS.fullmatch(text.strip(" *_()[]-–—:")) is not None


def _part(coded: Coded, part: str, found: Found, known: Container[str]) -> bool:
    if _ONLY_TICKETS.fullmatch(part.strip()):
        return True
    plain = coded.decode(part, urls=True).strip(" *_")
    if classified(plain, found) or _reports(plain, found):
        return True
    roles, pattern = keys()
    part = _EQUALS.sub(r"\1: ", part)
    key = pattern.match(part)
    if key:
        return record(coded, roles[re.sub(r"[_-]", " ", key["key"].lower())], part[key.end() :].strip(), found)
    when = dates.DUE.search(part)
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
