"""The cells of a table's row as fields. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmsync.documents.blocks import Span, Text
from pmsync.documents.items.fields import owners, take
from pmsync.documents.items.fields.atoms import Coded
from pmsync.documents.items.fields.values import ItemFields, plain_ticket, record
from pmsync.documents.items.language import phrases

_ATOM = re.compile("[\ue000-\uf8ff]")
_ROW_NUMBER = re.compile(r"#?\d+[.)]?")
_TICKET_LINK = re.compile(r"https?://(?!.*/(?:releases|messages)/)")


def record_cell(role: str, coded: Coded, text: Text, fields: ItemFields) -> None:
    """Records a cell that is not empty, by the role of its column."""
    plain = " ".join(coded.decode(coded.text, urls=True).split())
    if role == "owner":
        fields.own(owners.cell(coded, coded.text), stronger=True)
    elif role == "status":
        _record_status(coded, plain, text, fields)
    elif role == "ticket" or (role == "what" and coded.tickets):
        _record_ticket(coded, plain, text, fields)
    elif role == "finished":
        fields.done = True if re.search(r"\d", plain) else fields.done
    elif role == "due" or not (phrases.is_placeholder(plain) or (role == "id" and _ROW_NUMBER.fullmatch(plain))):
        record(role, coded, coded.text, fields)


def _record_status(coded: Coded, plain: str, text: Text, fields: ItemFields) -> None:
    """A box that is all of the cell wins, then a word, a box before other text, and a strike."""
    fields.dropped = fields.dropped or phrases.is_dropped(plain)
    rest, ticked = take.box(plain)
    word = phrases.loose_status(coded.decode(coded.text))
    statuses = (None if rest else ticked, word, ticked, is_struck(text.spans) or None, fields.done)
    fields.done = next((status for status in statuses if status is not None), None)


def _record_ticket(coded: Coded, plain: str, text: Text, fields: ItemFields) -> None:
    """A link or a bare number is a ticket by standing in this column; a status word is a status."""
    if coded.tickets:
        fields.say(phrases.status(_ATOM.sub(" ", coded.text).strip(" ()[]（）")))
        fields.say(is_struck(text.spans) or None)
        return
    status = phrases.status(plain)
    links = [span.href for span in text.spans if _TICKET_LINK.match(span.href)]
    links = links or re.findall(r"https?://[^\s)>]+", plain)
    if status is not None and not plain.isdigit():
        fields.say(status)
    elif links:
        fields.tickets.extend(dict.fromkeys(links))
    else:
        plain_ticket(plain, fields)


def is_struck(spans: Sequence[Span]) -> bool:
    """Whether all words are struck through."""
    visible = [span for span in spans if re.search(r"\w", span.text)]
    return bool(visible) and all(span.strike for span in visible)
