"""Where post-mortems lie in a folder: in folders that are called so, and wherever else a file reads as one."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pmsync.documents.files import read_bytes
from pmsync.documents.items.language import phrases
from pmsync.documents.read import SUFFIXES
from pmsync.errors import DocumentError

PLACES = re.compile(
    r"(?:post|pre)?[-_ ]?mortems?|incidents?|incident[-_ ]?(?:reports?|reviews?)|rcas?|outages?|retros(?:pectives)?",
    re.I,
)
_NAMED = re.compile(r"(?<![a-z])(?:post[-_ ]?mortems?|incidents?|outages?|rca|retrospective)(?![a-z])", re.I)
_TYPICAL = re.compile(
    r"\b(?:timeline|root causes?|impact|lessons|what went (?:well|wrong)|detection|resolution|contributing|mitigation"
    r"|trigger|customer impact|five whys)\b",
    re.I,
)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$|<h[1-6][^>]*>([^<]{1,200})|^(\S[^\n]{0,80})\n[=~^\"-]{3,}$", re.M)
_NO_DOCUMENT = re.compile(r"(?:readme|changelog|contributing|license|code_of_conduct|security|.*template.*)\.\w+", re.I)
DEPTH = 5
"""How many folders deep post-mortems are looked for."""
_SKIPPED = {"node_modules", "vendor", "venv", "site-packages", "target", "build", "dist"}
_MOST_FILES, _LONGEST = 2_000, 200_000
_MOST_NAMED = 8
"""As many files are listed one by one; a glob that fits them, and no others, is better."""


@dataclass
class _Folder:
    """What lies in a folder: the files that read as post-mortems, the others, and the folders below."""

    path: PurePosixPath
    found: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    below: list[_Folder] = field(default_factory=list)

    def all(self) -> Iterator[_Folder]:
        yield self
        for folder in self.below:
            yield from folder.all()


def find_globs(folder: Path) -> list[str]:
    """Globs for the documents below a folder, the shallow ones first."""
    globs: list[str] = []
    top = _walk(folder, PurePosixPath(), globs, [_MOST_FILES])
    globs += _by_content(top, top=True)
    return sorted(dict.fromkeys(globs), key=lambda glob: (glob.count("/"), glob))


def _walk(root: Path, here: PurePosixPath, globs: list[str], left: list[int]) -> _Folder:
    """Look at a folder and those below it; adds a glob for each folder that by its name holds post-mortems."""
    folder = _Folder(here)
    try:
        entries = sorted(os.scandir(root / here), key=lambda entry: entry.name)
    except OSError:
        return folder
    for entry in entries:
        path = here / entry.name
        if entry.is_dir(follow_symlinks=False):
            if PLACES.fullmatch(entry.name):
                globs += [f"{path}/**/*{suffix}" for suffix in _suffixes(root / path)]
            elif len(here.parts) < DEPTH and entry.name not in _SKIPPED and entry.name[0] != ".":
                folder.below.append(_walk(root, path, globs, left))
        elif path.suffix.lower() in SUFFIXES and not _NO_DOCUMENT.fullmatch(entry.name) and left[0]:
            left[0] -= 1
            (folder.found if reads_as_one(root / path) else folder.others).append(entry.name)
    return folder


def _suffixes(folder: Path) -> list[str]:
    """The suffixes, as they are spelled, of the files below a folder that pmsync reads."""
    found = {file.suffix for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file()}
    return sorted(found, key=lambda suffix: (SUFFIXES.index(suffix.lower()), suffix))


def reads_as_one(file: Path) -> bool:
    """Whether a file is a post-mortem, by its name, what it is called and its headings: two signs of three."""
    named = bool(_NAMED.search(file.stem))
    if file.suffix.lower() == ".docx":
        return named
    try:
        text = read_bytes(file, _LONGEST).decode("utf-8", "replace")
    except DocumentError:
        return False
    headings = [" ".join(next(filter(None, match.groups()), "").split()) for match in _HEADING.finditer(text)]
    named = named or any(_NAMED.search(heading) for heading in headings[:1])
    typical = len({match[0].lower() for heading in headings if (match := _TYPICAL.search(heading))}) > 1
    announced = any(phrases.heading_kind(heading) == "action" for heading in headings)
    return named + typical + announced > 1


def _by_content(folder: _Folder, *, top: bool) -> Iterator[str]:
    """Globs for what reads as a post-mortem: a whole folder where that is most of it, else files by their names."""
    found = [(each.path, name) for each in folder.all() for name in each.found]
    others = sum(len(each.others) for each in folder.all())
    if not found:
        return
    inside = [each for each in folder.below if any(one.found for one in each.all())]
    if not folder.found and len(inside) == 1:
        yield from _by_content(inside[0], top=False)
        return
    if not top and len(found) >= others:
        inner = "**/*" if any(path != folder.path for path, _ in found) else "*"
        for suffix in sorted({PurePosixPath(name).suffix for _, name in found}):
            yield f"{folder.path}/{inner}{suffix}"
        return
    prefix = "" if folder.path == PurePosixPath() else f"{folder.path}/"
    yield from (f"{prefix}{glob}" for glob in _names(folder.found, folder.others))
    for each in folder.below:
        yield from _by_content(each, top=False)


def _names(found: Collection[str], others: Collection[str]) -> list[str]:
    """Globs that fit the files that were found and, if that can be, none of the others."""
    globs = []
    left = list(found)
    for name in found:
        word = _NAMED.search(PurePosixPath(name).stem)
        if word and name in left:
            fits = re.compile(f".*{re.escape(word[0])}.*{re.escape(PurePosixPath(name).suffix)}")
            if not any(fits.fullmatch(other) for other in others):
                globs.append(f"*{word[0]}*{PurePosixPath(name).suffix}")
                left = [each for each in left if not fits.fullmatch(each)]
    return [*globs, *(name for name in left if not re.search(r"[*?]", name))][: _MOST_NAMED + len(globs)]
