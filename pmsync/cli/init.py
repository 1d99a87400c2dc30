"""`pmsync init`: asks or is told, writes a pmsync.toml, and tries it. Never overwrites without --force."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from pmsync import rules
from pmsync.cli import init_parts, output
from pmsync.cli.app import App, pass_app
from pmsync.cli.init_parts import FilePart, Place, Watch, Wishes
from pmsync.cli.init_pin import installed_pin, parse_pin
from pmsync.cli.init_text import Answers, config_text
from pmsync.cli.plain import printable
from pmsync.cli.repository import Repository, find_globs, look
from pmsync.config import NAME, load, parse
from pmsync.config_trackers import TYPES
from pmsync.documents import read_documents
from pmsync.errors import ConfigError
from pmsync.globs import matches
from pmsync.lock import make_home
from pmsync.settings import Settings
from pmsync.trackers.hosts import advice, with_users_hosts

Check = Callable[[str], str]
"""Returns the answer as it counts; raises ConfigError for one that does not do."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Takes what a flag said, else asks the person at the terminal, else takes the default."""

    asks: bool

    def ask(self, given: str | None, question: str, default: str = "", *, flag: str, check: Check = str) -> str:
        """Raises ConfigError where there is neither an answer nor a default; asks again where `check` raises it."""
        if given is not None:
            return check(given)
        if self.asks:
            with _own_line():
                shown = printable(default) or None
                return str(click.prompt(printable(question), default=shown, err=True, value_proc=_again(check)))
        if not default:
            raise ConfigError(f"{question.lower()}: nobody to ask\nsay {flag}")
        return default

    def confirm(self, question: str) -> bool:
        with _own_line():
            return click.confirm(question, default=False, err=True)


def _again(check: Check) -> Check:
    """The check as click takes it: what it raises leads to the same question again."""

    def checked(text: str) -> str:
        try:
            return check(text.strip())
        except ConfigError as error:
            raise click.UsageError(str(error).removeprefix(f"{NAME}: ")) from None

    return checked


@contextmanager
def _own_line() -> Iterator[None]:
    """Whoever is interrupted at a question gets the message below it."""
    try:
        yield
    except click.Abort:
        output.tell()
        raise


_WORKING = Answers(
    "local", "acme/web", "2026-11-24", ("*.md",), repo="acme/web", url="https://acme.example", project="PAY"
)


def accepted(tracker: str, field: str) -> Check:
    """A check of one answer by the configuration's own rules: all the others are known to work."""

    def check(text: str) -> str:
        value = _listed(text) if field == "documents" else text
        answers = replace(_WORKING, **{"tracker": tracker, field: value})  # type: ignore[arg-type]
        parse(tomllib.loads(config_text(answers)), Path("/"), NAME)
        return text

    return check


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
@click.option("--ci", type=click.Choice(init_parts.SYSTEMS), help="Also write a pipeline: check, plan, sync.")
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
@click.option("--no-input", is_flag=True, help="Ask nothing.")
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
        text = config_text(gather(app, flags, asker))
        settings = parse(tomllib.loads(text), path.parent.resolve(), NAME)
    place = Place(path.parent.resolve() / path.name, look(path.parent))
    parts = _parts(flags.get("ci"), flags.get("pin"), settings, place, asker, wishes)
    parts += _units(app, flags, settings, place, cron=cron)
    if print_only:
        return _print(text or "", parts, place)
    init_parts.refuse_changed(parts)
    if text is not None:
        _write(path, text, force=force)
        make_home(Path(settings.ledger).parent)
        output.echo(output.coloured("wrote", "green"), f" '{_short(path, app)}'")
    for written in init_parts.write(parts):
        output.echo(output.coloured("wrote", "green"), f" '{_short(written, app)}'")
    steps = [*_to_allow(settings, app), *_steps(flags.get("ci"), settings, place, parts, wishes, cron=cron)]
    return _try(path, app, steps)


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
    return init_parts.units(settings, place, Watch(str(heartbeat or ""), file)) if cron else []


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
        parts += init_parts.pipeline(ci, settings, place, parse_pin(pinned), wishes)
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
    told = list(init_parts.steps(ci, settings, place, wishes)) if isinstance(ci, str) else []
    if ci and not settings.grace:
        told.append('set sync.grace = "1h" in the configuration if a host with cron runs `pmsync sync` too')
    if cron:
        told.append(
            f"install what '{output.tilde(parts[-1].path.parent, place.config.parent)}' holds: each file says how"
        )
    return told


def _to_allow(settings: Settings, app: App) -> list[str]:
    """What lets this user's tokens go to hosts that are no service's own: not for the configuration to say."""
    environ = with_users_hosts(app.environ, Path(settings.root))
    return [
        f"to let tokens go to {host}, {advice(host, app.environ)}"
        for host in init_parts.foreign_hosts(settings, environ).split()
    ]


def _short(path: Path, app: App) -> str:
    return output.tilde(path, app.cwd)


def gather(app: App, flags: dict[str, str | tuple[str, ...] | None], asker: Asker) -> Answers:
    """All answers: from flags, from the person, from the repository."""
    repository = look(app.cwd)
    given = {name: value for name, value in flags.items() if isinstance(value, str)}
    tracker = asker.ask(
        given.get("tracker"),
        "Tracker (github, jira or local)",
        "github" if repository.on_github else "",
        flag="--tracker github, --tracker jira or --tracker local",
        check=_tracker,
    )
    for field in ("repo", "url", "project", "namespace", "grace"):
        if field in given:
            accepted(tracker, field)(given[field])
    since = _day(given["since"]) if "since" in given else None
    name = repository.slug or re.sub(r"[^\w.-]+", "-", app.cwd.resolve().name) or "postmortems"
    # one place, one namespace: the same path in two folders of a repository is two documents
    namespace = "/".join([name, *re.findall(r"[\w.-]+", repository.prefix if repository.slug else "")])
    return Answers(
        tracker=tracker,
        documents=_documents(app, tracker, flags.get("documents"), asker),
        **_place(tracker, given, repository, asker),
        namespace=_namespace(tracker, given.get("namespace"), namespace, asker),
        since=asker.ask(since, "Tickets for documents since", f"{app.now():%Y-%m-%d}", flag="--since DATE", check=_day),
        accounts=_accounts(tracker, given.get("accounts"), asker),
        grace=_grace(tracker, given.get("grace") or ("1h" if "ci" in given else None), asker),
        web_url=repository.web_url,
    )


def _tracker(text: str) -> str:
    if text not in TYPES:
        raise ConfigError(f"there is no tracker {text!r}; there are {', '.join(TYPES)}")
    return text


def _namespace(tracker: str, given: str | None, default: str, asker: Asker) -> str:
    if given is None and asker.asks:
        output.tell(
            "The namespace makes ids unique across repositories and their folders; it stays as it is from then on."
        )
    return asker.ask(given, "Namespace", default, flag="--namespace NAME", check=accepted(tracker, "namespace"))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"{text!r} is no date; write it like 2026-11-23") from None


def _documents(app: App, tracker: str, given: object, asker: Asker) -> tuple[str, ...]:
    if isinstance(given, tuple) and given:
        return given
    found = find_globs(app.cwd) or ["postmortems/**/*.md"]
    check = accepted(tracker, "documents")
    return _listed(asker.ask(None, "Documents", ", ".join(found), flag="--documents GLOB", check=check))


def _place(tracker: str, given: dict[str, str], repository: Repository, asker: Asker) -> dict[str, str]:
    if tracker == "github":
        default = repository.slug if repository.on_github else ""
        api_url = repository.api_url if repository.on_github else "https://api.github.com"
        repo = asker.ask(
            given.get("repo"), "GitHub repository", default, flag="--repo OWNER/NAME", check=accepted(tracker, "repo")
        )
        return {"repo": repo, "api_url": api_url}
    if tracker == "jira":
        site, project = "--url https://acme.atlassian.net", "--project KEY"
        return {
            "url": asker.ask(given.get("url"), "Jira site", flag=site, check=accepted(tracker, "url")),
            "project": asker.ask(
                given.get("project"), "Jira project", flag=project, check=accepted(tracker, "project")
            ),
        }
    return {}


def _accounts(tracker: str, given: str | None, asker: Asker) -> tuple[str, ...]:
    """Asked for by name, since a forgotten account makes pmsync distrust its own tickets."""
    if tracker == "local":
        return ()
    if given is None and asker.asks:
        output.tell("Which accounts will create tickets? Name every one, CI's as well as cron's, with commas.")
        output.tell("A workflow with GITHUB_TOKEN is github-actions[bot]. Empty: only the account of the token.")
        with _own_line():
            given = click.prompt("Accounts", default="", show_default=False, err=True)
    return _listed(given or "")


def _grace(tracker: str, given: str | None, asker: Asker) -> str:
    if given is None and asker.asks and tracker != "local":
        both = asker.confirm("Do both CI and a cron host run `pmsync sync`?")
        return "1h" if both else "0"
    return given or "0"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"'{path}' cannot be written: {reason}") from None


def _try(path: Path, app: App, steps: Sequence[str] = ()) -> int:
    """Load what stands there, read the documents, and say what was found and what comes next."""
    settings = load(path, app.environ, app.cwd)
    reading = read_documents(settings)
    documents = reading.documents
    items = sum(len(document.items) for document in documents)
    output.echo(f"found {output.count(items, 'action item')} in {output.count(len(documents), 'document')}")
    older = sum(rules.is_old(document, settings) for document in documents)
    if older:
        output.echo(f"  {output.count(older, 'document')} from before {settings.since}: listed, no tickets", hang=4)
    drafts = sum(document.draft for document in documents)
    if drafts:
        output.echo(f"  {output.count(drafts, 'draft')}: shown, no tickets until final", hang=4)
    output.findings([finding for finding in reading.findings if finding.rule != "no-documents"], err=True)
    for glob in settings.include:
        if not any(matches(glob, document.path) for document in documents):
            output.warn(f"{glob!r} matches no document yet", "correct documents.include if it should")
    _tell_accounts(settings)
    _tell_next(steps)
    return 0


def _tell_accounts(settings: Settings) -> None:
    for name, tracker in settings.trackers.items():
        if tracker.type != "local" and not tracker.accounts:
            hint = f"if CI and a cron host use different accounts, list both in trackers.{name}.accounts"
            output.warn(f"only tickets of the token's own account will be trusted in {name!r}", hint)


def _tell_next(steps: Sequence[str]) -> None:
    output.echo()
    output.echo("next:")
    for step in steps:
        output.echo(f"  {step}", hang=4)
    for line in (
        "pmsync check     what is wrong in the documents?",
        "pmsync doctor    do trackers, token and people work?",
        "pmsync plan      which tickets would be made?",
    ):
        output.echo(f"  {line}")
