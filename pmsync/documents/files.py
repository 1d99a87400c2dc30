"""Find and read the documents. Reads files and does nothing else; what cannot be read becomes a finding."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from pmsync.config.globs import fixed_part, matches
from pmsync.config.settings import Settings
from pmsync.documents.read import LARGEST, SUFFIXES, largest, read
from pmsync.errors import DocumentError
from pmsync.findings import new_finding
from pmsync.model import Document, Finding, Reading
from pmsync.model.spelling import one_spelling

_OUTSIDE = "the symbolic link points outside the configuration's folder"
_PLACE = re.compile(r"(?P<line>\d+): |.*?\bline (?P<other>\d+)\b")


def locate(root: Path, name: str) -> Path:
    """The file of a document's path, whose name on disk may be spelled with other Unicode characters."""
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
    """Whether a path leads to the folder or to something below it, however they are spelled."""
    return Path(one_spelling(str(_real(path)))).is_relative_to(one_spelling(str(_real(folder))))


def name_of(root: Path, path: Path) -> str:
    """The name of a file for people: its path from the root with '/', else the path as given."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link to another name
    return one_spelling(absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(path))


def _real(path: Path) -> Path:
    """The path with all links followed (`resolve` raises on a link to itself, until 3.13)."""
    return Path(os.path.realpath(path))


def read_documents(settings: Settings, paths: Sequence[Path] = ()) -> Reading:
    """Every document that the configuration includes, or those at `paths`, in the order of their paths.

    An explicit file need not match `include`; a folder means the documents below it.
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
    """As `read_documents`, but without comparing the documents: those that share an id are included."""
    search = _Search(settings)
    if paths:
        search.explicit(paths)
    else:
        search.included()
    search.refuse_same_names()
    documents = []
    for name, file in sorted(search.files.items()):
        try:
            documents.append(read(read_bytes(file, largest(name)), name, settings.vocabulary))
        except DocumentError as error:
            line, message = _placed(str(error).removeprefix(f"{name}:"))
            search.refuse(name, message, "repair the file, or list it under documents.exclude", line)
    return Reading(tuple(documents), not search.failed, tuple(sorted(search.failed)), tuple(search.findings))


def _placed(message: str) -> tuple[int, str]:
    """The line that a message names, 0 for none, and the message without the line in front of it."""
    match = _PLACE.match(message)
    if not match:
        return 0, message
    return int(match["line"] or match["other"]), message[match.end() :] if match["line"] else message


def read_bytes(file: Path, limit: int = LARGEST) -> bytes:
    """The bytes of one regular file, at most one more than the limit.

    Raises DocumentError where it is not a regular file or cannot be read.
    """
    try:
        # Not blocking: a pipe that somebody committed or mounted must not block the run.
        with open(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as opened:  # noqa: PTH123
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise DocumentError("this is not a regular file")
            return opened.read(limit + 1)
    except OSError as error:
        raise DocumentError(f"the file cannot be read: {(error.strerror or str(error)).lower()}") from None


@dataclass
class _Search:
    """A search for documents: `files` by their name for people, the names that `failed`, and why.

    `same_name` are files whose names differ only in their Unicode spelling, by the name that they share.
    """

    settings: Settings
    files: dict[str, Path] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    same_name: dict[str, list[Path]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return Path(self.settings.root)

    def included(self) -> None:
        """Collect the files that the configuration includes, each under one name."""
        for start in sorted({fixed_part(glob) for glob in self.settings.include}):
            self._walk(self.root, locate(self.root, start), self._is_included)
        self._keep_one_name()

    def explicit(self, paths: Sequence[Path]) -> None:
        """Collect the files at `paths`, and the documents below those that are folders."""
        for path in (locate(each.parent, each.name) for each in paths):
            name = name_of(self.root, path)
            if path.is_dir():
                inside = _real(path).is_relative_to(self.root)
                self._walk(self.root if inside else _real(path), _real(path), self._is_document)
            elif path.exists() and name == one_spelling(str(path)):
                self._add(name, path)
            elif path.exists() or path.is_symlink():
                self._take(self.root, name, path)
            else:
                self.refuse(name, "the file does not exist", "name a document, or a folder that has some")

    def refuse(self, name: str, message: str, hint: str, line: int = 0) -> None:
        self.failed.append(name)
        self.findings.append(new_finding("unreadable-document", message, hint, name, line))

    def refuse_same_names(self) -> None:
        """Refuse files that share a name: nothing says which of them is the document."""
        for name, files in self.same_name.items():
            self.files.pop(name, None)
            spellings = " and ".join(ascii(file.name) for file in dict.fromkeys(files))
            message = f"several files have this name in different Unicode spellings ({spellings}); none of them is used"
            self.failed.append(name)
            self.findings.append(new_finding("duplicate-id", message, "remove or rename all but one", name, 1))

    def _is_included(self, name: str) -> bool:
        return any(matches(glob, name) for glob in self.settings.include) and not self._is_excluded(name)

    def _is_excluded(self, name: str) -> bool:
        return any(matches(glob, name) for glob in self.settings.exclude)

    def _is_document(self, name: str) -> bool:
        return name.lower().endswith(SUFFIXES) and not self._is_excluded(name)

    def _walk(self, root: Path, start: Path, wanted: Callable[[str], bool]) -> None:
        """Collect the wanted files below `start`, also through links that stay below the root and form no cycle."""

        def failed(error: OSError) -> None:
            message = f"the folder cannot be read: {(error.strerror or str(error)).lower()}"
            self.refuse(_name(root, Path(error.filename)), message, "grant the run read access, or exclude it")

        if not start.is_dir():
            return
        for folder, folders, files in os.walk(start, onerror=failed, followlinks=True):
            here = Path(folder)
            folders[:] = sorted(each for each in folders if each != ".git" and self._may_enter(root, here / each))
            for file in sorted(files):
                name = _name(root, here / file)
                if wanted(name):
                    self._take(root, name, here / file)

    def _may_enter(self, root: Path, folder: Path) -> bool:
        """Whether a folder is below the root and, where it is a link, does not lead back to a folder that contains it."""
        if not folder.is_symlink():
            return True
        target = _real(folder)
        if not target.is_relative_to(_real(root)):
            self.refuse(_name(root, folder), _OUTSIDE, "exclude or remove it")
            return False
        if _real(folder.parent).is_relative_to(target):
            message = "the symbolic link points to a folder that contains it; it is not followed"
            self.findings.append(new_finding("link-circle", message, path=_name(root, folder)))
            return False
        return True

    def _take(self, root: Path, name: str, file: Path) -> None:
        if file.is_symlink() and not file.exists():
            self.refuse(name, "the symbolic link points to nothing", "repair or remove it")
        elif not name.isprintable():
            shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
            self.refuse(shown, "the file name has characters that cannot be printed", "rename it")
        elif not _real(file).is_relative_to(_real(root)):
            self.refuse(name, _OUTSIDE, "exclude it, or copy the file")
        else:
            self._add(name, file)

    def _add(self, name: str, file: Path) -> None:
        other = self.files.setdefault(name, file)
        if _real(other) != _real(file):
            self.same_name.setdefault(name, [other]).append(file)

    def _keep_one_name(self) -> None:
        """Keep one name of each file: its own, else the first of its links."""
        names: dict[Path, str] = {}
        for name, file in sorted(self.files.items(), key=lambda pair: (pair[1] != _real(pair[1]), pair[0])):
            names.setdefault(_real(file), name)
        kept = set(names.values())
        self.files = {name: file for name, file in self.files.items() if name in kept}


def _name(root: Path, path: Path) -> str:
    return one_spelling(path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path))


def _without_clashes(documents: Sequence[Document]) -> tuple[list[Document], list[Finding]]:
    """The documents whose id is unique, and findings on those that share one."""
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
            message = f"the id {name!r} is also the id of {others}; none of them is used"
            findings.append(new_finding("duplicate-id", message, path=document.path, line=1))
    return sorted(unique, key=lambda document: document.path), findings


def _nothing(settings: Settings) -> Finding:
    globs = ", ".join(f"'{glob}'" for glob in settings.include)
    message = f"no file in '{settings.root}' matches documents.include ({globs})"
    if settings.namespace:
        return new_finding("no-documents", message, "correct documents.include, or name the files")
    return new_finding("no-documents", message, "name files or folders, or let `pmsync init` find them")
