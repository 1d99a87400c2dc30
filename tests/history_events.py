"""What may happen in a random history: to documents, in the tracker, to ledgers and checkouts, and when runs begin."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from tests.history_promises import Watched
from tests.history_truth import EDITED, FACT, Folder, Item, Text, tickets_of
from tests.trackers.github_stage import GitHubStage
from tests.trackers.jira_stage import JiraStage

BASES = (
    "Drop unused MySQL indexes", "Teach on-call how DNS works", "Fix the flaky checkout probe",
    "Split billing database", "Ask vendor why BGP flapped", "Document Kafka offsets", "Upgrade etcd everywhere",
    "Rehearse region evacuation quarterly", "Kill zombie jobs nightly", "Pin kernel 6.8", "Compress RPC payloads",
    "Throttle noisy tenants", "Migrate blobs away from NFS", "Test backups by restoring them",
    "Add alerting for full disks", "Warm up cache before rush hour", "Publish weekly uptime figures",
    "Verify MX records", "Review our SLA with legal", "Sign webhooks", "Buy bigger NVMe volumes",
    "Explain quota limits publicly", "Replace PagerDuty schedule", "Freeze deploys on Fridays",
)  # fmt: skip
ENDINGS = ("", " now", " asap", " in May")
"""A base with any of these is the same item in other words, and likeness can tell; two bases are never one item."""
MENTIONS = (" at step #{number}", " unlike {key}")
"""Words in a title that name a ticket and mean nothing by it; one item of a history may have some."""
FOREIGN = ("Order new chairs", "Plan the summer party", "Renew the badge printer")
"""What else is in the tracker, all by people: the first numbers there are theirs."""
LAG = 45
"""Seconds that a listing may be behind, where a history has such a service; `Team` waits for 60."""
GRACE = timedelta(hours=1)
"""As the shipped workflows have it: well over the 10 minutes that a bare runner stays when a create is in doubt."""
PAUSES = (0, 1, 15, 75, 24 * 60)
"""Minutes that pass before a run."""
FAULTS = ("lost", "bad gateway", "refused", "down", "no ledger", "crash", "crash", "crash")
KINDS = (
    "old checkout", "restored ledger", "copied document", "two configurations", "renumbered ids", "rewritten marker",
    "mentioned ticket",
)  # fmt: skip
DEEDS = ("retitle", "retitle", "assign", "assign", "due", "comment", "close", "wont_do", "reopen", "strip", "body",
         "unmark", "rewrite", "rewrite", "delete", "move", "clone")  # fmt: skip
Step = tuple[str, dict[str, Any]]
ANY = range(10)
BOTH = (False, True)


@dataclass(frozen=True)
class Event:
    """Something that may happen to a history, `when` it can; its arguments are drawn from `choices`."""

    happen: Callable[..., None]
    choices: Mapping[str, Sequence[Any]]
    when: Callable[[Any], object]


EVENTS: dict[str, Event] = {}


def event(when: Callable[[Any], object] = lambda _: True, kind: str = "", **choices: Sequence[Any]) -> Any:
    """Make a method an event; one of a `kind` happens in histories only that allow it."""

    def register(method: Callable[..., None]) -> Callable[..., None]:
        allowed = (lambda self: kind in self.allowed and when(self)) if kind else when
        EVENTS[method.__name__] = Event(method, choices, allowed)
        return method

    return register


class Histories(Watched):
    """Subclasses say with `tracker` where tickets live, and with `allowed` which of KINDS may happen."""

    allowed: frozenset[str] = frozenset(KINDS)

    def __init__(self) -> None:
        super().__init__()
        self.bases = iter(BASES)
        self.mentioned = False

    # --- documents --------------------------------------------------------------------------------------------

    def begin(self, beside: bool, stale: bool, same: bool, items: int, ids: int) -> None:
        """`beside`: bare runners come and go, as in CI, and the host with the ledger gives them their grace. `same`:
        the configuration in the other folder has the same namespace, as a copy of the first one has.
        """
        self.counts["histories"] += 1
        self.beside, self.writing = beside, self.with_links
        if beside:
            for folder in self.folders.values():
                folder.team.settings = replace(folder.team.settings, grace=GRACE)
        if not same:
            self.web.team.settings = replace(self.web.team.settings, namespace="acme/web:services/web")
        if stale and isinstance(self.stage, GitHubStage):
            self.stage.github.stale = LAG
        if stale and isinstance(self.stage, JiraStage):
            self.stage.state.lag = timedelta(seconds=LAG)
        for title in FOREIGN:
            self.opened.add(self.stage.open_by_person(title).key)
        self.note(f"began {'beside CI' * beside} {'behind' * stale} {'one namespace' * same}")
        self.add_document(items, ids)
        self.run(self.pay)

    def play(self, script: Iterable[Step]) -> None:
        """All of a script from begin to end; what cannot happen as things stand is passed over."""
        try:
            for name, choices in script:
                if name == "begin":
                    self.begin(**choices)
                elif EVENTS[name].when(self):
                    EVENTS[name].happen(self, **choices)
            self.end()
        finally:
            self.close()

    @event(lambda self: len(self.pay.items()) < 4, items=(1, 2), ids=ANY)  # few items: much happens to each
    def add_document(self, items: int, ids: int) -> None:
        path = f"postmortems/{self.next():02}.md"
        numbered = ids % 2 == 1 and "renumbered ids" in self.allowed
        self.pay.texts[path] = Text([Item(base) for base in islice(self.bases, items)], numbered)
        self._save(self.pay, path)
        self.note(f"document {path}: {self.pay.texts[path].lines()}")

    def _save(self, folder: Folder, *paths: str) -> None:
        for path in paths:
            if path in folder.texts:
                folder.write(path)
            else:
                (folder.team.root / path).unlink(missing_ok=True)
        self.commit()

    @event(
        lambda self: self.pay.texts,
        deed=("add", "insert", "drop", "reorder", "rename", "split", "empty", "delete"),
        which=ANY,
    )
    def edit_document(self, deed: str, which: int) -> None:
        texts, shelf = self.pay.texts, self.pay.shelf
        path = list(texts)[which % len(texts)]
        text, new = texts[path], f"postmortems/{self.next():02}.md"
        before = text.lines()
        if deed == "add":
            text.items += [Item(base) for base in islice(self.bases, 1)]
        elif deed == "insert":
            text.items[:0] = [Item(base) for base in islice(self.bases, 1)]
        elif deed == "drop":
            del text.items[:1]
        elif deed == "reorder":
            text.items.reverse()
        elif deed == "rename":
            texts[new] = texts.pop(path)
        elif deed == "split":
            texts[new] = Text([replace(item) for item in text.items[1:]], text.numbered)
            del text.items[1:]
        else:
            shelf[path] = shelf.pop(path, []) + text.items
            texts[path] = Text([], text.numbered)
        if deed == "delete":
            del texts[path]
        if text.numbered and deed in {"insert", "drop", "reorder"}:
            self.kinds.add("renumbered ids")
        self._save(self.pay, path, new)
        after = [texts[each].lines() for each in (path, new) if each in texts]
        self.note(f"{deed} {path}" + f" to {new}" * (new in texts) + f": {before} -> {after}")

    @event(lambda self: self.pay.shelf, which=ANY)
    def restore(self, which: int) -> None:
        texts, shelf = self.pay.texts, self.pay.shelf
        path = list(shelf)[which % len(shelf)]
        text = texts.setdefault(path, Text([]))
        text.items[:0] = shelf.pop(path)
        self._save(self.pay, path)
        self.note(f"restore {path}: {text.lines()}")

    @event(lambda self: 0 < len(self.pay.items()) < 6, "copied document", which=ANY, links=BOTH)
    def copy_document(self, which: int, links: bool) -> None:
        """The copy is other work, whatever it still says; `links` are put into the original by hand before."""
        texts = self.pay.texts
        path = [path for path, text in texts.items() if text.items][which % sum(bool(t.items) for t in texts.values())]
        if links:
            for item in texts[path].items:
                self._link(item)
        new = f"postmortems/{self.next():02}.md"
        texts[new] = Text([_other_work(item) for item in texts[path].items], texts[path].numbered)
        self.kinds.add("copied document")
        self._save(self.pay, path, new)
        self.note(f"copy {path} to {new}: {texts[new].lines()}")

    def _link(self, item: Item) -> None:
        tickets = self.tickets()
        key = next((key for key, made in self.made.items() if made.item.work == item.work and key in tickets), None)
        if key and not item.link:
            ref = tickets[key].ref
            item.link = f"[{key}]({ref.url})" if ref.url.startswith("http") else key

    @event(
        lambda self: self.pay.items(),
        deed=("reword", "reword", "replace", "tick", "owner", "due", "link", "unlink"),
        which=ANY,
        value=range(3),
    )
    def edit_item(self, deed: str, which: int, value: int) -> None:
        path, item = self.pay.items()[which % len(self.pay.items())]
        items, before = self.pay.texts[path].items, item.line()
        if deed == "reword":
            self._reword(item, value)
        elif deed == "replace" and not self.pay.texts[path].numbered:
            items[items.index(item)] = item = next((Item(base) for base in self.bases), item)
        elif deed == "tick":
            item.done = not item.done
        elif deed == "owner":
            item.owner = ("", "alice", "bob")[value]
        elif deed == "due":
            item.due = ("", "2026-12-24", "2027-01-31")[value]
        elif deed == "link":
            self._link(item)
        elif deed == "unlink":
            item.unlink()
        changed = {"reword": "title", "owner": "assignees", "due": "due"}.get(deed)
        if changed and before != item.line():
            self._changed(item, changed)
        self._save(self.pay, path)
        self.note(f"{deed} in {path}: {before!r} -> {item.line()!r}")

    @event(
        lambda self: self.pay.items(), field=("title", "assignees", "due"), which=ANY, value=range(3), minutes=PAUSES
    )
    def object(self, field: str, which: int, value: int, minutes: int) -> None:
        """The document changes a field, a run sends it, and somebody in the tracker does not agree."""
        self.edit_item({"title": "reword", "assignees": "owner", "due": "due"}[field], which, value)
        self.run(self.pay, minutes)
        _, item = self.pay.items()[which % len(self.pay.items())]
        keys = list(self.tickets())
        mine = [number for number, key in enumerate(keys) if self.made[key].item.work == item.work]
        if mine:
            self.person({"title": "retitle", "assignees": "assign", "due": "due"}[field], mine[0])

    def _reword(self, item: Item, value: int) -> None:
        item.ending = [ending for ending in ENDINGS if ending != item.ending][value]

    def _changed(self, item: Item, field: str) -> None:
        """From now on the document's word counts: what people set before may be overwritten."""
        self.unsent.add((item.work, field))
        for key in [key for key, made in self.made.items() if made.item.work == item.work]:
            self.wishes.get(key, {}).pop(field, None)

    @event(
        lambda self: self.pay.items() and not self.mentioned,
        "mentioned ticket",
        which=ANY,
        number=range(3),
        words=MENTIONS,
        new=BOTH,
    )
    def mention(self, which: int, number: int, words: str, new: bool) -> None:
        """A title names a ticket of somebody else's in passing: in a new item, or in one that has a ticket."""
        path, item = self.pay.items()[which % len(self.pay.items())]
        if new:
            item = next((Item(base) for base in self.bases), item)
            self.pay.texts[path].items += [item] * (item not in self.pay.texts[path].items)
        key = sorted(key for key in self.opened if tickets_of(self.stage)[key].title in FOREIGN)[number]
        item.mention = words.format(key=key, number=number + 1)
        self._changed(item, "title")
        self.mentioned = True
        self.kinds.add("mentioned ticket")
        self._save(self.pay, path)
        self.note(f"mention in {path}: {item.line()!r}")

    @event(
        lambda self: self.pay.texts and not any(item.follows for _, item in self.pay.items()),
        "mentioned ticket",
        which=ANY,
    )
    def follow(self, which: int) -> None:
        """Somebody opened a ticket for this work already, and the new item names it at its end."""
        path = list(self.pay.texts)[which % len(self.pay.texts)]
        for base in islice(self.bases, 1):
            ref = self.stage.open_by_person(base)
            link = f"[{ref.key}]({ref.url})" if ref.url.startswith("http") else ref.key
            self.opened.add(ref.key)
            self.pay.texts[path].items.append(Item(base, link=link, follows=ref.key))
            self.kinds.add("mentioned ticket")
            self._save(self.pay, path)
            self.note(f"follow in {path}: {self.pay.texts[path].lines()[-1]}")

    # --- people in the tracker --------------------------------------------------------------------------------

    @event(lambda self: self.tickets(), deed=DEEDS, which=ANY)
    def person(self, deed: str, which: int) -> None:
        tickets, stage = self.tickets(), self.stage
        key = list(tickets)[which % len(tickets)]
        seen = tickets[key]
        ref, wished = seen.ref, ()
        if deed == "retitle":
            stage.retitle(ref, f"Dana {self.next()}")
            wished = ("title",)
        elif deed == "assign":
            stage.assign(ref, stage.people[1 - (stage.people[1] in seen.assignees)])
            wished = ("assignees",)
        elif deed == "due":
            stage.set_due(ref, f"2027-02-{self.next() % 28 + 1:02}")
            wished = ("due",)
        elif deed == "comment":
            stage.comment(ref, "I am on it.")
            wished = ("comments",)
        elif deed in {"close", "wont_do"}:
            stage.close(ref, wont_do=deed == "wont_do")
            wished = ("state",)
        elif deed == "reopen":
            stage.reopen(ref)
            wished = ("state",)
        elif deed == "strip":
            stage.set_labels(ref)
            wished = ("labels",)
        elif deed == "body":
            stage.edit_body(ref, _edited(stage.body(ref), self.next()))
            wished = ("text",)
        elif deed == "unmark":
            stage.edit_body(ref, f"Dana says {self.next()}.")
            wished = ("text",)
        elif deed == "rewrite" and "rewritten marker" in self.allowed:
            stage.edit_body(ref, f"Dana says {self.next()}.")
            stage.set_labels(ref, "triaged")
            wished = ("text", "labels")
        elif deed == "delete":
            stage.delete(ref)
            self.deleted.add(key)
        elif deed == "move":
            stage.move_away(ref)
            self.moved.add(key)
        elif deed == "clone":
            self.opened.add(stage.clone_by_person(ref).key)
        if deed in {"strip", "unmark", "rewrite"} and wished:
            self.kinds.add("rewritten marker")
        for name in wished:
            if (self.made[key].item.work, name) not in self.unsent:
                self.wishes.setdefault(key, {})[name] = getattr(tickets_of(stage)[key], name)
        self.note(f"dana-{deed} {key} {seen.title!r}")

    # --- time, memory, runs -----------------------------------------------------------------------------------

    @event(minutes=PAUSES)
    def sync(self, minutes: int) -> None:
        self.run(self.pay, minutes)

    @event(lambda self: self.beside, minutes=PAUSES)
    def sync_bare(self, minutes: int) -> None:
        self.run(self.pay, minutes, bare=True)

    @event(minutes=PAUSES, bare=BOTH, fault=FAULTS, at=range(12))
    def sync_with_fault(self, minutes: int, bare: bool, fault: str, at: int) -> None:
        self.run(self.pay, minutes, fault, at, bare=bare and self.beside)

    @event(lambda self: len(self.past) > 1, "old checkout", minutes=PAUSES, back=range(1, 9), bare=BOTH)
    def sync_old(self, minutes: int, back: int, bare: bool) -> None:
        """An old job is run again, or the host's copy of the documents is an old one for a while."""
        self.kinds.add("old checkout")
        self.run(self.pay, minutes, at=self.past[-1 - min(back, len(self.past) - 1)], bare=bare and self.beside)

    @event(lambda self: self.backups, "restored ledger", which=ANY, minutes=PAUSES)
    def restore_ledger(self, which: int, minutes: int) -> None:
        self.kinds.add("restored ledger")
        ledger = Path(self.pay.team.settings.ledger)
        Path(f"{ledger}-journal").unlink(missing_ok=True)
        ledger.write_bytes(self.backups[which % len(self.backups)])
        self.note(f"backup {which % len(self.backups)} of {len(self.backups)} is put back")
        self.run(self.pay, minutes)

    @event(
        lambda self: self.pay.items(),
        "two configurations",
        deed=("mirror", "mirror", "reword", "sync"),
        which=ANY,
        minutes=PAUSES,
    )
    def beside_it(self, deed: str, which: int, minutes: int) -> None:
        """Another folder of the repository has documents of the same names and titles, and a configuration."""
        self.kinds.add("two configurations")
        if deed == "mirror" or not self.web.items():
            path, text = list(self.pay.texts.items())[which % len(self.pay.texts)]
            self.web.texts[path] = Text(
                [replace(_other_work(item), link="", once=(), follows="") for item in text.items]
            )
            self._save(self.web, path)
            self.note(f"mirror {path}: {self.web.texts[path].lines()}")
        elif deed == "reword":
            path, item = self.web.items()[which % len(self.web.items())]
            self._reword(item, which % 3)
            self._changed(item, "title")
            self._save(self.web, path)
            self.note(f"reword in web {path}: {item.line()!r}")
        self.run(self.web, minutes)


def _other_work(item: Item) -> Item:
    return replace(item, work=Item(item.base).work)


def _edited(text: str, number: int) -> str:
    """The text with a line of Dana's before it, or with one of the facts as she sees it."""
    lines = text.splitlines()
    fact = next((n for n, line in enumerate(lines) if FACT.match(line) and EDITED not in line), None)
    if fact is None or number % 2:
        return f"Dana says {number}.\n\n{text}"
    return "\n".join([*lines[:fact], f"{lines[fact]} {EDITED}", *lines[fact + 1 :]])
