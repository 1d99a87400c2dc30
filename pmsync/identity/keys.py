"""Keys and uids: the part of identity that follows from the text alone. Pure; changing it is a breaking change."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from base64 import b32encode
from collections.abc import Iterable
from functools import lru_cache

from pmsync.model import Item

_LONGEST = 200
_NOISE = re.compile(
    r"https?://\S+"  # links
    r"|\[\s*[xX ]?\s*\]"  # check boxes
    r"|(?<!\w)[\w.-]+/[\w.-]+#\d+"  # owner/repo#12
    r"|(?<![\w&])#\d+\b"  # #12
    r"|\b[A-Z][A-Z0-9_]{1,9}-\d+\b"  # PAY-12
    r"|(?<!\w)@[\w.-]+"  # @alice
)
_STATUS = re.compile(r"^(?:todo|done|wip|open|closed|fixed|complete|completed|in progress)\s+|\s+(?:todo|done|wip)$")
_JOINERS = {"to", "will"}


def title_key(title: str, owners: Iterable[str] = ()) -> str:
    """Return the title's normal form: NFKC, case-folded, any script, without owner, ticket, status, punctuation and
    invisible characters.

    Uids, markers and ledgers depend on it: another result for any text would give known items new uids. A title that
    would become empty (only emoji, only a link) keeps its text, so that different titles never share a key by accident.
    At most 200 characters: a longer key ends in a hash of the whole.
    """
    return _title_key(title, tuple(owners))


@lru_cache(maxsize=100_000)
def _title_key(title: str, owners: tuple[str, ...]) -> str:
    """Cached, because a run asks for each key many times and computing it visits every character."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", title) if unicodedata.category(c) != "Cf")
    text = _without_owners(_words(_NOISE.sub(" ", plain)), owners)
    text = _STATUS.sub("", text).strip() or _words(plain) or " ".join(plain.split()) or " ".join(title.split())
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST - 17]} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def item_key(item: Item) -> str:
    """Return the item's key: `id:` and its explicit id, else the title's normal form."""
    if item.explicit_id:
        return f"id:{unicodedata.normalize('NFKC', item.explicit_id).casefold().strip()}"
    return title_key(item.title, item.owners)


def make_uid(namespace: str, document_id: str, key: str, ordinal: int = 0) -> str:
    """Return twelve characters of a-z and 2-7. `ordinal` tells apart items of one document that share a key."""
    text = json.dumps([namespace, document_id, key, ordinal], ensure_ascii=False)
    return b32encode(hashlib.sha256(text.encode()).digest())[:12].decode().lower()


def digest(*values: object) -> str:
    """Return a short hash of plain values, to tell later whether they changed."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, default=str).encode()).hexdigest()[:16]


def _words(text: str) -> str:
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text.casefold())
    return " ".join("".join(kept).split())


def _without_owners(text: str, owners: Iterable[str]) -> str:
    for owner in filter(None, (_words(unicodedata.normalize("NFKC", owner)) for owner in owners)):
        if text.startswith(f"{owner} "):
            head, _, tail = text[len(owner) + 1 :].partition(" ")
            text = tail if head in _JOINERS and tail else f"{head} {tail}".strip()
        elif text.endswith(f" {owner}"):
            text = text[: -len(owner) - 1]
    return text
