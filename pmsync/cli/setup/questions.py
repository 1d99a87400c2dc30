"""What `pmsync init` asks at a terminal, and its defaults where nobody is asked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from pmsync.cli.app import App
from pmsync.cli.host.git import GitRepository, look
from pmsync.cli.setup.config_text import Answers, config_text
from pmsync.cli.setup.find_documents import find_globs
from pmsync.cli.setup.find_people import Proposal
from pmsync.cli.setup.summary import show_choices, show_people, show_sections
from pmsync.cli.setup.survey import Choice, Survey, take_survey
from pmsync.cli.terminal import output
from pmsync.cli.terminal.safe_text import printable
from pmsync.config.file import NAME, parse
from pmsync.config.schema import default_of
from pmsync.config.settings import GITHUB_API, Settings
from pmsync.config.trackers import TYPES
from pmsync.errors import ConfigError

Check = Callable[[str], str]
"""Returns the answer in its final form; raises ConfigError for a wrong one."""
Flags = Mapping[str, str | tuple[str, ...] | None]


@dataclass(frozen=True, slots=True)
class Asker:
    """Takes the value of a flag, else asks the person at the terminal, else takes the default."""

    flags: Flags
    asks: bool

    def flag(self, name: str) -> str | None:
        value = self.flags.get(name)
        return value if isinstance(value, str) else None

    def ask(self, flag: str, question: str, default: str = "", *, example: str = "", check: Check = str) -> str:
        """Raises ConfigError without an answer and a default; asks again while `check` raises it."""
        value = self.flag(flag)
        if value is not None:
            return check(value)
        if self.asks:
            shown = printable(default) or None
            return str(_prompt(click.prompt, printable(question), default=shown, value_proc=_again(check)))
        if not default:
            raise ConfigError(f"{question.lower()} is missing\npass --{flag} {example}")
        return default

    def confirm(self, question: str, *, default: bool = False) -> bool:
        return bool(_prompt(click.confirm, question, default=default)) if self.asks else default


def _prompt(prompt: Callable[..., Any], question: str, **options: Any) -> Any:
    """Ask on stderr; an interrupted question ends its line, so that the message starts on the next one."""
    try:
        return prompt(question, err=True, **options)
    except click.Abort:
        output.tell()
        raise


def _again(check: Check) -> Check:
    """The check as click takes it, to ask the question again."""

    def checked(text: str) -> str:
        try:
            return check(text.strip())
        except ConfigError as error:
            raise click.UsageError(str(error).removeprefix(f"{NAME}: ")) from None

    return checked


_VALID = Answers(
    "local", "acme/web", "2026-11-24", ("*.md",), repo="acme/web", url="https://acme.example", project="PAY"
)


def accepted(tracker: str, field: str) -> Check:
    """A check of one answer by the configuration's own rules."""

    def check(text: str) -> str:
        value = _listed(text) if field == "documents" else text
        answers = replace(_VALID, **{"tracker": tracker, field: value})  # type: ignore[arg-type]
        settings_of(answers, Path("/"))
        return text

    return check


def settings_of(answers: Answers, root: Path) -> Settings:
    """The configuration with these answers; raises ConfigError."""
    return parse(tomllib.loads(config_text(answers)), root, NAME)


def gather(app: App, asker: Asker, folder: Path) -> Answers:
    """All answers: from flags, the person, the repository, and the documents below the `folder`."""
    repository, today = look(app.cwd), app.now().date()
    tracker = asker.ask(
        "tracker",
        "Tracker (github, jira or local)",
        "github" if repository.on_github else "",
        example="github, --tracker jira or --tracker local",
        check=_tracker,
    )
    for field in ("repo", "url", "project", "namespace", "grace"):
        if (value := asker.flag(field)) is not None:
            accepted(tracker, field)(value)
    since = asker.flag("since")
    answers = Answers(
        tracker=tracker,
        namespace=asker.flag("namespace") or _namespace(repository, app.cwd),
        since=today.isoformat() if since is None else _day(since),
        documents=_documents(app, tracker, asker),
        web_url=repository.web_url,
    )
    answers = _with_place(answers, repository, asker)
    survey = take_survey(settings_of(answers, folder), app.now)
    if asker.asks:
        show_sections(survey)
    if since is None:
        answers = replace(answers, since=_since(survey.choices(today), asker))
    answers = replace(answers, people=_people(answers, survey, asker, folder))
    headings = tuple(each.what for each in survey.unknown)
    answers = replace(answers, headings=headings, accounts=_accounts(tracker, asker))
    return replace(answers, grace=_grace(answers, asker))


def _tracker(text: str) -> str:
    if text not in TYPES:
        raise ConfigError(f"there is no tracker {text!r}; use one of {', '.join(TYPES)}")
    return text


def _namespace(repository: GitRepository, folder: Path) -> str:
    """The repository's name and the folder in it: the same path in two of its folders is two documents."""
    name = repository.slug or re.sub(r"[^\w.-]+", "-", folder.resolve().name) or "postmortems"
    return "/".join([name, *re.findall(r"[\w.-]+", repository.prefix if repository.slug else "")])


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(f"{text!r} is not a date; write it like 2026-11-23") from None


def _since(choices: Sequence[Choice], asker: Asker) -> str:
    """The day from which documents get tickets, by default today."""
    days = {choice.label.removeprefix("the "): choice.day.isoformat() for choice in choices}
    days |= {str(number): choice.day.isoformat() for number, choice in enumerate(choices, 1)}
    if asker.asks:
        show_choices(choices)
    numbers = f"1 to {len(choices)}, or a date" if len(choices) > 1 else "a date"
    return asker.ask(
        "since",
        f"Tickets for documents since ({numbers})",
        choices[0].day.isoformat(),
        check=lambda text: days.get(text.lower()) or _day(text),
    )


def _documents(app: App, tracker: str, asker: Asker) -> tuple[str, ...]:
    flag = asker.flags.get("documents")
    if isinstance(flag, tuple) and flag:
        return flag
    globs = find_globs(app.cwd) or list(default_of(Settings, "include"))
    return _listed(asker.ask("documents", "Documents", ", ".join(globs), check=accepted(tracker, "documents")))


def _with_place(answers: Answers, repository: GitRepository, asker: Asker) -> Answers:
    """The answers with the place of the tickets."""

    def ask(flag: str, question: str, example: str, default: str = "") -> str:
        return asker.ask(flag, question, default, example=example, check=accepted(answers.tracker, flag))

    if answers.tracker == "github":
        default, api_url = (repository.slug, repository.api_url) if repository.on_github else ("", GITHUB_API)
        repo = ask("repo", "GitHub repository", "OWNER/NAME", default)
        return replace(answers, repo=repo, api_url=api_url)
    if answers.tracker == "jira":
        url = ask("url", "Jira site", "https://acme.atlassian.net")
        return replace(answers, url=url, project=ask("project", "Jira project", "KEY"))
    return answers


def _people(answers: Answers, survey: Survey, asker: Asker, folder: Path) -> tuple[Proposal, ...]:
    """The owners in the documents that the configuration accepts, unless the person declines them."""
    people: tuple[Proposal, ...] = ()
    for person in survey.people:
        try:
            settings_of(replace(answers, people=(*people, person)), folder)
        except ConfigError:
            continue
        people = (*people, person)
    if not people:
        return ()
    if asker.asks:
        show_people(people)
    return people if asker.confirm("Write them into [people]?", default=True) else ()


def _accounts(tracker: str, asker: Asker) -> tuple[str, ...]:
    """Asked for explicitly, since pmsync distrusts its own tickets if one account is missing."""
    if tracker == "local":
        return ()
    accounts = asker.flag("accounts")
    if accounts is None and asker.asks:
        output.tell()
        output.tell("Which accounts will create tickets? Name every one, CI's as well as cron's, separated by commas.")
        output.tell("A workflow with GITHUB_TOKEN is github-actions[bot]. Empty: only the account of the token.")
        accounts = _prompt(click.prompt, "Accounts", default="", show_default=False)
    return _listed(accounts or "")


def _grace(answers: Answers, asker: Asker) -> str:
    """Asked for only if several accounts create tickets."""
    grace = asker.flag("grace") or ("1h" if asker.flag("ci") else "0")
    if grace == "0" and asker.flag("grace") is None and len(answers.accounts) > 1:
        return "1h" if asker.confirm("Do both CI and a cron host run `pmsync sync`?") else "0"
    return grace


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
