"""`pmsync init`: asks, writes a pmsync.toml, and tries it. Overwrites nothing without --force."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from pmsync.cli.app import App, pass_app
from pmsync.cli.host.first_sync import begun
from pmsync.cli.host.git import look
from pmsync.cli.setup import pipelines
from pmsync.cli.setup.config_text import Answers, config_text
from pmsync.cli.setup.cron_units import Watch, units
from pmsync.cli.setup.files import ConfigPlace, FilePart, refuse_changed, write, write_missing
from pmsync.cli.setup.pin_version import installed_pin, parse_pin
from pmsync.cli.setup.pipelines import Wishes
from pmsync.cli.setup.questions import Asker, gather, settings_of
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
@click.option("--tracker", type=click.Choice(TYPES), help="Where tickets are created.")
@click.option("--repo", metavar="OWNER/NAME", help="GitHub: the repository for the tickets.")
@click.option("--url", metavar="URL", help="Jira: the address of the site.")
@click.option("--project", metavar="KEY", help="Jira: the project for the tickets.")
@click.option("--documents", multiple=True, metavar="GLOB", help="Which files are post-mortems; repeatable.")
@click.option("--namespace", metavar="NAME", help="Makes ids unique; default: the repository's name.")
@click.option("--since", metavar="DATE", help="Older documents get no tickets; default: today.")
@click.option("--grace", metavar="TIME", help="How long cron leaves a new item to CI; default: 1h with --ci, else 0.")
@click.option("--accounts", metavar="A,B", help="Every account that creates tickets, CI's as well as cron's.")
@click.option("--ci", type=click.Choice(pipelines.SYSTEMS), help="Also write a pipeline: check, plan, sync.")
@click.option("--pin", metavar="URL@COMMIT", help="The pmsync that CI installs; default: the source of this one.")
@click.option(
    "--write-back", type=click.Choice(["pr", "push"]), help="With --ci: commit tickets and ticks into the documents."
)
@click.option("--comment", is_flag=True, help="With --ci github: keep the plan as a comment on the pull request.")
@click.option("--cron", is_flag=True, help="Also write a systemd timer and a crontab line for this machine.")
@click.option("--heartbeat", metavar="URL", help="With --cron: send each run's exit status to URL/STATUS.")
@click.option("--metrics", metavar="FILE", help="With --cron: write figures of each run for Prometheus (*.prom).")
@click.option("--print", "print_only", is_flag=True, help="Print what would be written; write nothing.")
@click.option("--force", is_flag=True, help="Overwrite an existing configuration.")
@click.option("--yes", "-y", "--no-input", "no_input", is_flag=True, help="Ask nothing; take the defaults.")
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
) -> None:
    """Write a pmsync.toml for this repository and try it.

    At a terminal, it asks for what no option gives. An existing configuration is only tested. Files of --ci and --cron
    are never written over files that differ.

    \b
    Examples:
      pmsync init
      pmsync init --tracker github --repo acme/web --accounts 'acme-bot,github-actions[bot]'
      pmsync init --tracker jira --url https://acme.atlassian.net --project PAY --no-input
      pmsync init --tracker local --print
      pmsync init --ci github      with a workflow for pull requests and merges
      pmsync init --ci github --write-back pr --comment
    """
    path, asker = app.cwd / (app.config or NAME), Asker(flags, sys.stdin.isatty() and not no_input)
    _refuse_useless(asker, write_back, comment=comment, cron=cron)
    folder, text = path.parent.resolve(), None
    only_parts = (asker.flag("ci") or cron) and not asker.flag("tracker")
    if path.exists() and not force and (only_parts or not print_only):
        output.log(f"'{output.tilde(path, app.cwd)}' exists and stays as it is; --force writes a new one")
        settings = load(path, app.environ, app.cwd)
    else:
        answers = gather(app, asker, folder)
        answers = replace(answers, begun=None if print_only else _begun(answers, path, app, asker))
        text, settings = config_text(answers), settings_of(answers, folder)
    place, wishes = ConfigPlace(folder / path.name, look(path.parent)), Wishes(write_back or "", comment)
    parts = [*_pipeline(settings, place, asker, wishes), *(_units(app, asker, settings, place) if cron else [])]
    if print_only:
        _print(text or "", parts, place)
        return
    refuse_changed(parts)
    if text is not None:
        write(path, text, force=force)
        make_home(Path(settings.ledger).parent)
        head_start.give(settings)
        _print_written(path, app)
    for file in write_missing(parts):
        _print_written(file, app)
    steps = [*_settings_steps(settings, app), *_steps(asker.flag("ci"), settings, place, wishes)]
    if cron:
        steps.append(f"install the files in '{output.tilde(parts[-1].path.parent, folder)}': each says how")
    try_out(path, app, steps, asked=asker.asks and text is not None)


def _refuse_useless(asker: Asker, write_back: str | None, *, comment: bool, cron: bool) -> None:
    """Raise ConfigError for options that need another one."""
    ci = asker.flag("ci")
    if write_back and not ci:
        raise ConfigError("--write-back needs --ci: it says what CI commits")
    if comment and ci != "github":
        raise ConfigError("--comment needs --ci github: a job in GitLab has no token that may comment")
    if asker.flag("pin") and not ci:
        raise ConfigError("--pin needs --ci: it says what CI installs")
    if not cron and (asker.flag("heartbeat") or asker.flag("metrics")):
        raise ConfigError("--heartbeat and --metrics need --cron: they say how that host is watched")


def _begun(answers: Answers, path: Path, app: App, asker: Asker) -> datetime | None:
    """Since when the first sync here need not wait: a person has just begun, so that nobody else can have created."""
    at_terminal = output.is_watched() or output.is_terminal(sys.stdin)
    if not at_terminal or answers.tracker == "local" or answers.grace != "0" or asker.flag("ci"):
        return None
    return begun(settings_of(answers, path.parent.resolve()), path, app)


def _units(app: App, asker: Asker, settings: Settings, place: ConfigPlace) -> list[FilePart]:
    metrics = asker.flag("metrics")
    return units(settings, place, Watch(asker.flag("heartbeat") or "", str(app.cwd / metrics) if metrics else ""))


def _pipeline(settings: Settings, place: ConfigPlace, asker: Asker, wishes: Wishes) -> list[FilePart]:
    ci = asker.flag("ci")
    if not ci:
        return []
    pin = asker.ask(
        "pin",
        "pmsync that CI installs",
        str(installed_pin() or ""),
        example="https://github.com/OWNER/pmsync@COMMIT",
        check=lambda text: str(parse_pin(text)),
    )
    return pipelines.pipeline(ci, settings, place, parse_pin(pin), wishes)


def _print(text: str, parts: Sequence[FilePart], place: ConfigPlace) -> None:
    output.echo(text.rstrip())
    for part in parts:
        output.echo(f"\n# --- {part.path.relative_to(place.top).as_posix()}\n{part.text.rstrip()}")


def _print_written(file: Path, app: App) -> None:
    output.echo(output.coloured("wrote", "green"), f" '{output.tilde(file, app.cwd)}'")


def _settings_steps(settings: Settings, app: App) -> Iterator[str]:
    """What to set on this machine: missing variables, and hosts that no configuration may allow tokens to go to."""
    missing = [name for name in pipelines.secret_names(settings) if not app.environ.get(name)]
    if missing and not in_ci(app.environ):
        yield f"set {' and '.join(missing)}, which creating tickets needs"
    environ = with_users_hosts(app.environ, Path(settings.root))
    for host in pipelines.foreign_hosts(settings, environ).split():
        yield f"to let tokens go to {host}, {advice(host, app.environ)}"


def _steps(ci: str | None, settings: Settings, place: ConfigPlace, wishes: Wishes) -> Iterator[str]:
    """What is left for a person to do where the pipeline runs."""
    if ci:
        yield from pipelines.steps(ci, settings, place, wishes)
        if not settings.grace:
            yield 'set sync.grace = "1h" in the configuration if a host with cron runs `pmsync sync` too'
