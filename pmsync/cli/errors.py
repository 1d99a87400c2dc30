"""Turns every error into words on stderr and an exit code; what is a bug goes to a log file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from pmsync import __version__
from pmsync.cli.app import App, asks_json
from pmsync.cli.terminal import output
from pmsync.cli.terminal.json_log import error_fields
from pmsync.errors import ConfigError, PmsyncError, blacked_out

BUG = 3
INTERRUPTED = 130
SHORTEST_SECRET = 6
_SECRET = re.compile("TOKEN|SECRET|PASSWORD|KEY", re.IGNORECASE)


def explain(error: BaseException, args: Sequence[str], app: App) -> int:
    """Say what went wrong and return the exit code: the error's own, 2 for wrong usage, 130 interrupted, 3 a bug."""
    debug, trace = app.debug or "--debug" in args, ""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        case click.exceptions.NoArgsIsHelpError():
            output.tell(error.format_message())
            return 2
        case PmsyncError():
            code, lines = error.exit_code, _lines(error)
        case click.UsageError():
            code, lines = 2, _usage(error)
        case click.ClickException():
            code, lines = error.exit_code, [error.format_message()]
        case click.Abort() | KeyboardInterrupt():
            code, lines = INTERRUPTED, ["interrupted"]
        case _:
            return _bug(error, args, app, debug=debug)
    if debug:
        import traceback  # noqa: PLC0415 (only what goes wrong needs it)

        trace = blacked_out("".join(traceback.format_exception(error)).rstrip(), _secrets(app))
    listed = isinstance(error, ConfigError) and len(error.problems) > 1
    _tell(Failure(code, lines, type(error).__name__, trace), as_json=asks_json(args, "--format"), listed=listed)
    return code


def _lines(error: PmsyncError) -> list[str]:
    if isinstance(error, ConfigError) and len(error.problems) > 1:
        return [f"the configuration has {len(error.problems)} problems", *error.problems]
    return str(error).splitlines() or [type(error).__name__]


def _usage(error: click.UsageError) -> list[str]:
    message = error.message if hasattr(error, "possibilities") else error.format_message()
    message = " ".join(message.split()).rstrip(".")
    lines = [message[:1].lower() + message[1:]]
    if before := _global_option(error):
        lines.append(f"it goes before the command: `{before}`")
    elif nearest := getattr(error, "possibilities", None):
        lines.append(f"did you mean {', '.join(f'`{name}`' for name in nearest)}?")
    elif error.ctx:
        lines.append(f"`{error.ctx.command_path} --help` says what it takes")
    return lines


def _global_option(error: click.UsageError) -> str:
    """The right call where an option of all commands stands behind one of them; '' else."""
    if not isinstance(error, click.NoSuchOption) or not error.ctx or not error.ctx.parent:
        return ""
    root = error.ctx.find_root()
    options = [each for each in root.command.params if isinstance(each, click.Option)]
    option = next((each for each in options if error.option_name in each.opts), None)
    if option is None:
        return ""
    value = "" if option.is_flag or option.count else " …"
    name, _, rest = error.ctx.command_path.partition(" ")
    return f"{name} {error.option_name}{value} {rest}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a command has no result: exit code, what to say, the error's type, and a traceback where one is wanted."""

    code: int
    lines: Sequence[str]
    kind: str
    trace: str = ""


def _tell(failure: Failure, *, as_json: bool, listed: bool = False) -> None:
    first, *rest = failure.lines
    whole = "\n".join(failure.lines)
    if output.record("error", first, error_fields(failure.kind, whole, failure.code, failure.trace)):
        return
    if failure.trace:
        output.tell(failure.trace)
    if as_json:
        output.emit_json({"message_type": "error", "code": failure.code, "message": whole}, err=True)
        return
    output.fail(first)
    for line in rest:
        if listed:
            output.tell(f"  - {line}", hang=4)
        else:
            output.advise(line)


def _secrets(app: App) -> list[str]:
    """What the environment holds of them: nobody knows what the text of an unknown error quotes."""
    return [value for name, value in app.environ.items() if _SECRET.search(name) and len(value) >= SHORTEST_SECRET]


def _bug(error: BaseException, args: Sequence[str], app: App, *, debug: bool) -> int:
    """Write the traceback to a file that only its owner reads, and print where it is. The environment stays out."""
    import platform  # noqa: PLC0415 (only a bug needs these)
    import traceback  # noqa: PLC0415

    secrets = _secrets(app)
    trace = blacked_out("".join(traceback.format_exception(error)), secrets)
    about = f"pmsync {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
    lines = [blacked_out(f"an unexpected error has occurred: {type(error).__name__}: {error}", secrets)]
    path = _log(about + trace)
    lines.append(f"this is a bug in pmsync; please report it with {path}" if path else "this is a bug in pmsync")
    shown = trace.rstrip() if debug or not path else ""
    _tell(Failure(BUG, lines, type(error).__name__, shown), as_json=asks_json(args, "--format"))
    return BUG


def _log(text: str) -> Path | None:
    """Where the text was written: the user's own folder for pmsync, else the one for temporary files."""
    import tempfile  # noqa: PLC0415 (only a bug needs it)

    name = f"bug-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    for folder in (Path(click.get_app_dir("pmsync")), Path(tempfile.gettempdir())):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            return folder / name
    return None
