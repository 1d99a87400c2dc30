"""What random histories know for sure: which text is which work, and what the service holds, read past pmsync."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from pmsync.identity.marker import from_json, read
from pmsync.identity.marker import replace as remarked
from pmsync.model import Marker, Ref
from pmsync.trackers.jira import anchor_marker
from tests.team import Team
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage
from tests.trackers.local_stage import LocalStage
from tests.trackers.stage import Stage

# --- documents ----------------------------------------------------------------------------------------------------

_works = count()


@dataclass(eq=False)
class Item:
    """One action item as its author means it. `work` is the same for all texts, at any time, that mean one and the
    same piece of work; a copy is other work. `mention` belongs to its title and speaks of a ticket that is none of
    its own; `link` names its ticket, and `once` are the keys that a link named before it was taken out: such a ticket
    stays the item's until a person says otherwise. `follows` is the key of a ticket of somebody else's.
    """

    base: str
    ending: str = ""
    mention: str = ""
    owner: str = ""
    due: str = ""
    done: bool = False
    link: str = ""
    last: bool = False  # whether the link stands behind owner and date, where write-back puts it behind a date
    follows: str = ""
    once: tuple[str, ...] = ()
    work: int = field(default_factory=lambda: next(_works))

    @property
    def title(self) -> str:
        return self.base + self.ending + self.mention

    def names(self, key: str) -> bool:
        return self.link == key or self.link.startswith(f"[{key}]") or key in self.once

    def unlink(self) -> None:
        self.once += (self.link.partition("](")[0].removeprefix("["),) if self.link else ()
        self.link = ""

    @property
    def facts(self) -> str:
        facts = [*([f"@{self.owner}"] if self.owner else []), *([f"due {self.due}"] if self.due else [])]
        return f" ({', '.join(facts)})" if facts else ""

    def line(self, number: int = 0) -> str:
        """As a bullet has it; with a number, under an id that goes by its place."""
        link = f" ({self.link})" if self.link else ""
        rest = f"{self.facts}{link}" if self.last else f"{link}{self.facts}"
        return f"[{'x' if self.done else ' '}] {f'AI-{number}: ' if number else ''}{self.title}{rest}"


@dataclass
class Text:
    """A document: its items, and whether they carry ids (AI-1, AI-2 …) by their place."""

    items: list[Item]
    numbered: bool = False

    def lines(self) -> list[str]:
        return [item.line(number if self.numbered else 0) for number, item in enumerate(self.items, 1)]


@dataclass
class Folder:
    """The documents below one configuration, and what was emptied or deleted there and may come back."""

    name: str
    team: Team
    texts: dict[str, Text] = field(default_factory=dict)
    shelf: dict[str, list[Item]] = field(default_factory=dict)

    def items(self) -> list[tuple[str, Item]]:
        return [(path, item) for path, text in self.texts.items() for item in text.items]

    def write(self, path: str) -> None:
        self.team.write(path, *self.texts[path].lines())

    def learn(self, path: str) -> None:
        """Take over the links and ticks that write-back put into a document."""
        lines = (self.team.root / path).read_text(encoding="utf-8").splitlines()
        bullets = [line.removeprefix("- ") for line in lines if line.startswith("- [")]
        for line, before, item in zip(bullets, self.texts[path].lines(), self.texts[path].items, strict=True):
            item.done = line.startswith("[x]")
            if not item.link:
                rest = line[before.index(item.title) + len(item.title) :]
                item.link = rest.replace(item.facts, "", 1).strip().removeprefix("(").removesuffix(")")
                item.last = bool(item.facts) and rest.startswith(item.facts)
        assert bullets == self.texts[path].lines(), "write-back changed more than links and ticks"


@dataclass(frozen=True)
class Stood:
    """An item as it stood in a revision of the documents; `tag` is its id there, '' for none."""

    title: str
    linked: bool
    item: Item
    tag: str = ""


@dataclass(frozen=True)
class Revision:
    """A commit, and what the documents said then, by folder and path."""

    commit: str
    stood: Mapping[str, Mapping[str, tuple[Stood, ...]]]


def _stood(text: Text) -> tuple[Stood, ...]:
    return tuple(
        Stood(item.title, bool(item.link), item, f"ai-{number}" if text.numbered else "")
        for number, item in enumerate(text.items, 1)
    )


def revision(commit: str, folders: Mapping[str, Folder]) -> Revision:
    stood = {name: {path: _stood(text) for path, text in folder.texts.items()} for name, folder in folders.items()}
    return Revision(commit, stood)


# --- the service --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """A ticket as it is on the service; `state` is the service's own word. `text` is without its marker, and without
    the list of facts as long as no person has edited that: then pmsync keeps it.
    """

    ref: Ref
    title: str
    state: str
    closed: bool
    assignees: tuple[str, ...]
    labels: frozenset[str]
    text: str
    comments: tuple[str, ...]
    author: str
    marker: Marker
    due: str = ""

    @property
    def uid(self) -> str:
        return self.marker.uid


SET_BY_PEOPLE = ("title", "state", "assignees", "labels", "text", "comments", "due")
NOBODY = Marker("")
FACT = re.compile(r"[-*] \*{1,2}(?:Post-mortem|Incident|Severity|Date|Services|Group|Kind|Owner|Priority|Due):")
EDITED = "(says Dana)"


def tickets_of(stage: Stage) -> dict[str, Seen]:
    """Every ticket that is there, by key, read from the service's state; what breaks mentions in titles is left out."""
    found = {LocalStage: _local, GitHubStage: _github, JiraStage: _jira}[type(stage)](stage)
    return {
        seen.ref.key: replace(seen, title=seen.title.replace("\u200b", ""), text=_of_people(seen.text))
        for seen in found
    }


def _of_people(text: str) -> str:
    """The words of a text but those of the list of facts, unless a person edited it ('says Dana')."""
    facts = [line for line in text.splitlines() if FACT.match(line)]
    edited = any(EDITED in line for line in facts)
    return " ".join(word for line in text.splitlines() if edited or line not in facts for word in line.split())


def _local(stage: LocalStage) -> Iterator[Seen]:
    desk = stage.tracker.desk("dana")
    for ticket in desk.tickets(closed=True):
        history, mark = desk.history(int(ticket.ref.key.rpartition("-")[2])), ticket.marker or NOBODY
        comments = tuple(comment["text"] for comment in history.comments)
        yield Seen(ticket.ref, ticket.title, ticket.state, ticket.status.closed, ticket.assignees, ticket.labels,
                   history.body, comments, ticket.author, mark, str(ticket.due or ""))  # fmt: skip


def _github(stage: GitHubStage) -> Iterator[Seen]:
    for issue in stage.repo.issues.values():
        if not issue.deleted and not issue.moved_to:
            body = issue.body or ""
            mark = read(body)
            text = remarked(body, NOBODY).rpartition("<!-- pmsync:")[0].rstrip() if mark else body
            yield Seen(stage.ref(issue), issue.title, f"{issue.state} {issue.reason}", issue.state == "closed",
                       tuple(issue.assignees), frozenset(issue.labels), text, tuple(c.body for c in issue.comments),
                       issue.author, mark or NOBODY)  # fmt: skip


def _jira(stage: JiraStage) -> Iterator[Seen]:
    for issue in stage.state.issues.values():
        if issue.project == "PAY":
            mark = from_json(issue.properties.get("pmsync")) or anchor_marker.read(issue.description) or NOBODY
            text = _without_anchor(issue.description)
            yield Seen(stage._ref(issue), issue.summary, f"{issue.status} {issue.resolution}", issue.status == "Done",
                       (issue.assignee,) if issue.assignee else (), frozenset(issue.labels), text,
                       tuple(said for _, said in issue.comments), issue.creator, mark,
                       str(issue.duedate or ""))  # fmt: skip


def _without_anchor(text: str) -> str:
    return text.rpartition("{anchor:pmsync-")[0].rstrip() if anchor_marker.read(text) else text
