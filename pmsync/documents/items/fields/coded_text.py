"""Encodes an entry's text: each link, code span, ticket and person becomes one private character, an atom. Pure.

So a pattern can look for a ticket at the end without matching inside of code, and removing a part never cuts a link in
two. `T` atoms are tickets, `P` people, and `O` everything else that must stay whole.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache

from pmsync.documents.blocks import Span
from pmsync.documents.items.fields import tickets
from pmsync.documents.items.language.vocabulary.columns import TICKET_WORDS

TICKET = "[\ue000-\uebff]"
PERSON = "[\uec00-\uf3ff]"
_STARTS = {"T": 0xE000, "P": 0xEC00, "O": 0xF400}
_ROOM = {"T": 0xC00, "P": 0x800, "O": 0x500}
_MOST = 5000
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_TAGS = re.compile(r"\{%.{0,300}?%\}|<%.{0,300}?%>|\{/\*.{0,1000}?\*/\}", re.DOTALL)
_URL = r"https?://[^\s<>\"'`|（）「」、。\ue000-\uf8ff]+"
_MENTION = r"(?<![\w@./+-])@[A-Za-z0-9](?:[\w-]|[./](?=\w))*"
_MAIL = r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
_JIRA_PERSON = r"\[~[^\]\s]{1,200}\]"
_HASH = r"(?=[a-f]*\d)(?=(?:\d*[a-f]){2})(?:[0-9a-f]{40}|[0-9a-f]{7,12})"
_BEFORE_COMMIT = re.compile(
    r"(?:\(|\bcommits?|\b(?:fixed|done|completed|resolved|merged|shipped|landed|implemented|deployed)(?: in| by| via| with)?:?)\s*$",
    re.IGNORECASE,
)
"""Words before a commit that did the work, unlike 'Revert `1a2b3c4`'."""
_HINT = re.compile(r"[@:\[#!bA-Z](?:(?<=@)|(?<=:)//|(?<=\[)~|(?<=[#!])\d|(?<=b)/\d|(?<=[A-Z])[A-Z0-9_]+-\d)")
_COMMIT_HINT = re.compile(r"[(:t] ?[0-9a-f]{7}")
"""Signs that a text may hold atoms. Most texts have none, and looking for them is cheap."""
_ACCOUNT = re.compile(rf"\s*(?:{_MENTION}|{_JIRA_PERSON})\s*")
_SPOKEN_OF = re.compile(
    r"\b(?:(?:blocked by|depends on|depending on|as soon as|once|when|until|after|see also|similar to|follow-?up (?:to|of)|duplicate of|"
    r"introduced (?:in|by)|regression (?:test )?(?:for|from)|cf\.|as in|revert|backport|cherry-pick|undo|bisect|reapply)\s+"
    r"(?:the )?(?:prs?|issues?|tickets?|pull requests?|commits?)?|(?:drop|deploy)\s+(?:the )?commits?)\s*$",
    re.IGNORECASE,
)
"""Words before a ticket or commit that is not the item's own."""
_IN_FILE = re.compile(r"\.(?:md|txt|rst|adoc)\s+$", re.IGNORECASE)
"""A file before a number, which is then a part of the file ('modes.md #6')."""
_COMMIT = rf"(?P<commit>(?<=[Cc]ommit )[0-9a-f]{{7,40}}\b|(?:(?<=\()|(?<=d: )){_HASH}(?=\)))"
_PERSON = rf"(?<!\w)(?:(?P<mail>{_MAIL})|(?P<mention>{_MENTION}))"


@cache
def _pattern(*, people: bool, commits: bool) -> re.Pattern[str]:
    """The pattern of addresses and tickets, and of people and commits if asked for: each kind costs time."""
    kinds = [f"(?P<url>{_URL})", f"(?P<jira>{_JIRA_PERSON})", *[_COMMIT] * commits, *[_PERSON] * people]
    return re.compile("|".join([*kinds, rf"(?<!\w)(?P<ref>{tickets.TEXT_REF.pattern})"]))


@dataclass(frozen=True, slots=True)
class Atom:
    """One private character: its `kind` (T, P, O), the text to show, and the ticket or person. `linked` means that it is a
    link or an address.
    """

    kind: str
    text: str
    value: str

    @property
    def linked(self) -> bool:
        return "://" in self.value


@dataclass(slots=True)
class Coded:
    """The coded `text`, its `atoms`, all tickets in it in their order, and the atoms that are `code`."""

    text: str = ""
    atoms: dict[str, Atom] = field(default_factory=dict)
    tickets: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    code: set[str] = field(default_factory=set)

    def put(self, kind: str, text: str, value: str) -> str:
        """The character for a new atom, or the text itself if the characters are used up."""
        index = self.counts[kind]
        if index >= _ROOM[kind] or len(self.atoms) >= _MOST:
            return text
        self.counts[kind] += 1
        char = chr(_STARTS[kind] + index)
        self.atoms[char] = Atom(kind, text, value)
        return char

    def decode(self, text: str, *, urls: bool = False, code: bool = True) -> str:
        """The plain text. It leaves out bare addresses unless `urls`, and keeps code as characters unless `code`."""
        if not self.atoms:
            return text

        def shown(match: re.Match[str]) -> str:
            atom = self.atoms.get(match[0])
            if not code and match[0] in self.code:
                return match[0]
            if atom is None or (not urls and tickets.is_url(atom.text)):
                return ""
            return atom.text

        return _PRIVATE.sub(shown, text)


def encode(spans: tuple[Span, ...]) -> Coded:
    """The coded form of an entry's spans."""
    coded = Coded()
    out: list[str] = []
    for run in _links(spans):
        text = "".join(span.text for span in run) if len(run) > 1 else run[0].text
        text = text if text.isascii() else _PRIVATE.sub("", text)
        if run[0].href:
            out.append(_link(coded, text, run[0].href))
        elif run[0].code and re.fullmatch(_MENTION, text):
            out.append(coded.put("P", text, text.removeprefix("@")))
        elif run[0].code and re.fullmatch(_HASH, text) and _BEFORE_COMMIT.search(out[-1] if out else ""):
            out.append(_ticket(coded, text))
        elif run[0].code:
            out.append(_code(coded, text) if text.strip() else text)
        else:
            out.append(_plain(coded, _TAGS.sub(_tag, text)))
    coded.text = "".join(out)
    return coded


def _code(coded: Coded, text: str) -> str:
    char = coded.put("O", text, "")
    if char in coded.atoms:
        coded.code.add(char)
    return char


def _tag(match: re.Match[str]) -> str:
    """The tickets that a template tag names (`{% jira OPS-3 %}`), else a space."""
    name = re.match(r"\{%-?\s*(\w+)\s", match[0])
    if name is None or name[1].lower() not in TICKET_WORDS:
        return " "
    named = ", ".join(ref[0] for ref in tickets.TEXT_REF.finditer(match[0]))
    return f" ({named}) " if named else " "


def _links(spans: tuple[Span, ...]) -> list[list[Span]]:
    """Groups neighbouring spans of one link, of code, or of neither."""
    runs: list[list[Span]] = []
    for span in spans:
        if runs and runs[-1][0].href == span.href and (span.href or runs[-1][0].code == span.code):
            runs[-1].append(span)
        else:
            runs.append([span])
    return runs


def _link(coded: Coded, text: str, href: str) -> str:
    if href.startswith("mailto:"):
        return coded.put("P", text, text if "@" in text else href.removeprefix("mailto:"))
    if href.startswith("user:"):
        return coded.put("P", text, text)
    if _ACCOUNT.fullmatch(text):
        return coded.put("P", text.strip(), text.strip().removeprefix("@"))
    if not tickets.is_ticket_link(text, href):
        return coded.put("O", text, href)
    coded.tickets.append(href)
    return coded.put("T" if tickets.names_ticket(text) else "O", text, href)


def _plain(coded: Coded, text: str) -> str:
    commits = _COMMIT_HINT.search(text) is not None
    if not (commits or _HINT.search(text)):
        return text
    return _pattern(people="@" in text, commits=commits).sub(lambda match: _found(coded, match), text)


def _found(coded: Coded, match: re.Match[str]) -> str:
    text, kind = match[0], match.lastgroup
    if kind == "url":
        url, tail = _trimmed(text)
        if tickets.is_ticket_url(url):
            coded.tickets.append(url)
            return coded.put("T", url, url) + tail
        return coded.put("O", url, url) + tail
    if kind in {"jira", "mail"}:
        return coded.put("P", text, text)
    if kind == "mention":
        return coded.put("P", text, text.removeprefix("@"))
    before = match.string[max(0, match.start() - 40) : match.start()]
    if _SPOKEN_OF.search(before) or (text.startswith("#") and _IN_FILE.search(before)):
        return coded.put("O", text, "")
    return _ticket(coded, text) if kind == "commit" or tickets.is_real(match) else text


def _ticket(coded: Coded, text: str) -> str:
    named = text.replace("\\", "")
    coded.tickets.append(named)
    return coded.put("T", text, named)


def _trimmed(url: str) -> tuple[str, str]:
    """An address in running text without the punctuation that ends its sentence or bracket."""
    end = len(url)
    while end and (
        url[end - 1] in ".,;:!?*_~]" or (url[end - 1] == ")" and url[:end].count("(") < url[:end].count(")"))
    ):
        end -= 1
    return url[:end], url[end:]
