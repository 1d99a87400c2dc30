"""Everything is printed through here: the result to stdout, the rest to stderr, as text or as JSON lines.

Text from documents and trackers is made printable first, and under CI no line can command the runner. Colours, links
and progress are for terminals only. A reader that closes the pipe early stops no command.
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
from typing import IO, Any, NamedTuple, TypeVar
from urllib.parse import quote

import click

from pmsync.cli.terminal.safe_text import harmless, printable, rfc3339, to_json
from pmsync.model.frozen import frozen

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_LINKING = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "DOMTERM", "VTE_VERSION", "WEZTERM_PANE")
_LINKING_PROGRAMS = {"iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "Tabby"}


@frozen
class Printing:
    """How this invocation prints; `colour` is the value of `--color`, `structured` whether the log is JSON."""

    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    colour: str = "auto"
    verbosity: int = 0
    structured: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def runner(self) -> bool:
        """True under CI, where printed text may be read as commands."""
        return any(self.environ.get(name, "").lower() not in {"", "0", "false"} for name in ("GITHUB_ACTIONS", "CI"))


class Styled(NamedTuple):
    """A piece of text with a style. Where a terminal cannot link, `echo` prints the URL after the text."""

    text: str
    colour: str | None = None
    bold: bool = False
    dim: bool = False
    url: str | None = None


Part = str | Styled

_view: ContextVar[Printing | None] = ContextVar("view", default=None)


def use(view: Printing) -> None:
    """Print like this from now on."""
    _view.set(view)


def current() -> Printing:
    return _view.get() or Printing()


# --- text -----------------------------------------------------------------------------------------------------


def text_of(part: Part) -> str:
    """The part without its style."""
    return part if isinstance(part, str) else part.text


def bold(text: str, colour: str | None = None) -> Styled:
    return Styled(text, colour, bold=True)


def dim(text: str) -> Styled:
    return Styled(text, dim=True)


def coloured(text: str, colour: str) -> Styled:
    return Styled(text, colour)


def link(text: str, url: str | None) -> Styled:
    """A ticket's key that links to it, if it is on the web."""
    return Styled(text, url=url if url and url.startswith(("http://", "https://")) else None)


def echo(*parts: Part, hang: int | None = 0) -> None:
    """Print a line of the result on stdout. A terminal wraps it, further lines indented by `hang`; None: never wrap."""
    put(*parts, hang=hang)


def fits(*parts: Part) -> bool:
    """Whether a line of the result needs no wrapping; without a terminal, none does."""
    if not is_terminal():
        return True
    from pmsync.cli.terminal.wrapping import fits  # noqa: PLC0415 (only a terminal needs it)

    return fits(_join(parts, sys.stdout), columns())


def log(*parts: Part, level: int = 0, hang: int = 2) -> None:
    """Print what happens on stderr; a `level` of 0 needs no `-v` (but no `--quiet`), 1 needs `-v`, 2 needs `-vv`."""
    if current().verbosity >= level:
        tell(*parts, hang=hang, level="debug" if level else "info")


def warn(message: str, hint: str = "") -> None:
    """Print a warning on stderr, with what to do about it."""
    if current().verbosity >= 0 and not record("warn", message, {"pmsync.hint": hint}):
        _label("warning", "yellow", message)
        if hint:
            advise(hint)


def tell(*parts: Part, hang: int | None = 2, level: str = "info") -> None:
    """Print a line on stderr, even with `--quiet`."""
    if not record(level, "".join(map(text_of, parts)).strip(), {}):
        put(*parts, err=True, hang=hang)


def fail(message: str) -> None:
    """Print an error on stderr, even with `--quiet`."""
    _label("error", "red", message)


def advise(hint: str) -> None:
    """Print what to do about an error, below it."""
    _label("hint", "cyan", hint)


def _label(word: str, colour: str, text: str) -> None:
    tell(bold(word, colour), ": ", text, hang=len(word) + 2)


def record(level: str, message: str, fields: Mapping[str, object]) -> bool:
    """Print a line of the structured log; returns False, and prints nothing, if the log is text."""
    view = current()
    if not view.structured:
        return False
    if message:
        from pmsync.cli.terminal import json_log  # noqa: PLC0415 (only the structured log needs it)

        emit_json(json_log.record(view.now(), level, message, fields), err=True)
    return True


def event(message: str, fields: Mapping[str, object], level: str = "info") -> None:
    """Print a line that only the structured log has; `--quiet` silences it."""
    if current().verbosity >= 0:
        record(level, message, fields)


def put(*parts: Part, err: bool = False, hang: int | None = None) -> None:
    """Print a line on stdout or stderr, whatever the log format."""
    stream = sys.stderr if err else sys.stdout
    text = _join(parts, stream)
    if hang is not None and is_terminal(stream):
        from pmsync.cli.terminal.wrapping import wrap  # noqa: PLC0415 (only a terminal needs it)

        text = wrap(text, columns(), hang)
    _write(stream, text)


def _join(parts: Sequence[Part], stream: IO[str]) -> str:
    return "".join(_render(part, stream) for part in parts)


def _render(part: Part, stream: IO[str]) -> str:
    if isinstance(part, str):
        return printable(part)
    text = printable(part.text)
    if has_colour(stream) and (part.colour or part.bold or part.dim):
        text = click.style(text, fg=part.colour, bold=part.bold or None, dim=part.dim or None)
    if not part.url:
        return text
    if has_links(stream):
        return f"\x1b]8;;{quote(part.url, safe=':/?#[]@!$&()*+,;=%~')}\x1b\\{text}\x1b]8;;\x1b\\"
    return f"{text} {printable(part.url)}"


def _write(stream: IO[str], text: str, *, commands: bool = False, end: str = "\n") -> None:
    """Print a text; after the pipe was closed, into nothing."""
    if current().runner and not commands:
        text = harmless(text)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    text = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo(text + end, file=stream, nl=False, color=True)
    except BrokenPipeError:
        _swallow(stream)


def _swallow(stream: IO[str]) -> None:
    """Discard what is printed on this stream from now on: its reader has left."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def flush() -> None:
    """Write out what is buffered; a closed pipe is no error."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _swallow(stream)


# --- for programs ---------------------------------------------------------------------------------------------


def emit_json(value: object, *, err: bool = False) -> None:
    """Print a value as JSON, dataclasses, dates, enums and sets included; on stderr on one line."""
    text = to_json(value, runner=current().runner, indent=None if err else 2)
    _write(sys.stderr if err else sys.stdout, text)


def emit_json_list(values: Iterable[object]) -> None:
    """Print a list as JSON, each element as it comes, so that only one is in memory."""
    from textwrap import indent  # noqa: PLC0415 (only a list of values needs it)

    before = "["
    for value in values:
        element = indent(to_json(value, runner=current().runner), "  ")
        _write(sys.stdout, f"{before}\n{element}", end="")
        before = ","
    _write(sys.stdout, "[]" if before == "[" else "\n]")


def emit_commands(lines: Sequence[str]) -> None:
    """Print commands for a CI runner as they are: text from documents in them has been escaped."""
    for line in lines:
        _write(sys.stdout, printable(line), commands=True)


def answer(output_format: str, value: object, text: str) -> None:
    """Print the result of a command: the value as JSON, else the text."""
    if output_format == "json":
        emit_json(value)
    else:
        echo(text, hang=2)


# --- what the terminal can do ---------------------------------------------------------------------------------


def columns() -> int:
    """How wide the terminal is, in cells."""
    import shutil  # noqa: PLC0415 (only a terminal needs it)

    return shutil.get_terminal_size((80, 24)).columns


def is_terminal(stream: IO[str] | None = None) -> bool:
    """Whether a person looks at the stream, by default stdout."""
    stream = stream or sys.stdout
    return hasattr(stream, "isatty") and stream.isatty()


def is_watched() -> bool:
    """Whether a person sees stdout or stderr."""
    return is_terminal() or is_terminal(sys.stderr)


def in_full() -> bool:
    """Whether each change gets a line of its own: at a terminal, in a CI job's log, and with `-v`.

    Elsewhere they share one line, since cron mails what is printed.
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
    """Whether the terminal shows OSC 8 links, by NO_HYPERLINKS or FORCE_HYPERLINKS, else by its name."""
    environ = current().environ
    if environ.get("NO_HYPERLINKS"):
        return False
    if environ.get("FORCE_HYPERLINKS", "") not in {"", "0"}:
        return True
    linking = any(environ.get(name) for name in _LINKING) or environ.get("TERM_PROGRAM") in _LINKING_PROGRAMS
    return is_terminal(stream) and environ.get("TERM") != "dumb" and linking


# --- words ----------------------------------------------------------------------------------------------------


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


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


def tilde(path: Path, cwd: Path) -> str:
    """The path as a person would type it here: relative if it is below the working directory."""
    with suppress(ValueError):
        return str(path.relative_to(cwd)) or "."
    return str(path)


# --- shared parts of commands ---------------------------------------------------------------------------------


def format_option(*formats: str) -> Callable[[Decorated], Decorated]:
    """`--format`, by default the first one; the command gets it as `output_format`."""
    kind = click.Choice(formats)
    text = "How to print the result."
    return click.option("--format", "output_format", type=kind, default=formats[0], show_default=True, help=text)


@contextmanager
def progress(what: str) -> Iterator[Any]:
    """Show a person at a terminal what takes longer than a second; yields a `progress.Progress`."""
    from pmsync.cli.terminal.progress import shown  # noqa: PLC0415

    view = current()
    plain = view.structured or view.verbosity or view.environ.get("PMSYNC_NO_PROGRESS")
    wanted = is_terminal(sys.stderr) and not plain
    with shown(what, wanted=wanted) as bar:
        yield bar
