"""All that is printed goes through here: the result to stdout, everything else to stderr, as text or as JSON lines.

What comes from documents and trackers is made printable first, and under CI no line can command the runner. Colours,
links and progress are for terminals only. A reader that closes the pipe early stops no command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import quote

import click

from pmsync.cli.terminal.safe_text import harmless, printable, rfc3339, to_json
from pmsync.location import place
from pmsync.model.frozen import frozen

if TYPE_CHECKING:
    from pmsync.model import Finding, Level

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

COLOURS: Mapping[Level, str] = {"error": "red", "warning": "yellow", "note": "cyan"}
_LINKING = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "VTE_VERSION", "WEZTERM_PANE")
_LINKING_PROGRAMS = {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"}


@frozen
class View:
    """How this invocation prints; `colour` is what `--color` said, `structured` whether the log is JSON."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    colour: str = "auto"
    verbosity: int = 0
    structured: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def runner(self) -> bool:
        """True under CI, where printed text may be read as commands."""
        return any(self.environ.get(name, "").lower() not in {"", "0", "false"} for name in ("GITHUB_ACTIONS", "CI"))


class Span(NamedTuple):
    """A piece of text with a look. Where a terminal cannot link, `echo` prints the URL after the text."""

    text: str
    colour: str | None = None
    bold: bool = False
    dim: bool = False
    url: str | None = None


Part = str | Span

_view: ContextVar[View | None] = ContextVar("view", default=None)


def use(view: View) -> None:
    """Print like this from now on."""
    _view.set(view)


def current() -> View:
    """How it is printed now."""
    return _view.get() or View()


def text_of(part: Part) -> str:
    """Without its look."""
    return part if isinstance(part, str) else part.text


# --- text -----------------------------------------------------------------------------------------------------


def bold(text: str, colour: str | None = None) -> Span:
    return Span(text, colour, bold=True)


def dim(text: str) -> Span:
    return Span(text, dim=True)


def coloured(text: str, colour: str) -> Span:
    return Span(text, colour)


def link(text: str, url: str | None) -> Span:
    """A ticket's key that leads to it, where that is a place on the web."""
    return Span(text, url=url if url and url.startswith(("http://", "https://")) else None)


def echo(*parts: Part, hang: int | None = 0) -> None:
    """A line of the result, on stdout. A terminal shows it on several where it is too long, the later ones `hang` cells
    in; with None it stays one.
    """
    _put(sys.stdout, parts, hang)


def fits(*parts: Part) -> bool:
    """Whether a line of the result needs no second one: where it is piped, none does."""
    if not is_terminal():
        return True
    from pmsync.cli.terminal.wrapping import fits  # noqa: PLC0415 (only a terminal needs it)

    return fits(_join(parts, sys.stdout), columns())


def log(*parts: Part, level: int = 0, hang: int = 2) -> None:
    """A line about what happens, on stderr: `level` 0 is seen unless `--quiet`, 1 with `-v`, 2 with `-vv`."""
    if current().verbosity >= level:
        tell(*parts, hang=hang, level="debug" if level else "info")


def warn(message: str, hint: str = "") -> None:
    """A warning on stderr, with what to do about it."""
    if current().verbosity >= 0 and not record("warn", message, {"pmsync.hint": hint}):
        _label("warning", "yellow", message)
        if hint:
            advise(hint)


def tell(*parts: Part, hang: int | None = 2, level: str = "info") -> None:
    """A line on stderr that `--quiet` does not silence."""
    if not record(level, "".join(map(text_of, parts)).strip(), {}):
        _put(sys.stderr, parts, hang)


def fail(message: str) -> None:
    """An error on stderr: seen with `--quiet` too."""
    _label("error", "red", message)


def advise(hint: str) -> None:
    """What to do about an error, on stderr below it."""
    _label("hint", "cyan", hint)


def record(level: str, message: str, fields: Mapping[str, object]) -> bool:
    """A line of the structured log; False where the log is for people, and nothing was printed."""
    view = current()
    if not view.structured:
        return False
    if message:
        from pmsync.cli.terminal import json_log  # noqa: PLC0415 (only the structured log needs it)

        emit_json(json_log.record(view.now(), level, message, fields), err=True)
    return True


def event(message: str, fields: Mapping[str, object], level: str = "info") -> None:
    """Something that only the structured log tells; `--quiet` silences it."""
    if current().verbosity >= 0:
        record(level, message, fields)


def _label(word: str, colour: str, text: str) -> None:
    tell(bold(word, colour), ": ", text, hang=len(word) + 2)


def _put(stream: IO[str], parts: Sequence[Part], hang: int | None) -> None:
    text = _join(parts, stream)
    if hang is not None and is_terminal(stream):
        from pmsync.cli.terminal.wrapping import wrap  # noqa: PLC0415 (only a terminal needs it)

        text = wrap(text, columns(), hang)
    _write(stream, text)


def emit_json(value: object, *, err: bool = False) -> None:
    """The value as JSON: dataclasses, dates, enums and sets included; the same value gives the same text.

    On stderr it stays on one line.
    """
    text = to_json(value, runner=current().runner, indent=None if err else 2)
    _write(sys.stderr if err else sys.stdout, text)


def emit_json_list(values: Iterable[object]) -> None:
    """The same for the list of these values, each printed as it comes, so that only one has to be held."""
    from textwrap import indent  # noqa: PLC0415 (only a list of values needs it)

    before = "["
    for value in values:
        element = indent(to_json(value, runner=current().runner), "  ")
        _write(sys.stdout, f"{before}\n{element}", end="")
        before = ","
    _write(sys.stdout, "[]" if before == "[" else "\n]")


def emit_commands(lines: Sequence[str]) -> None:
    """Commands that are meant for a CI runner, as they are: what is a stranger's in them has been escaped."""
    for line in lines:
        _write(sys.stdout, printable(line), commands=True)


def _join(parts: Sequence[Part], stream: IO[str], *, urls: bool = True) -> str:
    return "".join(_render(part, stream, urls=urls) for part in parts)


def _render(part: Part, stream: IO[str], *, urls: bool) -> str:
    if isinstance(part, str):
        return printable(part)
    text = printable(part.text)
    if has_colour(stream) and (part.colour or part.bold or part.dim):
        text = click.style(text, fg=part.colour, bold=part.bold or None, dim=part.dim or None)
    if not part.url:
        return text
    if has_links(stream):
        return f"\x1b]8;;{quote(part.url, safe=':/?#[]@!$&()*+,;=%~')}\x1b\\{text}\x1b]8;;\x1b\\"
    return f"{text} {printable(part.url)}" if urls else text


def _write(stream: IO[str], text: str, *, commands: bool = False, end: str = "\n") -> None:
    """Print one text and its end, that of a line; after a closed pipe, print into nothing."""
    if current().runner and not commands:
        text = harmless(text)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    text = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo(text + end, file=stream, nl=False, color=True)
    except BrokenPipeError:
        swallow(stream)


def swallow(stream: IO[str]) -> None:
    """From now on what is printed on this stream goes nowhere: its reader has left."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def flush() -> None:
    """Send out what is buffered; at the end of a command a closed pipe is no error."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            swallow(stream)


# --- what the terminal can do ---------------------------------------------------------------------------------


def columns() -> int:
    """How wide the terminal is, in cells."""
    import shutil  # noqa: PLC0415 (only a terminal needs it)

    return shutil.get_terminal_size((80, 24)).columns


def is_terminal(stream: IO[str] | None = None) -> bool:
    """True where a person looks at it (stdout unless said otherwise)."""
    stream = stream or sys.stdout
    return hasattr(stream, "isatty") and stream.isatty()


def is_watched() -> bool:
    """True where a person sees either stream."""
    return is_terminal() or is_terminal(sys.stderr)


def in_full() -> bool:
    """Whether each thing done gets a line of its own: at a terminal, in a CI job's log, and with `-v`.

    Else all of it is one line, for cron makes a mail of what is printed.
    """
    return is_terminal() or current().runner or current().verbosity > 0


def has_colour(stream: IO[str]) -> bool:
    """Whether to colour, first match: --color, NO_COLOR, CLICOLOR_FORCE and FORCE_COLOR, the terminal.

    See https://bixense.com/clicolors and https://no-color.org.
    """
    view = current()
    if view.colour in {"always", "never"}:
        return view.colour == "always"
    if view.environ.get("NO_COLOR"):
        return False
    if any(view.environ.get(name, "") not in {"", "0"} for name in ("CLICOLOR_FORCE", "FORCE_COLOR")):
        return True
    return is_terminal(stream) and view.environ.get("TERM") != "dumb"


def has_links(stream: IO[str]) -> bool:
    """Whether the terminal shows OSC 8 links: said by NO_HYPERLINKS or FORCE_HYPERLINKS, else by its name."""
    environ = current().environ
    if environ.get("NO_HYPERLINKS"):
        return False
    if environ.get("FORCE_HYPERLINKS", "") not in {"", "0"}:
        return True
    known = any(environ.get(name) for name in _LINKING) or environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
    return is_terminal(stream) and environ.get("TERM") != "dumb" and known


# --- findings -------------------------------------------------------------------------------------------------


def findings(found: Sequence[Finding], *, err: bool = False, end: bool = True) -> None:
    """Findings in full for a person at a terminal, with an empty line at the `end` of each, else one line each that
    editors and grep understand.
    """
    from pmsync.cli.terminal import json_log  # noqa: PLC0415 (not every command has findings)

    stream = sys.stderr if err else sys.stdout
    for finding in found:
        if err and record(json_log.LEVELS[finding.level], finding.message, json_log.finding_fields(finding)):
            continue
        for parts in _at_length(finding) if is_terminal(stream) else _in_short(finding):
            _put(stream, parts, len(text_of(parts[0])) + 2)
        if end and is_terminal(stream):
            _put(stream, ("",), None)


def _at_length(finding: Finding) -> Iterator[Sequence[Part]]:
    yield bold(finding.level, COLOURS[finding.level]), ": ", finding.message, dim(f"  [{finding.rule}]")
    if finding.path:
        yield coloured("  --> ", "cyan"), _place(finding)
    if finding.hint:
        yield bold("hint", "cyan"), ": ", finding.hint


def _in_short(finding: Finding) -> Iterator[Sequence[Part]]:
    where = f"{_place(finding)}: " if finding.path else ""
    hint = f" ({finding.hint})" if finding.hint else ""
    text = f"{where}{finding.level}[{finding.rule}]: {finding.message}{hint}"
    yield (" ".join(text.split()),)


def _place(finding: Finding) -> str:
    return place(finding.path, finding.line)


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


# --- dates ----------------------------------------------------------------------------------------------------


def ago(moment: datetime, now: datetime) -> str:
    """`2 days ago` for a person at a terminal, else the moment as RFC 3339."""
    if not is_terminal():
        return rfc3339(moment)
    import humanize  # noqa: PLC0415

    return humanize.naturaltime(now.astimezone(UTC) - moment.astimezone(UTC))


def due(day: date | None, today: date) -> str:
    """`3d late (2026-11-20)` for a person at a terminal, else the date; '' for none."""
    if day is None:
        return ""
    left = (day - today).days
    if not is_terminal():
        return day.isoformat()
    if left < 0:
        return f"{-left}d late ({day})"
    return f"today ({day})" if left == 0 else f"in {left}d ({day})"


# --- shared parts of commands ---------------------------------------------------------------------------------


def format_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """`--format`, the first one being the default; the command gets it as `output_format`."""
    kind = click.Choice(formats)
    text = "How to print the result."
    return click.option("--format", "output_format", type=kind, default=formats[0], show_default=True, help=text)


@contextmanager
def progress(what: str) -> Iterator[Any]:
    """Shows a person at a terminal what takes longer than a second; yields a `progress.Progress`."""
    from pmsync.cli.terminal.progress import shown  # noqa: PLC0415

    view = current()
    plain = view.structured or view.verbosity or view.environ.get("PMSYNC_NO_PROGRESS")
    wanted = is_terminal(sys.stderr) and not plain
    with shown(what, wanted=wanted) as bar:
        yield bar


def tilde(path: Path, cwd: Path) -> str:
    """The path as a person would type it here: relative where it is below the working directory."""
    with suppress(ValueError):
        return str(path.relative_to(cwd)) or "."
    return str(path)
