"""The text of a new pmsync.toml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from pmsync.cli.setup.files import filled
from pmsync.cli.setup.find_people import Proposal
from pmsync.config.settings import GITHUB_API

_BOTS = {
    "login": ("acme-bot", "github-actions[bot]"),
    "id": ("712020:5b10ac8d-82e0-5b22-cc7d-4ef5aa01bb02",),
    "name": ("acme-bot", "acme-ci"),
}
_ALICE = {"login": "alice-l", "id": "5b10ac8d82e05b22cc7d4ef5", "name": "alice"}
"""Example accounts, by what identifies an account: GitHub's logins, Jira Cloud's ids, Data Center's names."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What flags, the person and the repository say; '' and () for what is unknown."""

    tracker: str
    namespace: str
    since: str
    documents: tuple[str, ...]
    repo: str = ""
    api_url: str = GITHUB_API
    url: str = ""
    project: str = ""
    web_url: str = ""
    grace: str = "0"
    accounts: tuple[str, ...] = ()
    people: tuple[Proposal, ...] = ()
    headings: tuple[str, ...] = ()
    begun: datetime | None = None

    @property
    def is_gateway(self) -> bool:
        return "//api.atlassian.com/" in self.url

    @property
    def is_cloud(self) -> bool:
        return self.tracker == "jira" and (".atlassian.net" in self.url or self.is_gateway)

    @property
    def example_account(self) -> str:
        """`github = "alice-l"`: an account of this tracker under [people]."""
        service = "jira" if self.tracker == "jira" else "github"
        return f"{service} = {_quoted(_ALICE[_account_kind(self)])}"


def config_text(answers: Answers) -> str:
    """A commented pmsync.toml with these answers."""
    github, remote = answers.tracker == "github", answers.tracker != "local"
    names = ("namespace", "repo", "url", "project", "grace", "documents")
    return filled(
        "pmsync.toml",
        {
            **{name.upper(): _quoted(getattr(answers, name)) for name in names},
            **{kind.upper(): answers.tracker == kind for kind in ("github", "jira", "local")},
            "TRACKER": answers.tracker,
            "SINCE": answers.since,
            "API_URL": _quoted(answers.api_url) if github and answers.api_url != GITHUB_API else "",
            "GATEWAY": answers.tracker == "jira" and answers.is_gateway,
            "CLOUD": answers.is_cloud,
            "REMOTE": remote,
            "WEB_URL": _quoted(answers.web_url) if answers.web_url else "",
            "HEADINGS": _quoted(answers.headings) if answers.headings else "",
            "ACCOUNTS": _quoted(answers.accounts) if remote and answers.accounts else "",
            "BOTS": _quoted(_BOTS[_account_kind(answers)]) if remote and not answers.accounts else "",
            "BEGUN": f"{answers.begun:%Y-%m-%dT%H:%M:%SZ}" if answers.begun else "",
            "PEOPLE": list(_people(answers)),
            "EXAMPLE": "" if answers.people else answers.example_account,
        },
    )


def _quoted(value: str | tuple[str, ...]) -> str:
    """A TOML string or list of strings; JSON's escapes are TOML's too, but for DEL."""
    text = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


def _account_kind(answers: Answers) -> str:
    if answers.tracker != "jira":
        return "login"
    return "id" if answers.is_cloud else "name"


def _people(answers: Answers) -> Iterator[str]:
    for person in answers.people:
        yield f"# {person.count} item{'s' * (person.count > 1)}{_similar(person, answers.people)}"
        yield f"[people.{person.id if re.fullmatch(r'[A-Za-z0-9_-]+', person.id) else _quoted(person.id)}]"
        if person.name:
            yield f"name = {_quoted(person.name)}"
        if person.aliases:
            yield f"aliases = {_quoted(person.aliases)}"
        if person.login and answers.tracker != "jira":
            yield f"github = {_quoted(person.login)}"
        elif answers.tracker != "local":
            yield f"# {answers.example_account}"
        yield ""


def _similar(person: Proposal, people: Iterable[Proposal]) -> str:
    """A remark about whom the name may be a misspelling of: somebody with at least as many items."""
    others = [each.id for each in people if each.id != person.id and each.count >= person.count]
    close = get_close_matches(person.id, others, n=1, cutoff=0.8)
    advice = "if it is the same person, correct the documents and remove this"
    return f"; similar to {close[0]!r}: {advice}" if close else ""
