"""Finds and reads the documents. Reads files and nothing else; what cannot be read is told and never guessed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from pmsync.config.globs import fixed_part, matches
from pmsync.config.settings import Settings
from pmsync.documents.read import LARGEST, SUFFIXES, largest, read
from pmsync.errors import DocumentError
from pmsync.findings import new_finding
from pmsync.model import Document, Finding, Reading
from pmsync.model.names import one_spelling


def locate(root: Path, name: str) -> Path:
    """The file that a document's path means: its own name may be another spelling of it."""
    path = root / name
    if name.isascii() or os.path.lexists(path):
        return path
    here = root
    for part in Path(name).parts:
        here = _spelled(here, part)
    return here


def _spelled(folder: Path, name: str) -> Path:
    if os.path.lexists(folder / name):
        return folder / name
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - `iterdir` says no more than the names
    except OSError:
        return folder / name
    return folder / next((each for each in names if one_spelling(each) == one_spelling(name)), name)


def within(path: Path, folder: Path) -> bool:
    """Whether a path leads to something below a folder, or to the folder itself, however they are spelled."""
    return Path(one_spelling(str(_real(path)))).is_relative_to(one_spelling(str(_real(folder))))


@dataclass
class _Found:
    """What a search turned up: files by their name for people (a path from the root), and what it refused.

    `twice` are the files whose names differ in spelling alone, by the name that they share.
    """

    files: dict[str, Path] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    twice: dict[str, list[Path]] = field(default_factory=dict)

    def add(self, name: str, file: Path) -> None:
        other = self.files.setdefault(name, file)
        if _real(other) != _real(file):
            self.twice.setdefault(name, [other]).append(file)

    def refuse_twice(self) -> None:
        """Nobody can tell which of two files of one name is the document."""
        for name, files in self.twice.items():
            self.files.pop(name, None)
            spelled = " and ".join(ascii(file.name) for file in dict.fromkeys(files))
            message = f"several files have this name, spelled differently ({spelled}); none of them is used"
            self.failed.append(name)
            self.findings.append(new_finding("duplicate-id", message, "remove or rename all but one", name, 1))

    def refuse(self, name: str, message: str, hint: str, line: int = 0) -> None:
        self.failed.append(name)
        self.findings.append(new_finding("unreadable-document", message, hint, name, line))


def read_documents(settings: Settings, paths: Sequence[Path] = ()) -> Reading:
    """Every document that the configuration names, or those at `paths`, in the order of their paths.

    An explicit file need not match `include`; a folder stands for the documents below it.
    """
    reading = read_each(settings, paths)
    unique, clashes = _without_clashes(reading.documents)
    if not (paths or reading.documents or reading.failed):
        clashes.append(_nothing(settings))
    return replace(
        reading,
        documents=tuple(unique),
        complete=reading.complete and len(unique) == len(reading.documents),
        findings=(*reading.findings, *clashes),
    )


def read_each(settings: Settings, paths: Sequence[Path] = ()) -> Reading:
    """The same without a look at the others: documents that share an id are all there."""
    root = Path(settings.root)
    found = _explicit(root, paths, settings) if paths else _included(root, settings)
    found.refuse_twice()
    documents = []
    for name, file in sorted(found.files.items()):
        try:
            documents.append(read(read_bytes(file, largest(name)), name, settings.vocabulary))
        except DocumentError as error:
            line, message = _placed(str(error), name)
            found.refuse(name, message, "repair the file, or list it under documents.exclude", line)
    return Reading(tuple(documents), not found.failed, tuple(sorted(found.failed)), tuple(found.findings))


def _placed(message: str, name: str) -> tuple[int, str]:
    """The line that a message gives, 0 for none, and the message without the place in front of it."""
    found = re.match(rf"(?:{re.escape(name)}:)?(?P<line>\d+): |.*?\bline (?P<other>\d+)\b", message)
    if not found:
        return 0, message
    return int(found["line"] or found["other"]), message[found.end() :] if found["line"] else message


def read_bytes(file: Path, limit: int = LARGEST) -> bytes:
    """The bytes of one ordinary file, one more than the limit at most.

    Raises DocumentError, with a text that says why, where it is no ordinary file or unreadable.
    """
    try:
        # Not blocking: a pipe that somebody committed or mounted must not hold the run.
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:  # noqa: PTH123
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise DocumentError("this is no ordinary file")
            return opened.read(limit + 1)
    except OSError as error:
        raise DocumentError(f"the file cannot be read: {(error.strerror or str(error)).lower()}") from None


# --- finding files --------------------------------------------------------------------------------------------


def _included(root: Path, settings: Settings) -> _Found:
    found = _Found()
    for start in sorted({fixed_part(glob) for glob in settings.include}):
        _walk(found, root, locate(root, start), lambda name: _wanted(settings, name))
    return _without_doubles(found)


def _wanted(settings: Settings, name: str) -> bool:
    return any(matches(glob, name) for glob in settings.include) and not _excluded(settings, name)


def _excluded(settings: Settings, name: str) -> bool:
    return any(matches(glob, name) for glob in settings.exclude)


def _explicit(root: Path, paths: Sequence[Path], settings: Settings) -> _Found:
    found = _Found()
    for path in (locate(each.parent, each.name) for each in paths):
        name = name_of(root, path)
        if path.is_dir():
            inside = _real(path).is_relative_to(root)
            _walk(found, root if inside else _real(path), _real(path), lambda n: _listed(settings, n))
        elif path.exists() and name == one_spelling(str(path)):
            found.add(name, path)
        elif path.exists() or path.is_symlink():
            _take(found, root, name, path)
        else:
            found.refuse(name, "there is no such file", "name a document, or a folder with some")
    return found


def _listed(settings: Settings, name: str) -> bool:
    """Whether a file below a folder that somebody named is a document."""
    return name.lower().endswith(SUFFIXES) and not _excluded(settings, name)


def name_of(root: Path, path: Path) -> str:
    """What a file is called: its path from the root with '/', else as it was given."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link to another name
    return one_spelling(absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(path))


def _walk(found: _Found, root: Path, start: Path, wanted: Callable[[str], bool]) -> None:
    """Collect the wanted files below `start`, through links that stay below the root and lead nowhere in circles."""

    def failed(error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        message = f"the folder cannot be read: {reason}"
        found.refuse(_name(root, Path(error.filename)), message, "give the run the right to read it, or exclude it")

    if not start.is_dir():
        return
    for folder, folders, files in os.walk(start, onerror=failed, followlinks=True):
        here = Path(folder)
        folders[:] = sorted(_enterable(found, root, here, folders))
        for file in sorted(files):
            name = _name(root, here / file)
            if wanted(name):
                _take(found, root, name, here / file)


def _real(path: Path) -> Path:
    """Where the path leads in the end (`resolve` raises on a link to itself, until 3.13)."""
    return Path(os.path.realpath(path))


def _name(root: Path, path: Path) -> str:
    return one_spelling(path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path))


def _take(found: _Found, root: Path, name: str, file: Path) -> None:
    if file.is_symlink() and not file.exists():
        found.refuse(name, "the link leads nowhere", "repair or remove it")
    elif not name.isprintable():
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        found.refuse(shown, "the file's name holds characters that cannot be printed", "rename it")
    elif not _real(file).is_relative_to(_real(root)):
        found.refuse(name, "the link leads out of the configuration's folder", "exclude it, or copy the file")
    else:
        found.add(name, file)


def _enterable(found: _Found, root: Path, here: Path, folders: Iterable[str]) -> Iterator[str]:
    """The folders to go into: no repository's insides, and no link that leaves the root or closes a circle."""
    for folder in folders:
        path = here / folder
        if folder == ".git":
            continue
        if path.is_symlink():
            target = _real(path)
            if not target.is_relative_to(_real(root)):
                found.refuse(
                    _name(root, path), "the link leads out of the configuration's folder", "exclude or remove it"
                )
                continue
            if _real(here).is_relative_to(target):
                message = "the link leads to a folder that it lies in; it is not followed"
                found.findings.append(new_finding("link-circle", message, path=_name(root, path)))
                continue
        yield folder


def _without_doubles(found: _Found) -> _Found:
    """One file under several names is one document: under its own name, else under the first."""
    own: dict[Path, str] = {}
    for name, file in sorted(found.files.items(), key=lambda pair: (pair[1] != _real(pair[1]), pair[0])):
        own.setdefault(_real(file), name)
    kept = set(own.values())
    found.files = {name: file for name, file in found.files.items() if name in kept}
    return found


# --- all of them together -------------------------------------------------------------------------------------


def _without_clashes(documents: Sequence[Document]) -> tuple[list[Document], list[Finding]]:
    """The documents with an id of their own; of those that share one, none counts."""
    unique: list[Document] = []
    findings: list[Finding] = []
    by_id = sorted(documents, key=lambda document: document.id)
    for name, group in groupby(by_id, key=lambda document: document.id):
        same = list(group)
        if len(same) == 1:
            unique += same
            continue
        for document in same:
            others = " and ".join(repr(other.path) for other in same if other is not document)
            message = f"the id {name!r} is also that of {others}; none of them is used"
            findings.append(new_finding("duplicate-id", message, path=document.path, line=1))
    return sorted(unique, key=lambda document: document.path), findings


def _nothing(settings: Settings) -> Finding:
    globs = ", ".join(f"'{glob}'" for glob in settings.include)
    message = f"no file in '{settings.root}' matches documents.include ({globs})"
    known = bool(settings.namespace)
    hint = (
        "correct documents.include, or name the files"
        if known
        else "name files or folders, or let `pmsync init` find them"
    )
    return new_finding("no-documents", message, hint)
