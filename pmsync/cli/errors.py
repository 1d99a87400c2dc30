"""Turns every error into a message on stderr and an exit code; a bug goes to a log file."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
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
    """Print what went wrong and return the exit code: the error's own, 2 for wrong usage, 130 interrupted, 3 a bug."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        case click.exceptions.NoArgsIsHelpError():
            output.tell(error.format_message())
            return 2
    code, lines = _described(error)
    debug = app.debug or "--debug" in args
    trace = _trace(error, app) if debug or code == BUG else ""
    if code == BUG:
        path = _log(trace)
        advice = f"this is a bug in pmsync; please report it with {path}" if path else "this is a bug in pmsync"
        lines = [blacked_out(lines[0], _secrets(app)), advice]
        trace = trace if debug or not path else ""
    _print(error, code, lines, trace, as_json=asks_json(args, "--format"))
    return code


def _described(error: BaseException) -> tuple[int, list[str]]:
    """The exit code, and the lines to print: the error, then hints or problems."""
    name = type(error).__name__
    match error:
        case ConfigError() if len(error.problems) > 1:
            return error.exit_code, [f"the configuration has {len(error.problems)} problems", *error.problems]
        case PmsyncError():
            return error.exit_code, str(error).splitlines() or [name]
        case click.UsageError():
            return 2, _usage(error)
        case click.ClickException():
            return error.exit_code, [error.format_message()]
        case click.Abort() | KeyboardInterrupt():
            return INTERRUPTED, ["interrupted"]
    return BUG, [f"an unexpected error has occurred: {name}: {error}"]


def _usage(error: click.UsageError) -> list[str]:
    message = error.message if hasattr(error, "possibilities") else error.format_message()
    message = " ".join(message.split()).rstrip(".")
    lines = [message[:1].lower() + message[1:]]
    if call := _with_global_option(error):
        lines.append(f"put it before the command: `{call}`")
    elif nearest := getattr(error, "possibilities", None):
        lines.append(f"did you mean {', '.join(f'`{name}`' for name in nearest)}?")
    elif error.ctx:
        lines.append(f"see `{error.ctx.command_path} --help`")
    return lines


def _with_global_option(error: click.UsageError) -> str:
    """The right call if an option of all commands was put after one of them; '' otherwise."""
    if not isinstance(error, click.NoSuchOption) or not error.ctx or not error.ctx.parent:
        return ""
    options = [each for each in error.ctx.find_root().command.params if isinstance(each, click.Option)]
    option = next((each for each in options if error.option_name in each.opts), None)
    if option is None:
        return ""
    value = "" if option.is_flag or option.count else " …"
    name, _, rest = error.ctx.command_path.partition(" ")
    return f"{name} {error.option_name}{value} {rest}"


def _print(error: BaseException, code: int, lines: Sequence[str], trace: str, *, as_json: bool) -> None:
    first, *rest = lines
    whole = "\n".join(lines)
    if output.record("error", first, error_fields(type(error).__name__, whole, code, trace)):
        return
    if trace:
        output.tell(trace)
    if as_json:
        output.emit_json({"message_type": "error", "code": code, "message": whole}, err=True)
        return
    output.fail(first)
    for line in rest:
        if isinstance(error, ConfigError) and len(error.problems) > 1:
            output.tell(f"  - {line}", hang=4)
        else:
            output.advise(line)


def _trace(error: BaseException, app: App) -> str:
    import traceback  # noqa: PLC0415 (only a failure needs it)

    return blacked_out("".join(traceback.format_exception(error)).rstrip(), _secrets(app))


def _secrets(app: App) -> list[str]:
    """The secrets in the environment, since an unknown error may quote any of them."""
    return [value for name, value in app.environ.items() if _SECRET.search(name) and len(value) >= SHORTEST_SECRET]


def _log(trace: str) -> Path | None:
    """Write the traceback of a bug to a file that only its owner can read; the environment stays out."""
    import platform  # noqa: PLC0415 (only a bug needs these)
    import tempfile  # noqa: PLC0415

    text = f"pmsync {__version__}, Python {platform.python_version()}, {platform.platform()}\n{trace}\n"
    name = f"bug-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    for folder in (Path(click.get_app_dir("pmsync")), Path(tempfile.gettempdir())):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            return folder / name
    return None
