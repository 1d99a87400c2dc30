"""Tables of action items: the role of each column, and each row as an entry. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pmsync.documents.blocks import Table, Text
from pmsync.documents.items.fields import tickets
from pmsync.documents.items.item import EntryPlace, ItemEntry
from pmsync.documents.items.language import phrases

_COMPANIONS = frozenset({"owner", "ticket", "status", "due", "priority", "kind"})
_STRONG = frozenset(
    {"action item", "action items", "action point", "follow up", "follow ups", "アクションアイテム", "行动项"}
)


def columns(table: Table) -> dict[str, int]:
    """The column of each role, the first one that fits."""
    roles: dict[str, int] = {}
    for index, cell in enumerate(table.header):
        role = phrases.column(cell.plain)
        if (
            role == "due"
            and phrases.bare(cell.plain) in {"date", "datum", "data", "fecha", "timeline", "when"}
            and "due" in roles
        ):
            continue
        if role:
            roles.setdefault(role, index)
    return roles


def names_actions(table: Table) -> bool:
    """Whether the header alone makes the table a list of action items, in any section."""
    roles = columns(table)
    if any(phrases.bare(cell.plain) in _STRONG for cell in table.header):
        return "time" not in roles or bool({"owner", "status"} & set(roles))
    if "time" in roles or _starts_with_date(table):
        return False
    companions = _COMPANIONS & set(roles)
    if "title" in roles:
        return bool(companions) or len(table.header) <= 2
    return "what" in roles and len(companions & {"owner", "ticket", "status", "due"}) >= 2


def _starts_with_date(table: Table) -> bool:
    """Whether the table is a chronicle: a date first, then who and what."""
    first = phrases.bare(table.header[0].plain) if table.header else ""
    return first in {"date", "when", "datum", "fecha", "data", "日時", "日付", "day"} or "time" in first.split()


def title_column(table: Table, roles: Mapping[str, int]) -> int | None:
    """The column with the items' text in a table of an action section; None if unknown."""
    for role in ("title", "what"):
        if role in roles:
            return roles[role]
    ticket = roles.get("ticket")
    if ticket is not None and _says(table, ticket):
        return ticket
    unnamed = {index for index, cell in enumerate(table.header) if not cell.plain.strip()}
    taken = set(roles.values()) - unnamed - {roles.get("notes", -1)}
    free = [index for index in range(len(table.header)) if index not in taken]
    if not free or not (_COMPANIONS | {"id"}) & set(roles):
        return None
    return max(free, key=lambda index: _width(table, index))


def _says(table: Table, column: int) -> bool:
    """Whether most cells of a column say what to do, besides a ticket ('#41: alert on failures')."""
    cells = [row.cells[column] for row in table.rows[:50] if column < len(row.cells)]
    words = (phrases.count(tickets.TEXT_REF.sub(" ", cell.plain)) for cell in cells if not tickets.is_url(cell.plain))
    return 2 * sum(count >= 3 for count in words) > len(cells)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Unknown columns of the table at `line`. `text` is the one that may hold the items' text, if the table is not read
    because no other does. `owned` means that the column of owners is known.
    """

    line: int
    names: tuple[str, ...]
    text: str = ""
    owned: bool = False


def unknown(table: Table, *, read: bool) -> Unknown | None:
    """The table's unknown columns, None if there are none or the table has no rows."""
    free = [index for index, cell in enumerate(table.header) if cell.plain.strip() and not phrases.column(cell.plain)]
    roles = columns(table)
    if read and (title := title_column(table, roles)) in free:
        free.remove(title)
    if not (free and table.rows):
        return None
    names = tuple(" ".join(table.header[index].plain.split()) for index in free)
    text = "" if read else names[free.index(max(free, key=lambda n: _width(table, n)))]
    return Unknown(table.line, names, text, owned="owner" in roles)


def _width(table: Table, index: int) -> int:
    return sum(phrases.count(row.cells[index].plain) for row in table.rows[:50] if index < len(row.cells))


def entries(table: Table, place: EntryPlace) -> list[ItemEntry] | None:
    """The rows as entries at a place; None if no column is known to hold the items' text."""
    roles = columns(table)
    title = title_column(table, roles)
    if title is None:
        return None
    out: list[ItemEntry] = []
    label: str | None = None
    numbers = _numbers(table, roles)
    for row in table.rows:
        cells = {role: row.cells[index] for role, index in roles.items() if index < len(row.cells) and index != title}
        text = row.cells[title] if title < len(row.cells) else None
        named = divider(row.cells)
        if named:
            label = named
        elif text is not None and text.raw.strip() and not _template_row(text, cells):
            here = replace(place, group=label or place.group)
            out.append(_entry(text, row.line, cells, here, numbers))
    return out


def untitled(table: Table) -> list[int]:
    """The lines of rows that name an owner or a ticket, and do not say what to do."""
    roles = columns(table)
    title = title_column(table, roles)
    said = [roles[role] for role in ("owner", "ticket") if role in roles and roles[role] != title]
    return [
        row.line
        for row in table.rows
        if title is not None and _is_empty(row.cells, title) and _is_said(row.cells, said)
    ]


def _is_empty(cells: tuple[Text, ...], column: int) -> bool:
    return column < len(cells) and not cells[column].raw.strip()


def _is_said(cells: tuple[Text, ...], columns: Sequence[int]) -> bool:
    return any(column < len(cells) and not phrases.is_placeholder(cells[column].plain) for column in columns)


def _numbers(table: Table, roles: Mapping[str, int]) -> frozenset[str]:
    """The numbers of the rows as references ('#1', '#2'), if a column numbers them."""
    column = roles.get("id", len(table.header))
    cells = (row.cells[column].raw.strip() for row in table.rows if column < len(row.cells))
    return frozenset(f"#{cell}" for cell in cells if cell.isdigit())


def _entry(text: Text, line: int, cells: Mapping[str, Text], place: EntryPlace, numbers: frozenset[str]) -> ItemEntry:
    details = cells["notes"].markdown.strip() if "notes" in cells else ""
    below = (cells["notes"],) if details else ()
    details = re.sub(r"\s*<br\s*/?>\s*", "\n", details)
    return ItemEntry(text.spans, line, "table", place, details, below, cells, numbers)


def divider(cells: tuple[Text, ...]) -> str | None:
    """The label of a row that only has one bold cell, and so divides the table into groups."""
    filled = [cell for cell in cells if cell.raw.strip()]
    if len(filled) != 1 or len(cells) < 2 or not any(span.bold for span in filled[0].spans[:1]):
        return None
    plain = filled[0].plain.strip()
    return plain.rstrip(":") if phrases.is_label(plain) else None


def _template_row(text: Text, cells: Mapping[str, Text]) -> bool:
    """Whether a row comes from a template: an example in italics, whose other cells are placeholders."""
    italic = [span for span in text.spans if span.text.strip()]
    if not italic or not all(span.italic for span in italic):
        return False
    filled = [cell for cell in cells.values() if cell.raw.strip()]
    return all(
        all(span.italic for span in cell.spans if span.text.strip()) or phrases.is_placeholder(cell.plain)
        for cell in filled
    )
