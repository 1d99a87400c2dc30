"""The identity a ticket carries in its text: an HTML comment that ends the body. Pure text in, text out."""

from __future__ import annotations

import json
import re

from pmsync.model import Marker
from pmsync.model.spelling import one_spelling

_COMMENT = re.compile(r"<!--\s*pmsync:(\{[^<>]*\})\s*-->")
_OPENING = re.compile(r"<!--(\s*pmsync:)", re.IGNORECASE)
_LATEST = 2**40
"""Seconds; no commit is from so late."""
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "-": "\\u002d", "&": "\\u0026"}


def to_value(marker: Marker) -> dict[str, object]:
    """Return the marker as a JSON value, without empty parts."""
    identity = {"uid": marker.uid, "ns": marker.namespace, "doc": marker.document_id, "key": marker.key}
    sent = {"at": marker.home, "put": dict(marker.pushed), "src": marker.source, "rev": marker.revision}
    sent |= {"facts": marker.facts}
    return {**identity, **{name: value for name, value in sent.items() if value}}


def to_json(marker: Marker) -> str:
    """Return the marker as one line of JSON in which no HTML comment can begin or end."""
    text = json.dumps(to_value(marker), separators=(",", ":"))
    return re.sub(r"[<>&-]", lambda match: _ESCAPES[match[0]], text)


def from_json(text: object) -> Marker | None:
    """Return the marker in `text` (JSON, or its parsed value); None if it is not one.

    Anybody may have written it: nested without end, with numbers of a million digits, or with half a character.
    """
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    parts = (value.get(name) for name in ("uid", "ns", "doc", "key"))
    uid, namespace, document, key = (part if isinstance(part, str) and _is_whole(part) else None for part in parts)
    if not uid or namespace is None or document is None or key is None:
        return None
    home, pushed, source, revision, facts = (value.get(name) for name in ("at", "put", "src", "rev", "facts"))
    return Marker(
        uid,
        namespace,
        one_spelling(document),
        key,
        home=_text(home),
        pushed=_pairs(pushed),
        source=_text(source),
        revision=revision if isinstance(revision, int) and 0 < revision < _LATEST else 0,
        facts=_text(facts),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) and _is_whole(value) else ""


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    pairs = value.items() if isinstance(value, dict) else ()
    return tuple(sorted((name, _text(text)) for name, text in pairs if _text(name) and _text(text)))


def _is_whole(text: str) -> bool:
    """Whether the text has no half of a surrogate pair, which could not be written or sent."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def append(body: str, marker: Marker) -> str:
    """Return the body with its marker as the last line; any marker already in the text is removed or broken."""
    text = defuse(_COMMENT.sub("", body)).rstrip()
    return f"{text}\n\n<!-- pmsync:{to_json(marker)} -->"


def read(body: str | None) -> Marker | None:
    """Return the last marker in the body. Whether to trust it depends on the ticket's author, not on this."""
    comments = _COMMENT.findall(body or "")
    return from_json(comments[-1]) if comments else None


def read_all(body: str | None) -> tuple[Marker, ...]:
    """Return every marker in the body, in order: somebody may have pasted the raw text of another ticket."""
    return tuple(marker for text in _COMMENT.findall(body or "") if (marker := from_json(text)))


def replace(body: str | None, marker: Marker) -> str:
    """Return the body with its marker updated and every other character unchanged; append it if there is none.

    Of several markers the last one with the same uid is updated, else the last.
    """
    text = body or ""
    matches = list(_COMMENT.finditer(text))
    if not matches:
        return append(text, marker)
    own = [match for match in matches if (candidate := from_json(match[1])) and candidate.uid == marker.uid]
    last = (own or matches)[-1]
    return f"{text[: last.start()]}<!-- pmsync:{to_json(marker)} -->{text[last.end() :]}"


def defuse(text: str) -> str:
    """Break anything in a text from outside that would read as a marker."""
    return _OPENING.sub("<!-\u200b-\\1", text)
