"""The identity a ticket carries in its text: an HTML comment that ends the body. Pure text in, text out."""

from __future__ import annotations

import json
import re

from pmsync.model import Marker
from pmsync.model.names import one_spelling

_COMMENT = re.compile(r"<!--\s*pmsync:(\{[^<>]*\})\s*-->")
_OPENING = re.compile(r"<!--(\s*pmsync:)", re.IGNORECASE)
_LATEST = 2**40
"""Seconds; no commit is from so late."""
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "-": "\\u002d", "&": "\\u0026"}


def to_value(marker: Marker) -> dict[str, object]:
    """The marker as a JSON value; what it does not say is left out."""
    identity = {"uid": marker.uid, "ns": marker.namespace, "doc": marker.document_id, "key": marker.key}
    sent = {"at": marker.home, "put": dict(marker.pushed), "src": marker.source, "rev": marker.revision}
    sent |= {"facts": marker.facts}
    return {**identity, **{name: value for name, value in sent.items() if value}}


def to_json(marker: Marker) -> str:
    """The marker as one line of JSON in which no HTML comment can begin or end."""
    text = json.dumps(to_value(marker), separators=(",", ":"))
    return re.sub(r"[<>&-]", lambda match: _ESCAPES[match[0]], text)


def from_json(text: object) -> Marker | None:
    """The marker in `text` (JSON, or the value that was parsed from it); None where it is none.

    Anybody may have written it: nested without an end, with numbers of a million digits, or half a character.
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
    """Whether there is no half of a surrogate pair in it, which nobody could write or send."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def append(body: str, marker: Marker) -> str:
    """The body with its marker as the last line; a marker that the text already holds is dropped or broken."""
    text = defuse(_COMMENT.sub("", body)).rstrip()
    return f"{text}\n\n<!-- pmsync:{to_json(marker)} -->"


def read(body: str | None) -> Marker | None:
    """The last marker in the body. Whether to believe it is decided by the ticket's author, not here."""
    found = _COMMENT.findall(body or "")
    return from_json(found[-1]) if found else None


def read_all(body: str | None) -> tuple[Marker, ...]:
    """Every marker in the body, in order: somebody may have pasted the raw text of another ticket into this one."""
    return tuple(found for text in _COMMENT.findall(body or "") if (found := from_json(text)))


def replace(body: str | None, marker: Marker) -> str:
    """The body with its marker brought up to date and every other character as it was; appended where none is.

    Of several it is the last one with the same uid, else the last.
    """
    text = body or ""
    matches = list(_COMMENT.finditer(text))
    if not matches:
        return append(text, marker)
    own = [match for match in matches if (found := from_json(match[1])) and found.uid == marker.uid]
    last = (own or matches)[-1]
    return f"{text[: last.start()]}<!-- pmsync:{to_json(marker)} -->{text[last.end() :]}"


def defuse(text: str) -> str:
    """Text from a document or a person in which nothing reads as a marker any more."""
    return _OPENING.sub("<!-\u200b-\\1", text)
