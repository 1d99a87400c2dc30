"""`pmsync init`: asks or is told, writes a pmsync.toml, and tries it. Never overwrites without --force."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.host.first_sync import begun
from pmsync.cli.host.git import look
from pmsync.cli.setup import pipelines
from pmsync.cli.setup.config_text import Answers, config_text
from pmsync.cli.setup.pin import installed_pin, parse_pin
from pmsync.cli.setup.pipelines import FilePart, Place, Watch, Wishes
from pmsync.cli.setup.questions import Asker, Flags, gather, settings_of
from pmsync.cli.setup.summary import try_out
from pmsync.cli.terminal import output
from pmsync.config.file import NAME, load
from pmsync.config.settings import Settings
from pmsync.config.trackers import TYPES
from pmsync.disk.databases import make_home
from pmsync.errors import ConfigError
from pmsync.sync import head_start
from pmsync.trackers.hosts import advice, in_ci, with_users_hosts


@click.command()
@click.option("--tracker", type=click.Choice(TYPES), help="Where tickets are made.")
@click.option("--repo", metavar="OWNER/NAME", help="GitHub: the repository for the tickets.")
@click.option("--url", metavar="URL", help="Jira: the address of the site.")
@click.option("--project", metavar="KEY", help="Jira: the project for the tickets.")
@click.option("--documents", multiple=True, metavar="GLOB", help="Which files are post-mortems; repeatable.")
@click.option("--namespace", metavar="NAME", help="Makes ids unique; default: the repository's name.")
@click.option("--since", metavar="DATE", help="Older documents get no tickets; default: today.")
@click.option(
    "--grace", metavar="TIME", help='How long cron leaves a new item to CI; default: "1h" with --ci, else "0".'
)
@click.option("--accounts", metavar="A,B", help="Every account that creates tickets, CI's as well as cron's.")
@click.option("--ci", type=click.Choice(pipelines.SYSTEMS), help="Also write a pipeline: check, plan, sync.")
@click.option("--pin", metavar="URL@COMMIT", help="The pmsync that CI installs; default: where this one came from.")
@click.option(
    "--write-back", type=click.Choice(["pr", "push"]), help="With --ci: commit tickets and ticks into the documents."
)
@click.option("--comment", is_flag=True, help="With --ci github: keep the plan as a comment of the pull request.")
@click.option("--cron", is_flag=True, help="Also write a systemd timer and a crontab line for this machine.")
@click.option("--heartbeat", metavar="URL", help="With --cron: where each run's exit status goes, as URL/STATUS.")
@click.option("--metrics", metavar="FILE", help="With --cron: where each run leaves figures for Prometheus (*.prom).")
@click.option("--print", "print_only", is_flag=True, help="Print all that would be written; write nothing.")
@click.option("--force", is_flag=True, help="Overwrite a configuration that is there.")
@click.option("--yes", "-y", "--no-input", "no_input", is_flag=True, help="Ask nothing, as in scripts: take defaults.")
@pass_app
def command(
    app: App,
    /,
    *,
    write_back: str | None,
    comment: bool,
    cron: bool,
    print_only: bool,
    force: bool,
    no_input: bool,
    **flags: str | tuple[str, ...] | None,
) -> int:
    """Write a pmsync.toml for this repository and try it.

    At a terminal it asks for what no flag says. A configuration that is there is only tried. Files of --ci and --cron
    that say something else are never written over.

    \b
    Examples:
      pmsync init
      pmsync init --tracker github --repo acme/web --accounts 'acme-bot,github-actions[bot]'
      pmsync init --tracker jira --url https://acme.atlassian.net --project PAY --no-input
      pmsync init --tracker local --print
      pmsync init --ci github      with a workflow for pull requests and merges
      pmsync init --ci github --write-back pr --comment
    """
    path, wishes = app.cwd / (app.config or NAME), _wishes(flags.get("ci"), write_back, comment=comment)
    asker = Asker(sys.stdin.isatty() and not no_input)
    text = None
    if path.exists() and not force and not print_only:
        output.log(f"'{_short(path, app)}' is there already, and stays as it is (--force writes a new one)")
        settings = load(path, app.environ, app.cwd)
    else:
        answers = gather(app, flags, asker, path.parent.resolve())
        answers = replace(answers, begun=None if print_only else _begun(answers, path, app, flags))
        text, settings = config_text(answers), settings_of(answers, path.parent.resolve())
    place = Place(path.parent.resolve() / path.name, look(path.parent))
    parts = _parts(flags.get("ci"), flags.get("pin"), settings, place, asker, wishes)
    parts += _units(app, flags, settings, place, cron=cron)
    if print_only:
        return _print(text or "", parts, place)
    pipelines.refuse_changed(parts)
    if text is not None:
        _write(path, text, force=force)
        make_home(Path(settings.ledger).parent)
        head_start.give(settings)
        output.echo(output.coloured("wrote", "green"), f" '{_short(path, app)}'")
    for written in pipelines.write(parts):
        output.echo(output.coloured("wrote", "green"), f" '{_short(written, app)}'")
    steps = [
        *_to_set(settings, app),
        *_to_allow(settings, app),
        *_steps(flags.get("ci"), settings, place, parts, wishes, cron=cron),
    ]
    return try_out(path, app, steps, asked=asker.asks and text is not None)


def _begun(answers: Answers, path: Path, app: App, flags: Flags) -> datetime | None:
    """Since when the first sync here need not wait: a person has just begun, and nobody else can have."""
    at_terminal = output.is_watched() or output.is_terminal(sys.stdin)
    if not at_terminal or answers.tracker == "local" or answers.grace != "0" or flags.get("ci"):
        return None
    return begun(settings_of(answers, path.parent.resolve()), path, app)


def _wishes(ci: object, write_back: str | None, *, comment: bool) -> Wishes:
    """What the pipeline is to do besides; raises ConfigError where there is none that could."""
    if write_back and not ci:
        raise ConfigError("--write-back says what CI commits, and goes with --ci")
    if comment and ci != "github":
        raise ConfigError("--comment goes with --ci github: a job in GitLab has no token that may comment")
    return Wishes(write_back or "", comment)


def _units(
    app: App, flags: Mapping[str, str | tuple[str, ...] | None], settings: Settings, place: Place, *, cron: bool
) -> list[FilePart]:
    heartbeat, metrics = flags.get("heartbeat"), flags.get("metrics")
    if not cron and (heartbeat or metrics):
        raise ConfigError("--heartbeat and --metrics say how a host with cron is watched, and go with --cron")
    file = str(app.cwd / str(metrics)) if metrics else ""
    return pipelines.units(settings, place, Watch(str(heartbeat or ""), file)) if cron else []


def _parts(ci: object, pin: object, settings: Settings, place: Place, asker: Asker, wishes: Wishes) -> list[FilePart]:
    parts: list[FilePart] = []
    if isinstance(ci, str):
        found = installed_pin()
        pinned = asker.ask(
            pin if isinstance(pin, str) else None,
            "pmsync that CI installs",
            str(found or ""),
            flag="--pin https://github.com/OWNER/pmsync@COMMIT",
            check=lambda text: str(parse_pin(text)),
        )
        parts += pipelines.pipeline(ci, settings, place, parse_pin(pinned), wishes)
    elif pin:
        raise ConfigError("--pin says what CI installs, and goes with --ci")
    return parts


def _print(text: str, parts: Sequence[FilePart], place: Place) -> int:
    output.echo(text.rstrip())
    for part in parts:
        output.echo(f"\n# --- {part.path.relative_to(place.top).as_posix()}\n{part.text.rstrip()}")
    return 0


def _steps(
    ci: object, settings: Settings, place: Place, parts: Sequence[FilePart], wishes: Wishes, *, cron: bool
) -> list[str]:
    """What is left to a person, after the files are written."""
    told = list(pipelines.steps(ci, settings, place, wishes)) if isinstance(ci, str) else []
    if ci and not settings.grace:
        told.append('set sync.grace = "1h" in the configuration if a host with cron runs `pmsync sync` too')
    if cron:
        told.append(
            f"install what '{output.tilde(parts[-1].path.parent, place.config.parent)}' holds: each file says how"
        )
    return told


def _to_set(settings: Settings, app: App) -> Iterator[str]:
    """The variables that are missing here; where CI alone makes tickets they are set there."""
    missing = [name for name in pipelines.secret_names(settings) if not app.environ.get(name)]
    if missing and not in_ci(app.environ):
        yield f"set {' and '.join(missing)}, by which tickets are made"


def _to_allow(settings: Settings, app: App) -> list[str]:
    """What lets this user's tokens go to hosts that are no service's own: not for the configuration to say."""
    environ = with_users_hosts(app.environ, Path(settings.root))
    return [
        f"to let tokens go to {host}, {advice(host, app.environ)}"
        for host in pipelines.foreign_hosts(settings, environ).split()
    ]


def _short(path: Path, app: App) -> str:
    return output.tilde(path, app.cwd)


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"'{path}' cannot be written: {reason}") from None
