"""The fields of a document: front matter, a table or `key: value` lines near its top. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import PurePosixPath

from pmsync.documents.blocks import Block, Heading, Listing, Paragraph, Table, Text
from pmsync.documents.items.fields import dates
from pmsync.documents.items.fields.coded_text import PERSON, encode
from pmsync.documents.items.language import phrases
from pmsync.documents.items.language.vocabulary import metadata
from pmsync.documents.items.sections import bold_line, heading_text
from pmsync.findings import new_finding
from pmsync.model import Document, Finding
from pmsync.model.spelling import one_spelling

_KEY = re.compile(r"^\s*[*_]*(?!\d)(?P<key>[^:：|*_\n]{2,40}+)[*_]*\s*[:：][*_]*\s*(?P<value>.*)$", re.DOTALL)
_KEYED_PART = re.compile(r"\s+[|·]\s+(?=[*_]{0,3}[^:：|*_\n]{2,30}[*_]{0,3}\s*[:：])")
"""The separator of several fields on one line."""
_LIST_SPLIT = re.compile(r"\s*(?:[,;、，\n•·]|\s/\s|\s(?:and|und|et|y|&)\s)\s*")
_FAR = 61  # the line: what begins there or further down is not the document's head
_FILE_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ROLES = {name: role for role, names in reversed(metadata.METADATA.items()) for name in names}
_FINAL = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, metadata.FINAL))})(?!\w)")
_MARKED_OPTION = re.compile(r"\[[xX✓]\]\s*([^\[\]\n|/,]+)|\*\*([^*\n]+)\*\*|☑\s*([^☐\n|/,]+)")


def read_head(front: Mapping[str, object], blocks: Sequence[Block], path: str, end: int) -> Document:
    """The document without its items. Its fields are from the front matter, else from the blocks before line `end`, else
    from the file's name and the first heading.
    """
    fields: dict[str, str | tuple[str, ...]] = {**_from_blocks(blocks, min(end, _FAR)), **_from_front(front)}
    status = _text(fields.get("status"))
    title = _title(fields, blocks, path)
    when, findings = _date(fields.get("date"), path)
    return Document(
        id=one_spelling(_text(front.get("id")) or path),
        path=path,
        title=title,
        incident=_text(fields.get("incident")) or None,
        date=when or (None if findings else _in_title(title)),
        severity=_text(fields.get("severity")) or None,
        status=status or None,
        draft=front.get("draft") is True or (status != "" and is_draft(status)),
        restricted=phrases.bare(_text(fields.get("visibility"))) in metadata.RESTRICTED,
        services=_many(fields.get("services")),
        team=_text(fields.get("team")) or None,
        authors=_many(fields.get("authors")),
        labels=_many(fields.get("labels")),
        findings=findings,
    )


def is_draft(status: str) -> bool:
    """Whether a status is that of a draft. A final word anywhere in it wins; in a menu the marked option counts."""
    marked = [next(filter(None, groups)) for groups in _MARKED_OPTION.findall(status)]
    text = marked[0] if len(marked) == 1 and re.search(r"[|/,\[☐]", status) else status
    key = phrases.bare(re.sub(r"[*_`]", "", text))
    if key in metadata.DRAFT:
        return True
    if _FINAL.search(key):
        return False
    parts = [phrases.bare(part) for part in re.split(r"[|/]", text)]
    return len(parts) == 1 and phrases.normal(re.sub(r"[*_`]", "", text)) in metadata.DRAFT


# --- places of the fields --------------------------------------------------------------------------------------


def _role(key: str) -> str:
    return _ROLES.get(phrases.bare(key), "")


def _from_front(front: Mapping[str, object]) -> dict[str, str | tuple[str, ...]]:
    out: dict[str, str | tuple[str, ...]] = {}
    for key, value in front.items():
        role = _role(key)
        if role and value is not None and not isinstance(value, bool):
            flat = _flat(value)
            if flat:
                out.setdefault(role, flat)
    return out


def _flat(value: object) -> str | tuple[str, ...]:
    if isinstance(value, list | tuple | set):
        return tuple(text for part in value if (text := _scalar(part)))
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, Mapping):
        for key in ("name", "id", "title", "email"):
            if key in value:
                return _scalar(value[key])
        return ""
    return " ".join(str(value).split())[:500] if isinstance(value, str | int | float) else ""


def _from_blocks(blocks: Sequence[Block], end: int) -> dict[str, str | tuple[str, ...]]:
    """Metadata tables, lists and lines that begin before line `end`, first come first served."""
    out: dict[str, str | tuple[str, ...]] = {}
    for block in blocks:
        if block.line >= end:
            break
        for role, value in _pairs(block):
            if value and role not in out and (_says(role, value) or not phrases.is_placeholder(value)):
                out[role] = value
    return out


def _says(role: str, value: str) -> bool:
    """Whether a placeholder is a value for this field: a bare number is a severity, 'pending' a status."""
    if role == "severity":
        return re.fullmatch(r"\s*[0-5]\s*", value) is not None
    return role == "status" and phrases.bare(value) in metadata.DRAFT


def _pairs(block: Block) -> Iterable[tuple[str, str]]:
    """The fields in a block, as (role, value)."""
    if isinstance(block, Table):
        yield from _table_pairs(block)
    elif isinstance(block, Listing):
        for entry in block.entries:
            if entry.text is not None and not entry.children:
                yield from _line_pairs(entry.text)
    elif isinstance(block, Paragraph | Heading):
        yield from _line_pairs(block.text)


def _line_pairs(text: Text) -> Iterable[tuple[str, str]]:
    if len(text.raw) > 2000 or (":" not in text.raw and "：" not in text.raw):
        return
    raw = _KEYED_PART.sub("\n", text.raw) if "|" in text.raw or "·" in text.raw else text.raw
    for line in raw.split("\n"):
        match = _KEY.match(line)
        if match and (role := _role(match["key"])):
            yield (
                role,
                _plain(text.part(line, 0)).partition(":")[2].strip() or _plain(text.part(line, 0)).partition("：")[2],
            )


def _plain(text: Text) -> str:
    spans = text.spans
    coded = encode(spans)
    marked = "".join(f"**{span.text}**" if span.bold else span.text for span in spans)
    if "|" in marked or " / " in marked:
        return " ".join(re.sub(r"^\*\*([^*]*:)\*\*", r"\1", marked).split())
    people = re.sub(PERSON, lambda match: coded.atoms[match[0]].value, coded.text)
    return " ".join(coded.decode(people).split()).strip(" *_")


def _table_pairs(table: Table) -> Iterable[tuple[str, str]]:
    """The pairs of a table of two columns (or pairs of columns), its header row counted as one."""
    if len(table.header) < 2 or len(table.rows) > 60:
        return
    if len(table.header) > 2 and len(table.rows) == 1 and sum(bool(_role(cell.plain)) for cell in table.header) >= 3:
        pairs = list(zip(table.header, table.rows[0].cells, strict=False))
        alone = set[str]()
    else:
        rows = (table.header, *(row.cells for row in table.rows))
        pairs = [pair for cells in rows for pair in zip(cells[::2], cells[1::2], strict=False)]
        alone = {"title"}  # `Name | Role` alone heads a list of people
    fields = [(role, value) for key, value in pairs if (role := _role(key.plain))]
    if {role for role, _ in fields} - alone:
        yield from ((role, _plain(value).strip()) for role, value in fields)


# --- single fields ---------------------------------------------------------------------------------------------


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(str(part) for part in value)
    return " ".join(str(value).split())[:500] if value is not None else ""


def _many(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    parts = value if isinstance(value, tuple) else _LIST_SPLIT.split(value or "")
    cleaned = (part.strip().strip("`*_").removeprefix("@").strip() for part in parts)
    return tuple(dict.fromkeys(part for part in cleaned if part and not phrases.nobody(part)))[:50]


def _date(value: object, path: str) -> tuple[date | None, tuple[Finding, ...]]:
    text = _text(value)
    try:
        return (dates.find(text) if text else None) or _file_date(path), ()
    except dates.Unreadable as error:
        message = f"the document's date cannot be read: {error}"
        return None, (new_finding("unreadable-date", message, "write it as YYYY-MM-DD", path, 1),)


def _in_title(title: str) -> date | None:
    """The day in a document's title, None without one or if it is ambiguous."""
    if _FILE_DATE.search(title):
        return _file_date(title)
    try:
        return dates.find(title) if _YEAR.search(title) else None
    except dates.Unreadable:
        return None


def _file_date(path: str) -> date | None:
    """The day in a file's name, or in its path."""
    match = _FILE_DATE.search(PurePosixPath(path).name) or _FILE_DATE.search(path)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _is_part(heading: str) -> bool:
    """Whether a heading names a part of the document, or is a field of its head."""
    return bool(phrases.heading_kind(heading) or _role(heading.partition(":")[0]))


def _title(fields: Mapping[str, object], blocks: Sequence[Block], path: str) -> str:
    title = _text(fields.get("title"))
    if title:
        return title
    headings = [block for block in blocks if isinstance(block, Heading)]
    only = [block for block in headings if block.level == 1]
    for block in headings:
        text = re.sub(r"^title\s*:\s*", "", heading_text(block.text), flags=re.IGNORECASE)
        if text and (not _is_part(text) or ([block] == only and not _role(text))):
            return text
    first = blocks[0] if blocks else None
    if isinstance(first, Paragraph) and bold_line(first.text):
        return heading_text(first.text)
    name = re.sub(
        r"(\.(md|markdown|mdx|x?html?|docx|rst|erb|txt))+$", "", PurePosixPath(path).name, flags=re.IGNORECASE
    )
    return re.sub(r"[-_]+", " ", name).strip() or path
