"""Takes an entry's box, number, status, tags, owner and tickets off the start of its text. Pure.

What stands in the middle of the sentence stays part of the title. Every step works on coded text (`coded.py`).
"""

from __future__ import annotations

import re
from collections.abc import Container

from pmsync.documents.items.fields import dates, owners
from pmsync.documents.items.fields.atoms import PERSON, TICKET, Coded
from pmsync.documents.items.fields.keyed import Found, classified, take_date, told_by_link
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary import (
    BOX_MARKS,
    DONE_SIGNS,
    DUE_LEADS,
    LEAD_KINDS,
    OPEN_SIGNS,
    PRIORITY,
)
from pmsync.documents.items.language.vocabulary.sets import any_of

_SIGN = f"[{DONE_SIGNS}{OPEN_SIGNS}]\ufe0f?"
_SENTENCE = re.compile(
    r"(?![Tt]he )[A-Za-z][a-z'’-]+ (?!(?:to|will|is|are|and)\b)[a-z]{2}(?!.{0,50}(?:[:：–—]|\s-))", re.DOTALL
)
"""Two words that begin a sentence, with nothing behind them that could end a part at a start: most entries begin so."""
_LEAD_SIGN = re.compile(rf"\s*({_SIGN})\s*")
_CANCELLED = re.compile(r"\s*\\?\[-\\?\]\s")
_BOX = re.compile(rf"^\s*\\?\[(?P<mark>[{BOX_MARKS}]?|\u00a0)\\?\](?=\s|$)\s*")
_ONLY_BOX = re.compile(rf"\\?\[(?:[{BOX_MARKS}])?\\?\]|[☐☑✅⬜]")
_NUMBER = re.compile(
    r"^\s*(?:\(?\d{1,3}[.)]|#\d{1,3}[:.)]|(?:action|task|item|todo|step|fix|change|measure|improvement|recommendation|remediation|follow-?up)(?: item)? ?#?\d{1,3}\s*[:.)–—-])\s+",
    re.IGNORECASE,
)
_ID = re.compile(
    r"^\s*[*_]*\[?(?P<id>AI[- ]?\d{1,4}|[A-Z]{1,5}-?\d{1,4})\]?[*_]*\s*[:.)–—-]+[*_]*\s+|^\s*\[(?P<tag>AI[- ]?\d{1,4})\]\s*"
)
_MARKER = re.compile(
    r"^\s*[*_]*[\[(]?(?P<word>to[- ]?do|action item|action point|action|ai|done|fixed|completed|follow[- ]?up|task|wip|in progress|erledigt|fertig|offen|in arbeit|terminé|fait|à faire|en cours|hecho|pendiente|feito|pendente|fatto|gedaan|zrobione|готово|完了|対応済み|未着手|已完成|待办|cancell?ed|won't (?:do|fix))[\])]?[*_]*"
    r"(?:\s*[:–—]|\s-|(?<=[\])]))[*_]*\s*",
    re.IGNORECASE,
)
_TIME = re.compile(r"^\s*\d{1,2}[:.h]\d\d(?: ?(?:UTC|[AaPp][Mm]))?\s*[:–—-]?\s+(?=(?:TODO|DONE|ACTION)\b)")
_SHOUT = re.compile(r"^\s*(?P<word>TODO|DONE|WIP|FIXED|COMPLETED|DEFERRED)\b\s*[:.–—-]?\s*")
_LEAD_DUE = re.compile(
    rf"^\s*(?:{any_of(DUE_LEADS)}\s*:?\s*)?(?P<when>{dates.DUE.pattern})\s*[:–—-]+\s+(?=\S)", re.IGNORECASE
)
_TAG = re.compile(r"^\s*[*_]*[\[【](?P<tag>[^\[\]【】\n]{1,40})[\]】][*_]*\s*[:–—-]?\s*")
_ROUND_TAG = re.compile(r"^\s*\((?P<tag>[^()\n]{1,30})\)\s*[:–—-]?\s*(?=\S)")
_LEAD_KIND = re.compile(r"^\s*(?P<k>[^\W\d_]{4,12})\s*[:：]\s+(?=\S)")
_LEAD_PEOPLE = re.compile(
    rf"^\s*\(?(?P<who>{PERSON}(?:\s*(?:,|and|&|/|\+|\s)\s*{PERSON})*)\)?\s*(?P<join>[:–—-]|to\b|will\b|should\b|→)?\s*"
)
_NAME = r"[^\W\d_][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{0,20}){0,2}"
_LEAD_NAME = re.compile(
    rf"^\s*(?P<who>{_NAME}(?:(?:, | and | & ){_NAME}){{0,3}}) (?:to|will|is going to|are going to) "
    r"(?!(?:be|not|the|an?|our|their|its|all|this|that|these|those|each|every|everybody|everyone)\b)(?=[a-z]+)"
)
_LEAD_TEAM = re.compile(
    r"^\s*[Tt]he (?!whole|entire|right|same|other|new|next|responsible)(?P<who>[\w-]+(?: [\w-]+)? team) (?:to|will|is going to) "
    r"(?!be\b|not\b|get\b)(?=[a-z]+)"
)
_LEAD_COLON = re.compile(r"^\s*(?P<who>[^:：\n]{2,40}+)[:：]\s+(?=\S)")
_LEAD_PRIORITY = re.compile(rf"^\s*[\[(]?(?P<p>P[0-5]|{PRIORITY})[\])]?\s*[:–—-]\s+", re.IGNORECASE)
_LEAD_TICKET = re.compile(rf"^\s*(?:\[\[|[\[(])?(?P<t>{TICKET}(?:[\s,/&]+{TICKET})*)(?:\]\]|[\])])?\s*[:–—-]*\s*")


def box(text: str) -> tuple[str, bool | None]:
    """The text without its check box, and whether that is ticked (None without one, and for the cancelled `[-]`)."""
    match = _BOX.match(text)
    if match:
        ticked = match["mark"] not in {"", " ", "\u00a0", "-", "~"}
        return text[match.end() :], None if match["mark"] == "-" else ticked
    sign = _LEAD_SIGN.match(text)
    if sign:
        return text[sign.end() :], sign[1][0] in DONE_SIGNS
    return text, None


def is_box(text: str) -> bool:
    """Whether the text is a check box and nothing else."""
    return _ONLY_BOX.fullmatch(text.strip()) is not None


def start(coded: Coded, text: str, found: Found, known: Container[str]) -> str:
    """The text without the parts at its start that are fields."""
    for _ in range(8):
        if _SENTENCE.match(text):
            break
        before = text
        found.dropped = found.dropped or _CANCELLED.match(text) is not None
        text, ticked = box(text)
        found.say(ticked)
        for step in (_number, _explicit, _marker, _class_lead, _tag, _people_lead, _ticket_lead):
            text = step(coded, text, found, known)
        if text == before:
            break
    return text


def _number(_coded: Coded, text: str, _found: Found, _known: Container[str]) -> str:
    match = _NUMBER.match(text)
    return text[match.end() :] if match and text[match.end() :].strip() else text


def _explicit(_coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    match = _ID.match(text)
    if match is None or found.explicit_id or re.fullmatch(r"P[0-5]", match["id"] or ""):
        return text
    found.explicit_id = match["id"] or match["tag"]
    return text[match.end() :]


def _marker(_coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    text = _TIME.sub("", text)
    match = _MARKER.match(text) or _SHOUT.match(text)
    if match is None or not text[match.end() :].strip():
        return text
    found.say(phrases.status(match["word"]))
    found.dropped = found.dropped or phrases.is_dropped(match["word"])
    return _without_day(text[match.end() :], found)


def _without_day(text: str, found: Found) -> str:
    """The text without the day that stands behind a status: 'TODO due 2026-05-21 — …'; of done work it is none that counts."""
    match = _LEAD_DUE.match(text)
    if match is None:
        return text
    if not found.done:
        take_date(match["when"], found)
    return text[match.end() :]


def _class_lead(_coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    match = _LEAD_PRIORITY.match(text)
    if match and not found.priority:
        found.priority = match["p"]
        return text[match.end() :]
    match = _LEAD_KIND.match(text)
    if match and not found.kind and match["k"].lower() in LEAD_KINDS:
        found.kind = match["k"].lower()
        return text[match.end() :]
    return text


def _tag(coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    match = _ROUND_TAG.match(text)
    if match and classified(coded.decode(match["tag"]).strip(), found):
        return text[match.end() :]
    match = _TAG.match(text)
    if match is None or not text[match.end() :].strip():
        return text
    tag = coded.decode(match["tag"]).strip()
    if not tag or (phrases.is_placeholder(f"[{tag}]") and phrases.is_placeholder(tag)):
        return text
    if not classified(tag, found):
        found.own(owners.cell(coded, match["tag"]))
    return text[match.end() :]


def _people_lead(coded: Coded, text: str, found: Found, known: Container[str]) -> str:
    match = _LEAD_PEOPLE.match(text)
    if (
        match
        and text[match.end() :].strip()
        and (match["join"] or phrases.first_word(text[match.end() :]) not in {"is", "was", "has", "and"})
    ):
        found.own(owners.accounts(coded, match["who"]))
        return text[match.end() :]
    team = None if found.owners else _LEAD_TEAM.match(text)
    if team:
        found.own((team["who"],))
        return text[team.end() :]
    match = None if found.owners else _LEAD_NAME.match(text)
    actors = re.split(r", | and | & ", match["who"]) if match else []
    if match and all(_is_actor(who, known) for who in actors):
        found.own(tuple(actors))
        return text[match.end() :]
    match = _LEAD_COLON.match(text)
    several = re.split(r",\s*|\s+and\s+|\s*&\s*", match["who"].strip().casefold()) if match else []
    if match and (owners.is_team(coded.decode(match["who"])) or all(who in known for who in several)):
        found.own(owners.cell(coded, match["who"]))
        return text[match.end() :]
    return text


def _is_actor(who: str, known: Container[str]) -> bool:
    """Whether '… to do this' begins with a name: known, a team, or capitalised or one word that is no usual word."""
    if who.casefold() in known or owners.is_team(who):
        return True
    if who.isupper() and who.isalpha():
        return owners.is_name(who.title(), known)
    return owners.is_name(who, known) and not phrases.starts_with_verb(who) and (who[0].isupper() or who.isalpha())


def _ticket_lead(coded: Coded, text: str, found: Found, _known: Container[str]) -> str:
    match = _LEAD_TICKET.match(text)
    if match is None or not text[match.end() :].strip(" ."):
        return text
    chars = re.findall(TICKET, match["t"])
    if match["t"] == match[0].strip() and not all(coded.atoms[char].linked for char in chars):
        return text  # 'PDU-16 needs a new fan'
    told_by_link(coded, match["t"], found)
    return text[match.end() :]
