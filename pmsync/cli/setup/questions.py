"""What `pmsync init` asks at a terminal, and what it takes where nobody is asked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import click

from pmsync.cli.app import App
from pmsync.cli.host.git import Repository, look
from pmsync.cli.setup.config_text import Answers, config_text
from pmsync.cli.setup.find_documents import find_globs
from pmsync.cli.setup.find_people import Proposal
from pmsync.cli.setup.summary import show_choices, show_people, show_sections
from pmsync.cli.setup.survey import Choice, Survey, survey
from pmsync.cli.terminal import output
from pmsync.cli.terminal.safe_text import printable
from pmsync.config.file import NAME, parse
from pmsync.config.schema import default_of
from pmsync.config.settings import GITHUB_API, Settings
from pmsync.config.trackers import TYPES
from pmsync.errors import ConfigError

Check = Callable[[str], str]
"""Returns the answer as it counts; raises ConfigError for one that does not do."""
Flags = Mapping[str, str | tuple[str, ...] | None]


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

    def confirm(self, question: str, *, default: bool = False) -> bool:
        """What the person says, else the default."""
        if not self.asks:
            return default
        with _own_line():
            return click.confirm(question, default=default, err=True)


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
        settings_of(answers, Path("/"))
        return text

    return check


def settings_of(answers: Answers, root: Path) -> Settings:
    """The configuration that these answers make; raises ConfigError."""
    return parse(tomllib.loads(config_text(answers)), root, NAME)


def gather(app: App, flags: Flags, asker: Asker, folder: Path) -> Answers:
    """All answers: from flags, from the person, from the repository and from the documents below the `folder`."""
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
    today = app.now().date()
    name = repository.slug or re.sub(r"[^\w.-]+", "-", app.cwd.resolve().name) or "postmortems"
    # one place, one namespace: the same path in two folders of a repository is two documents
    namespace = "/".join([name, *re.findall(r"[\w.-]+", repository.prefix if repository.slug else "")])
    answers = Answers(
        tracker=tracker,
        documents=_documents(app, tracker, flags.get("documents"), asker),
        namespace=given.get("namespace", namespace),
        since=since or today.isoformat(),
        web_url=repository.web_url,
    )
    answers = replace(answers, **_place(tracker, given, repository, asker))  # type: ignore[arg-type]
    found = survey(settings_of(answers, folder), app.now)
    if asker.asks:
        show_sections(found)
    if since is None:
        answers = replace(answers, since=_since(found.choices(today), asker))
    answers = replace(
        answers,
        people=_people(answers, found, asker, folder),
        headings=tuple(each.what for each in found.unknown),
        accounts=_accounts(tracker, given.get("accounts"), asker),
    )
    return replace(answers, grace=_grace(answers, given.get("grace") or ("1h" if "ci" in given else None), asker))


def _tracker(text: str) -> str:
    if text not in TYPES:
        raise ConfigError(f"there is no tracker {text!r}; there are {', '.join(TYPES)}")
    return text


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"{text!r} is no date; write it like 2026-11-23") from None


def _since(choices: Sequence[Choice], asker: Asker) -> str:
    """The day from which documents get tickets; today unless somebody says otherwise."""

    def check(text: str) -> str:
        labels = {choice.label.removeprefix("the "): choice for choice in choices}
        if text.isdecimal() and 1 <= int(text) <= len(choices):
            return choices[int(text) - 1].day.isoformat()
        return labels[text.lower()].day.isoformat() if text.lower() in labels else _day(text)

    if asker.asks:
        show_choices(choices)
    numbers = f"1 to {len(choices)}, or a date" if len(choices) > 1 else "a date"
    today = choices[0].day.isoformat()
    return asker.ask(None, f"Tickets for documents since ({numbers})", today, flag="--since DATE", check=check)


def _documents(app: App, tracker: str, given: object, asker: Asker) -> tuple[str, ...]:
    if isinstance(given, tuple) and given:
        return given
    found = find_globs(app.cwd) or list(default_of(Settings, "include"))
    check = accepted(tracker, "documents")
    return _listed(asker.ask(None, "Documents", ", ".join(found), flag="--documents GLOB", check=check))


def _place(tracker: str, given: dict[str, str], repository: Repository, asker: Asker) -> dict[str, str]:
    if tracker == "github":
        default = repository.slug if repository.on_github else ""
        api_url = repository.api_url if repository.on_github else GITHUB_API
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


def _people(answers: Answers, found: Survey, asker: Asker, folder: Path) -> tuple[Proposal, ...]:
    """The owners in the documents, unless somebody does not want them; only such as the configuration takes."""
    kept: list[Proposal] = []
    for person in found.people:
        try:
            settings_of(replace(answers, people=(*kept, person)), folder)
        except ConfigError:
            continue
        kept.append(person)
    if not kept:
        return ()
    if asker.asks:
        show_people(kept)
    return tuple(kept) if asker.confirm("Write them into [people]?", default=True) else ()


def _accounts(tracker: str, given: str | None, asker: Asker) -> tuple[str, ...]:
    """Asked for by name, since a forgotten account makes pmsync distrust its own tickets."""
    if tracker == "local":
        return ()
    if given is None and asker.asks:
        output.tell()
        output.tell("Which accounts will create tickets? Name every one, CI's as well as cron's, with commas.")
        output.tell("A workflow with GITHUB_TOKEN is github-actions[bot]. Empty: only the account of the token.")
        with _own_line():
            given = click.prompt("Accounts", default="", show_default=False, err=True)
    return _listed(given or "")


def _grace(answers: Answers, given: str | None, asker: Asker) -> str:
    """Asked for only where several accounts create."""
    if given is None and len(answers.accounts) > 1:
        return "1h" if asker.confirm("Do both CI and a cron host run `pmsync sync`?") else "0"
    return given or "0"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
