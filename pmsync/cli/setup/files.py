"""Files that `pmsync init` writes: filled from a template, and never over one that differs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePath

from pmsync.cli.host.git import GitRepository
from pmsync.disk.databases import make_home
from pmsync.errors import ConfigError, PmsyncError

Values = Mapping[str, str | bool | Sequence[str]]

_OPTIONAL = re.compile(r"(\s*)#:([A-Z_]+) ?(.*)")
_WORD = re.compile(r"__([A-Z_]+?)__")


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file to write: its absolute path and its text."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class ConfigPlace:
    """The configuration's file (absolute), and what git says about its folder."""

    config: Path
    repository: GitRepository

    @property
    def top(self) -> Path:
        """The repository's top folder; the configuration's own folder outside a repository."""
        depth = len(PurePath(self.repository.prefix).parts)
        return self.config.parent.parents[depth - 1] if depth else self.config.parent

    @property
    def inside(self) -> str:
        """The configuration's path from the top."""
        return f"{self.repository.prefix}{self.config.name}"


def filled(template: str, values: Values) -> str:
    """The text of a template with its values.

    `__NAME__` becomes the value. A line `#:NAME text` stays, without its mark, if the value is not empty; `#:NAME`
    alone becomes the lines of a list.
    """
    text = (resources.files("pmsync") / "templates" / template).read_text(encoding="utf-8")
    return "".join(f"{line}\n" for each in text.splitlines() for line in _lines(each, values))


def _lines(line: str, values: Values) -> Iterator[str]:
    """The lines that a line of a template becomes; text in values is never taken for a mark."""
    mark = _OPTIONAL.fullmatch(line)
    indent, name, text = mark.groups() if mark else ("", "", line)
    value = values[name] if mark else True
    if not text and not isinstance(value, str | bool):
        yield from (indent + each for each in value)
    elif value:
        yield indent + _WORD.sub(lambda word: str(values[word[1]]), text)


def refuse_changed(parts: Iterable[FilePart]) -> None:
    """Raise PmsyncError for a file that exists with another text, before anything is written."""
    for part in parts:
        if os.path.lexists(part.path) and not (part.path.is_file() and part.path.read_bytes() == part.text.encode()):
            raise PmsyncError(
                f"'{part.path}' exists and differs from what would be written; it stays as it is\n"
                "compare it with `pmsync init --print` and the same options, or delete it and run this again"
            )


def write_missing(parts: Iterable[FilePart]) -> list[Path]:
    """Write the files that do not exist yet, and return their paths."""
    missing = [part for part in parts if not part.path.exists()]
    for part in missing:
        if part.path.parent.name == "cron":
            make_home(part.path.parent.parent)
        write(part.path, part.text, make_folder=True)
    return [part.path for part in missing]


def write(path: Path, text: str, *, force: bool = False, make_folder: bool = False) -> None:
    """Write a file that does not exist, with `force` over one that does; raises ConfigError."""
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"'{path}' cannot be written: {reason}") from None
