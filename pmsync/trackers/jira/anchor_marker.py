"""The identity in a description's wiki markup, for Data Center, whose searches return no entity properties. Pure.

An anchor is invisible in the rendered text ("Text Formatting Notation Help" of Jira, under Links), takes no part in
notifications, and its name holds the whole marker. It ends the description.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from pmsync.identity import marker
from pmsync.model import Marker

_ANCHOR = re.compile(r"(?<!\\)\{anchor:pmsync-([\w-]+)\}", re.ASCII)
_OPENING = re.compile(r"\{(?=anchor:pmsync)", re.IGNORECASE)


def append(description: str, identity: Marker) -> str:
    """The description with its marker as the last line; anything in the text that looks like one is broken."""
    text = _OPENING.sub("{\u200b", description).rstrip()
    return f"{text}\n\n{_anchor(identity)}"


def read(description: str | None) -> Marker | None:
    """The last marker in it. Whether to trust it depends on the ticket's author."""
    names = _ANCHOR.findall(description or "")
    return marker.from_json(_decoded(names[-1])) if names else None


def read_all(description: str | None) -> tuple[Marker, ...]:
    """Every marker in it, in order."""
    markers = (marker.from_json(_decoded(name)) for name in _ANCHOR.findall(description or ""))
    return tuple(each for each in markers if each)


def replace(description: str | None, identity: Marker) -> str:
    """The description with its marker brought up to date and the rest unchanged; appended if there is none.

    Of several markers the last one with the same uid is replaced, else the last.
    """
    text = description or ""
    matches = list(_ANCHOR.finditer(text))
    if not matches:
        return append(text, identity)
    own = [each for each in matches if (old := marker.from_json(_decoded(each[1]))) and old.uid == identity.uid]
    last = (own or matches)[-1]
    return f"{text[: last.start()]}{_anchor(identity)}{text[last.end() :]}"


def _anchor(identity: Marker) -> str:
    name = urlsafe_b64encode(marker.to_json(identity).encode()).decode().rstrip("=")
    return f"{{anchor:pmsync-{name}}}"


def _decoded(name: str) -> str:
    try:
        return urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except ValueError:
        return ""
