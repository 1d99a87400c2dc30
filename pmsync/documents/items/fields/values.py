"""The fields of an entry, and what a value means where a field of that kind is expected. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from pmsync.documents.items.fields import dates, owners
from pmsync.documents.items.fields.coded_text import PERSON, TICKET, Coded
from pmsync.documents.items.language import phrases

_LONGEST = 120
_OWNER_WORDS = 8
_LISTED_PRIORITY = re.compile(r"\s*,\s*(?P<value>P[0-5])(?=\s*(?:,|$))")
_OWNER_DUE = re.compile(r"[,;]\s*(?:due|by)\s+(?P<when>[^,;]*\d[^,;]*)$", re.IGNORECASE)
"""A due date behind an owner: 'alice, due 2026-05-01'."""
_YEAR_OR_MONTH = re.compile(r"\d{4}(-\d\d)?")
_MERGED = ("due", "unreadable", "kind", "priority", "explicit_id", "labels")


@dataclass(slots=True)
class ItemFields:
    """The fields read so far. `done` is None and the others are empty until something states them.

    `dropped` means cancelled, which is neither done nor pending. `near` is the document's date: a due date without a
    year is the one closest to it. `tickets` are those that only their place makes one, such as a bare number.
    """

    owners: tuple[str, ...] = ()
    due: date | None = None
    unreadable: str = ""
    done: bool | None = None
    dropped: bool = False
    near: date | None = None
    kind: str | None = None
    priority: str | None = None
    explicit_id: str | None = None
    labels: tuple[str, ...] = ()
    tickets: list[str] = field(default_factory=list)

    def own(self, names: tuple[str, ...], *, stronger: bool = False) -> None:
        """Records owners. The first ones stay, unless these come from a field of their own."""
        if names and (stronger or not self.owners):
            self.owners = names

    def say(self, done: bool | None) -> None:
        """Records a status. The first one stays."""
        if self.done is None:
            self.done = done

    def say_status(self, text: str) -> None:
        """Records a status word, which may say that the work was cancelled."""
        self.dropped = self.dropped or phrases.is_dropped(text)
        self.say(phrases.status(text))

    def merge(self, other: ItemFields) -> None:
        """Takes over what only the other one states."""
        self.own(other.owners)
        self.say(other.done)
        self.dropped = self.dropped or other.dropped
        for name in _MERGED:
            setattr(self, name, getattr(self, name) or getattr(other, name))


def record(role: str, coded: Coded, value: str, fields: ItemFields) -> bool:
    """Records the value of a field with a name; False if it cannot be one, so that it stays text."""
    plain = coded.decode(value, urls=True).strip(" *_")
    if len(plain) > _LONGEST:
        return False
    if role == "owner":
        return _record_owner(coded, value, plain, fields)
    if role == "due":
        return take_date(plain, fields)
    if role == "finished":
        return _record_finished(value, plain, fields)
    if role == "ticket":
        return not plain or bool(re.search(TICKET, value)) or plain_ticket(plain, fields)
    if role == "status":
        fields.dropped = fields.dropped or phrases.is_dropped(plain)
        fields.say(phrases.loose_status(plain))
    elif role in {"kind", "priority"}:
        plain = coded.decode(re.sub(f"{TICKET}|{PERSON}", " ", value), urls=True).strip(" *_.")
        setattr(fields, role, (plain.lower() if role == "kind" else plain) or None)
    elif role == "labels":
        fields.labels = tuple(label for part in re.split(r"[,;\s]+", plain) if (label := part.strip(" #`")))
    elif role == "id":
        fields.explicit_id = plain or None
    return True


def _record_owner(coded: Coded, value: str, plain: str, fields: ItemFields) -> bool:
    due = _OWNER_DUE.search(value)
    if due:
        take_date(due["when"], fields)
        value, plain = value[: due.start()], plain[: due.start()]
    if priority := _LISTED_PRIORITY.search(value):  # a careless list: 'Owner: alice, P1'
        fields.priority = fields.priority or priority["value"]
        value = value[: priority.start()] + value[priority.end() :]
    if len(plain.split()) > _OWNER_WORDS:
        return False
    fields.own(owners.cell(coded, value), stronger=True)
    return True


def _record_finished(value: str, plain: str, fields: ItemFields) -> bool:
    status = phrases.status(plain)
    dated = dates.DATE.match(plain) or _YEAR_OR_MONTH.fullmatch(plain)
    if plain and status is None and not (dated or re.search(TICKET, value)):
        return False
    fields.say(True if status is None else status)
    return True


def plain_ticket(plain: str, fields: ItemFields) -> bool:
    """Whether the text in a ticket's place is a bare number, which is recorded, or stands for nothing."""
    if re.fullmatch(r"#?\d{1,9}", plain):
        fields.tickets.append(plain)
        return True
    return phrases.is_placeholder(plain)


def take_date(plain: str, fields: ItemFields) -> bool:
    """Records the text in a due date's place, as unreadable if it is neither a date nor a word for none."""
    try:
        when = dates.find_due(plain, fields.near)
    except dates.Unreadable:
        when = None
    if when is not None:
        fields.due = fields.due or when
    elif plain and not phrases.is_placeholder(plain) and not phrases.nobody(plain):
        status = phrases.loose_status(plain)
        fields.say(status)
        if status is None:
            fields.unreadable = fields.unreadable or plain
    return True
