"""The command line: parses, calls, prints. Decides nothing, and imports a command only when it runs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from pmsync import __version__
from pmsync.cli.app import App, asks_json, pass_app
from pmsync.cli.terminal import output
from pmsync.errors import ConfigError

__all__ = ["COMMANDS", "App", "cli", "main", "pass_app"]

COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("init", "Write a pmsync.toml for this repository and try it."),
    "extract": ("extract", "Show what is understood of documents, and why."),
    "check": ("check", "Find what is wrong in documents."),
    "plan": ("plan", "Show what a sync would do; writes nothing."),
    "sync": ("sync", "Bring tickets and ledger in line with the documents."),
    "write-back": ("write_back", "Write ticket links and ticks into the documents."),
    "status": ("status", "Show the state of all action items, offline."),
    "calendar": ("calendar", "Write the due dates of open items into a calendar file."),
    "gate": ("gate", "Fail while action items are overdue; for a deploy pipeline."),
    "report": ("report", "Show what gets closed and what does not, now or on a past day."),
    "show": ("show", "Show everything about one item: its text, ticket and history."),
    "adopt": ("adopt", "Link an item to a ticket that exists, or say that it is new."),
    "forget": ("forget", "Drop the link between an item and its ticket."),
    "doctor": ("doctor", "Check configuration, ledger, documents, trackers and people."),
    "tickets": ("tickets", "List and edit the tickets of a local tracker."),
    "completion": ("completion", "Print the completion script of a shell."),
}
"""Each command's module in `cli.commands`, where it is the object named `command`, and its line in `pmsync --help`."""

LOG_FORMATS = ("text", "json")

_EXAMPLES = """\b
Examples:
  pmsync init                       set up this repository
  pmsync check                      what is wrong in the documents?
  pmsync plan                       what would a sync do?
  pmsync sync                       do it
  pmsync status --mine              what is mine, and what is late?
"""


class Commands(click.Group):
    """The commands by name, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f"pmsync.cli.commands.{COMMANDS[cmd_name][0]}").command
        assert isinstance(found, click.Command)  # noqa: S101
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            raise click.exceptions.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=Commands,
    help=f"Turn the action items of post-mortem documents into tickets, exactly once.\n\n{_EXAMPLES}",
    epilog="`pmsync COMMAND --help` says more about a command.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s", prog_name="pmsync")
@click.option("--config", type=click.Path(path_type=Path), help="The configuration file. [env var: PMSYNC_CONFIG]")
@click.option("-v", "--verbose", count=True, help="Say more; -vv says more still.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), help="Colour the output. [env var: PMSYNC_COLOR]"
)
@click.option(
    "--log-format",
    type=click.Choice(LOG_FORMATS),
    help="How the log on stderr is written. [env var: PMSYNC_LOG_FORMAT]",
)
@click.option("--debug", is_flag=True, help="Show the traceback of every error.")
@click.pass_context
def cli(
    ctx: click.Context,
    *,
    config: Path | None,
    verbose: int,
    quiet: bool,
    color: str | None,
    log_format: str | None,
    debug: bool,
) -> None:
    """Hand every command the same App, and set how it prints."""
    base = ctx.find_object(App) or App()
    named = config or base.config or (Path(path) if (path := base.environ.get("PMSYNC_CONFIG")) else None)
    ctx.obj = replace(base, config=named, verbosity=-1 if quiet else verbose, debug=debug)
    output.use(_view(ctx.obj, color, log_format))
    if unknown := _unknown_format(ctx.obj):
        raise ConfigError(f"PMSYNC_LOG_FORMAT is {unknown!r}; write {' or '.join(LOG_FORMATS)}")


def _view(app: App, color: str | None, log_format: str | None) -> output.Printing:
    colour = color or app.environ.get("PMSYNC_COLOR", "auto")
    structured = (log_format or app.environ.get("PMSYNC_LOG_FORMAT")) == "json"
    return output.Printing(app.environ, colour, app.verbosity, structured, app.now)


def _unknown_format(app: App) -> str:
    """What the environment says of the log's format, where it is none; '' else."""
    said = app.environ.get("PMSYNC_LOG_FORMAT", "")
    return "" if said in {"", *LOG_FORMATS} else said


def main(args: Sequence[str] | None = None, app: App | None = None) -> int:
    """Run the command line and return its exit code; `app` is for tests."""
    app = app or App()
    args = list(sys.argv[1:] if args is None else args)
    output.use(_view(app, None, "json" if asks_json(args, "--log-format") else None))
    try:
        code = cli.main(args, prog_name="pmsync", standalone_mode=False, obj=app)
    except BaseException as error:  # one place turns every error into words and an exit code
        from pmsync.cli.errors import explain  # noqa: PLC0415 (only what fails needs it)

        code = explain(error, args, app)
    finally:
        output.flush()
    return code if isinstance(code, int) else 0
