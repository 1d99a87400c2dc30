"""Finds post-mortems: in folders with such names, and elsewhere by what the files say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
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
"""How many folders deep the search goes."""
_SKIPPED = {"node_modules", "vendor", "venv", "site-packages", "target", "build", "dist"}
_MOST_FILES, _LONGEST = 2_000, 200_000
_MOST_NAMED = 8
"""The most files that are listed one by one, without a glob."""


def find_globs(root: Path) -> list[str]:
    """Globs for the documents below a folder, the shallow ones first."""
    globs: list[str] = []
    files: list[PurePosixPath] = []
    for path, folders, names in os.walk(root):
        here = PurePosixPath(Path(path).relative_to(root).as_posix())
        folders[:] = sorted(name for name in folders if not Path(path, name).is_symlink())
        places = [name for name in folders if PLACES.fullmatch(name)]
        globs += [f"{here / name}/**/*{suffix}" for name in places for suffix in _suffixes(Path(path, name))]
        is_deep = len(here.parts) >= DEPTH
        folders[:] = [name for name in folders if not (is_deep or name in places or name in _SKIPPED or name[0] == ".")]
        files += [here / name for name in sorted(names) if _may_be_document(name)]
    globs += _by_content(PurePosixPath(), {file: reads_as_one(root / file) for file in files[:_MOST_FILES]})
    return sorted(dict.fromkeys(globs), key=lambda glob: (glob.count("/"), glob))


def _may_be_document(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES and not _NO_DOCUMENT.fullmatch(name)


def _suffixes(folder: Path) -> list[str]:
    """The suffixes, as spelled, of the documents below a folder."""
    suffixes = {file.suffix for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES and file.is_file()}
    return sorted(suffixes, key=lambda suffix: (SUFFIXES.index(suffix.lower()), suffix))


def reads_as_one(file: Path) -> bool:
    """Whether a file is a post-mortem: two of its name or title, its headings, and a heading of action items say so."""
    is_named = bool(_NAMED.search(file.stem))
    if file.suffix.lower() == ".docx":
        return is_named
    try:
        text = read_bytes(file, _LONGEST).decode("utf-8", "replace")
    except DocumentError:
        return False
    headings = [" ".join(next(filter(None, match.groups()), "").split()) for match in _HEADING.finditer(text)]
    is_named = is_named or any(_NAMED.search(heading) for heading in headings[:1])
    is_typical = len({match[0].lower() for heading in headings if (match := _TYPICAL.search(heading))}) > 1
    has_items = any(phrases.heading_kind(heading) == "action" for heading in headings)
    return is_named + is_typical + has_items > 1


def _by_content(folder: PurePosixPath, files: Mapping[PurePosixPath, bool]) -> Iterator[str]:
    """Globs for the post-mortems below a folder, which are True: the whole folder if most files are, else names."""
    inside = {file: is_one for file, is_one in files.items() if file.is_relative_to(folder)}
    reports = [file for file, is_one in inside.items() if is_one]
    here = [file.name for file in reports if file.parent == folder]
    below = dict.fromkeys(folder / file.relative_to(folder).parts[0] for file in reports if file.parent != folder)
    is_top = folder == PurePosixPath()
    if reports and not is_top and 2 * len(reports) >= len(inside) and (here or len(below) > 1):
        for suffix in sorted({file.suffix for file in reports}):
            yield f"{folder}/{'**/*' if below else '*'}{suffix}"
        return
    others = [file.name for file, is_one in inside.items() if not is_one and file.parent == folder]
    yield from ((folder / glob).as_posix() for glob in _names(here, others))
    for each in below:
        yield from _by_content(each, inside)


def _names(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """Globs that match the names and, if possible, none of the others."""
    globs = []
    left = list(names)
    for name in names:
        word = _NAMED.search(PurePosixPath(name).stem)
        if word and name in left:
            glob = re.compile(f".*{re.escape(word[0])}.*{re.escape(PurePosixPath(name).suffix)}")
            if not any(glob.fullmatch(other) for other in others):
                globs.append(f"*{word[0]}*{PurePosixPath(name).suffix}")
                left = [each for each in left if not glob.fullmatch(each)]
    return [*globs, *(name for name in left if not re.search(r"[*?]", name))][: _MOST_NAMED + len(globs)]
