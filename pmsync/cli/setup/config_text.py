"""The text of a new pmsync.toml. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from pmsync.cli.setup.find_people import Proposal
from pmsync.config.schema import default_of
from pmsync.config.settings import GITHUB_API, TrackerSettings

_BOTS = {
    "login": ("acme-bot", "github-actions[bot]"),
    "id": ("712020:5b10ac8d-82e0-5b22-cc7d-4ef5aa01bb02",),
    "name": ("acme-bot", "acme-ci"),
}
_ALICE = {"login": "alice-l", "id": "5b10ac8d82e05b22cc7d4ef5", "name": "alice"}
"""Accounts to show in examples, by what a tracker knows them by."""
TOKENS = {kind: default_of(TrackerSettings, "token_env", kind) for kind in ("github", "jira")}


@dataclass(frozen=True, slots=True)
class Answers:
    """What `init` was told or found out; '' and () where nothing is known."""

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


def config_text(answers: Answers) -> str:
    """A commented pmsync.toml that says what was answered."""
    return "\n".join([*_documents(answers), "", *_tracker(answers), "", *_rest(answers), ""])


def _quoted(value: str | tuple[str, ...]) -> str:
    """A TOML string or list of strings; JSON's escapes are TOML's too, but for DEL."""
    text = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f")


def _documents(answers: Answers) -> Iterator[str]:
    yield "# Configuration of pmsync; paths count from this file's folder."
    yield "# `pmsync doctor` says whether it works, and config.example.toml in pmsync's sources shows every key."
    yield ""
    yield "[documents]"
    yield f"include = {_quoted(answers.documents)}"
    yield 'exclude = ["**/README.md", "**/*template*.md"]'
    yield "# Makes ids unique across repositories and folders. Where it changes, the former one goes into `formerly`."
    yield f"namespace = {_quoted(answers.namespace)}"
    yield "# Older documents are listed and get no tickets."
    yield f"since = {answers.since}"
    if answers.web_url:
        yield "# Tickets link to the document's line by this."
        yield f"web_url = {_quoted(answers.web_url)}"


def _tracker(answers: Answers) -> Iterator[str]:
    yield f"[trackers.{answers.tracker}]"
    yield f'type = "{answers.tracker}"'
    yield from {"github": _github, "jira": _jira, "local": _local}[answers.tracker](answers)
    if answers.tracker != "local":
        yield from _accounts(answers)
    yield "# The label that every ticket gets, and by which pmsync finds its tickets."
    yield f"label = {_quoted(default_of(TrackerSettings, 'label'))}"


def _github(answers: Answers) -> Iterator[str]:
    yield f"repo = {_quoted(answers.repo)}"
    if answers.api_url != GITHUB_API:
        yield f"api_url = {_quoted(answers.api_url)}"
    yield "# The environment variable that holds the token; the token itself never stands here."
    yield f'token_env = "{TOKENS["github"]}"'


def _jira(answers: Answers) -> Iterator[str]:
    if _is_gateway(answers):
        yield "# This is Atlassian's gateway, for requests only. People open the site: its address belongs into `url`,"
        yield "# and this one into `api_url`; `pmsync doctor` shows both lines."
    yield f"url = {_quoted(answers.url)}"
    yield f"project = {_quoted(answers.project)}"
    yield f"issue_type = {_quoted(default_of(TrackerSettings, 'issue_type'))}"
    yield "# Environment variables; what they hold never stands here."
    if _is_cloud(answers):
        yield 'email_env = "JIRA_EMAIL"'
    yield f'token_env = "{TOKENS["jira"]}"'


def _local(_: Answers) -> Iterator[str]:
    yield "# Tickets live in a SQLite file beside the ledger; `pmsync tickets` lists and edits them."
    yield 'path = ".pmsync/tickets.db"'


def _accounts(answers: Answers) -> Iterator[str]:
    yield "# Every account that pmsync creates tickets with, CI's as well as cron's: only their markers are trusted."
    if answers.accounts:
        yield f"accounts = {_quoted(answers.accounts)}"
    else:
        yield "# Without it, only the account of the token that pmsync runs with."
        yield f"# accounts = {_quoted(_BOTS[_account(answers)])}"


def _account(answers: Answers) -> str:
    """The kind of account there: GitHub's logins, Jira Cloud's ids, Data Center's names."""
    if answers.tracker != "jira":
        return "login"
    return "id" if _is_cloud(answers) else "name"


def _is_cloud(answers: Answers) -> bool:
    return ".atlassian.net" in answers.url or _is_gateway(answers)


def _is_gateway(answers: Answers) -> bool:
    return "//api.atlassian.com/" in answers.url


def _rest(answers: Answers) -> Iterator[str]:
    yield "[sync]"
    yield "# Where CI creates tickets at the merge, the host that runs from cron waits this long before it creates what"
    yield '# CI missed; "0" where only one of the two creates.'
    yield f"grace = {_quoted(answers.grace)}"
    if answers.begun:
        yield "# When `pmsync init` wrote this: for ten minutes only that machine makes tickets, and need not wait for"
        yield "# others. After that the line may go."
        yield f"begun = {answers.begun:%Y-%m-%dT%H:%M:%SZ}"
    yield ""
    if answers.headings:
        yield "# These headings look like work and are not read. Uncomment to have them read."
        yield "# [vocabulary]"
        yield f"# sections = {_quoted(answers.headings)}"
        yield ""
    yield from _people(answers)
    yield "# Due dates where a document gives none: its date plus the time for its severity."
    yield "# [sla]"
    yield '# sev1 = "15d"'
    yield '# sev2 = "30d"'


def _people(answers: Answers) -> Iterator[str]:
    service = "jira" if answers.tracker == "jira" else "github"
    if answers.people:
        yield "# Who is who: any name, alias, e-mail or login that documents use. Found in the documents; correct it."
        for person in answers.people:
            yield f"# {person.count} item{'s' * (person.count > 1)}{_nearly(person, answers.people)}"
            yield f"[people.{_key(person.id)}]"
            if person.name:
                yield f"name = {_quoted(person.name)}"
            if person.aliases:
                yield f"aliases = {_quoted(person.aliases)}"
            if person.login and service == "github":
                yield f"github = {_quoted(person.login)}"
            elif answers.tracker != "local":
                yield f"# {service} = {_quoted(_ALICE[_account(answers)])}"
            yield ""
        return
    yield "# Who is who: any name, alias, e-mail or login that documents use. Uncomment and adapt."
    yield "# [people.alice]"
    yield '# name = "Alice Liddell"'
    yield '# aliases = ["al"]'
    yield '# email = "alice@example.com"'
    yield f"# {service} = {_quoted(_ALICE[_account(answers)])}"
    yield ""


def _nearly(person: Proposal, people: Iterable[Proposal]) -> str:
    """Whom a name may be a misspelling of: somebody who is named as often or more."""
    others = [each.id for each in people if each.id != person.id and each.count >= person.count]
    close = get_close_matches(person.id, others, n=1, cutoff=0.8)
    return f"; nearly {close[0]!r}: if that is the same person, correct the documents and remove this" if close else ""


def _key(name: str) -> str:
    """A key of TOML, in quotes where it needs them."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)
