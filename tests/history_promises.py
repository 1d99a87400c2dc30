"""What must hold after each run of a random history, and at its end: the promises of `reliability.PROMISES`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from pmsync.identity.keys import title_key
from pmsync.identity.matching import LOOKALIKE
from pmsync.identity.similarity import alike
from pmsync.ledger import Ledger
from pmsync.model import Finding, Link, Ticket
from pmsync.sync.engine import RunResult
from tests.history_runs import Made, Run, Runs
from tests.history_truth import Folder, Item, Seen, Stood, tickets_of
from tests.reliability import PROMISES


class Watched(Runs):
    """Runs that are looked at. Everything is counted on the service."""

    # --- after each run ---------------------------------------------------------------------------------------

    def check_run(self, run: Run) -> None:
        tickets = tickets_of(self.stage)
        self._hand_over(run, tickets)
        self._count_creates(run, tickets)
        self._nothing_foreign(run, tickets)
        self._nothing_undone(tickets)
        for key, seen in tickets.items():
            if key in self.made and key in run.before:
                self._own_text(run, self.made[key], run.before[key], seen)
                self._not_turned_back(run, self.made[key], run.before[key], seen)

    def _count_creates(self, run: Run, tickets: Mapping[str, Seen]) -> None:
        """One ticket for each item, ever, unless the run could not know of the other: see `_may_know`."""
        for key, seen in tickets.items():
            if key in self.made or key in self.opened or seen.author != self.stage.me:
                continue
            document_id = seen.marker.document_id
            here = [stood for stood in run.stood.get(document_id, ()) if stood.title == seen.title]
            if not self.promise(
                "lost", len(here) == 1, f"{key} {seen.title!r} was made for no item of {document_id!r}"
            ):
                self.opened.add(key)
                continue
            stood = here[0]
            for other, made in self.made.items():
                if made.folder == run.folder.name and (made.item.work == stood.item.work or made.uid == seen.uid):
                    self._second(run, key, stood, other, tickets.get(other), run.remembered.get(made.uid))
            if stood.item.follows in tickets and stood.linked:
                self.promise("doubled", kept=False, message=f"{key}: {stood.title!r} follows {stood.item.follows}")
            self.made[key] = Made(stood.item, run.folder.name, seen.uid)
            self.counts["created"] += 1
        there = len(self.made) + len(self.opened)
        self.promise("doubled", self.stage.created() == there, "a ticket came and went within a run")

    def _second(self, run: Run, key: str, stood: Stood, other: str, ticket: Seen | None, link: Link | None) -> None:
        known = self._may_know(run, stood, ticket, link) and other not in self.deleted
        if self.promise("doubled", not known, f"{key} is a second ticket of {stood.title!r}: {other}"):
            self.counts["created again"] += 1
            why = "was deleted" if other in self.deleted else "went" if ticket is None else "is told by text alone"
            self.note(f"again: {key} for {stood.title!r}, whose {other} {why}")
            self.counts[f"created again: the first {why}"] += 1

    def _hand_over(self, run: Run, tickets: Mapping[str, Seen]) -> None:
        """Where a ticket's own item left, an item that text cannot tell from it may have it from now on: a copy of it,
        which is how a move looks, or what stands under its id now, which is how rewording looks.
        """
        standing = {s.item.work for each in run.stood.values() for s in each}
        served = {made.item.work for key, made in self.made.items() if key in tickets}
        for key, made in self.made.items():
            if key not in tickets or made.folder != run.folder.name or made.item.work in standing:
                continue
            mark = tickets[key].marker
            named = any(
                s.item.base == made.item.base and s.item.names(key) for each in run.stood.values() for s in each
            )
            for number, stood in enumerate(run.stood.get(mark.document_id, ()), 1):
                copied = stood.item.base == made.item.base and mark.key == title_key(stood.title)
                same_id = mark.key == f"id:ai-{number}" == f"id:{stood.tag}" and not named
                if (copied or same_id) and stood.item.work not in served:
                    made.item = stood.item
                    self.wishes.get(key, {}).pop("title", None)

    def _may_know(self, run: Run, stood: Stood, ticket: Seen | None, link: Link | None) -> bool:
        """Whether a run had what it takes to find the ticket that the item has already.

        Not where it remembers no link and the ticket was deleted or moved away, or lost its marker and goes by
        another title. And not where the item was reworded while it was out of its document (an orphan), or while its
        document was renamed (and the ticket closed): then a likeness is all there is, and to such it is no proof.
        """
        if stood.linked and ticket:
            return True
        mark = ticket.marker if ticket else None
        reworded = mark and mark.key != title_key(stood.title) and not mark.key.startswith("id:")
        if ticket and mark and mark.uid and reworded:
            renamed = mark.document_id not in run.stood
            return not ((link and link.orphaned) or (renamed and ticket.closed))
        if link or mark is None or ticket is None:
            return link is not None
        return bool(mark.uid) or alike(title_key(ticket.title), title_key(stood.title)) >= LOOKALIKE

    def _nothing_foreign(self, run: Run, tickets: Mapping[str, Seen]) -> None:
        for key in self.opened & set(run.before) & set(tickets):
            before, now = run.before[key], tickets[key]
            self.promise("foreign", before == now, f"{key} of {now.author}: {before}\n is now {now}")

    def _nothing_undone(self, tickets: Mapping[str, Seen]) -> None:
        for key, wishes in self.wishes.items():
            for name, value in list(wishes.items()):
                if key in tickets:
                    now = getattr(tickets[key], name)
                    kept = now == value
                    if not self.promise("undone", kept, f"{key}: {name} was {value!r} by a person and is {now!r}"):
                        del wishes[name]

    def _own_text(self, run: Run, made: Made, before: Seen, now: Seen) -> None:
        """A title that a run sets is one of its own item's, or of a copy that takes over where that stands no more."""
        if before.title == now.title:
            return
        texts = {s.title for past in self.past for each in past.stood[made.folder].values()
                 for s in each if s.item.work == made.item.work}  # fmt: skip
        stands = run.folder.name != made.folder or any(
            s.item.work == made.item.work for each in run.stood.values() for s in each
        )
        kept = now.title in texts or (not stands and now.title.startswith(made.item.base))
        self.promise("other text", kept, f"{now.ref.key} of {made.item.title!r}: {before.title!r} -> {now.title!r}")

    def _not_turned_back(self, run: Run, made: Made, before: Seen, now: Seen) -> None:
        """An older revision changes nothing where the ticket says already what the newest one says."""
        if run.at is self.past[-1]:
            return
        newest = [item for _, item in self.folders[made.folder].items() if item.work == made.item.work]
        for item in newest:
            accounts = dict(zip(("alice", "bob"), self.stage.people, strict=False))
            owner = accounts.get(item.owner)
            wanted = {"title": item.title, "assignees": (owner,) if owner else None, "due": item.due or None}
            for name, value in wanted.items():
                was, is_now = getattr(before, name), getattr(now, name)
                kept = was == is_now or was != value
                self.promise("turned back", kept, f"{now.ref.key}: {name} {was!r} -> {is_now!r} by an older revision")

    # --- at the end -------------------------------------------------------------------------------------------

    def end(self) -> None:
        """Wait until all is quiet, and look at everything once more."""
        for folder in self.folders.values():
            if folder.texts or folder is self.pay:
                self._check_end(folder)

    def close(self) -> None:
        """Count the history by the kinds of event that it had, and put everything away."""
        for kind in self.kinds:
            self.counts[f"{kind}|histories"] += 1
            for name in PROMISES:
                self.counts[f"{kind}|{name}"] += name in self.broken
        self.exit.close()

    def _quiet(self, folder: Folder) -> RunResult | None:
        """Time in which nobody does anything; returns the last sync, which must have had nothing to do."""
        for minutes in (15, 24 * 60, 1, 0):
            writes = self.stage.writes()
            result = self.run(folder, minutes)
        self.promise("unsettled", self.stage.writes() == writes, "the last of four quiet runs still writes")
        if result:
            self.promise("unsettled", not result.plan.pending, f"pending: {result.plan.pending}")
        return result

    def _check_end(self, folder: Folder) -> None:
        result = self._quiet(folder)
        if result is None:
            return
        with Ledger.open(Path(folder.team.settings.ledger), readonly=True) as ledger:
            links = ledger.links()
            doubtful = {row.uid for row in result.plan.rows} & set(ledger.intents())
        self.promise("unsettled", not doubtful, f"{doubtful} are still in doubt")
        if not result.held_back:
            self._ledger_agrees(links)
        ticketed = {row.uid for row in result.plan.rows if row.standing == "ticketed"}
        for link in (link for uid, link in links.items() if link.lost and uid in ticketed):
            there = {seen.ref.key for seen in tickets_of(self.stage).values() if seen.uid == link.uid} & set(self.made)
            self.promise("lost", not there, f"{link.ticket.ref.key} is lost, {there} are there")
        open_ones = Counter((self.made[key].folder, seen.uid) for key, seen in self.tickets().items()
                            if seen.uid and not seen.closed)  # fmt: skip
        for (name, uid), count in open_ones.items():
            self.promise("doubled", count == 1, f"{count} open tickets of {uid} in {name}")
        self._every_item_is_served(folder, result, links)

    def _ledger_agrees(self, links: Mapping[str, Link]) -> None:
        here = {uid: link for uid, link in links.items() if link.ticket.ref.tracker and not link.lost}
        answers = self.stage.reconnect().get([link.ticket.ref for link in here.values()])
        for link in here.values():
            now = answers[link.ticket.ref]
            if self.promise("unsettled", isinstance(now, Ticket), f"{link.ticket.ref.key} is not there: {now}"):
                seen = (now.status, now.title, set(now.assignees))
                known = (link.ticket.status, link.ticket.title, set(link.ticket.assignees))
                self.promise("unsettled", seen == known, f"{now.ref.key} is {seen}, the ledger says {known}")

    def _every_item_is_served(self, folder: Folder, result: RunResult, links: Mapping[str, Link]) -> None:
        rows = {(row.document_id, row.fields.title): row for row in result.plan.rows}
        holders: Counter[str] = Counter()
        for path, item in folder.items():
            row = rows.get((path, item.title))
            self.counts[f"at the end {row.standing if row else 'nothing'}"] += 1
            self.promise("lost", row, f"{item.title!r} of {path} is in no row of the plan")
            if row and row.standing == "ticketed" and row.uid not in links:
                self.promise(
                    "unsettled", result.held_back, f"{item.title!r} has a ticket that the ledger does not link"
                )
            elif row and row.standing == "ticketed":
                self._has_its_own(folder, item, links[row.uid])
                key = links[row.uid].ticket.ref.key
                holders[key] += not any(map(item.names, (key, *self.moved)))  # a moved one is named by its old key too
            elif row:
                said = result.held_back or self._said(item, row.standing, row.line, path, result.findings)
                self.promise("lost", said, str(row))
        for key, count in holders.items():
            self.promise("lost", count < 2, f"{count} items have {key}, and none of them names it")

    def _has_its_own(self, folder: Folder, item: Item, link: Link) -> None:
        """The item's ticket was made for it, or its document names it and it is no other work's by accident."""
        key = link.ticket.ref.key
        made = self.made.get(key)
        if key in self.opened:
            own = item.names(key) or item.follows == key
            self.promise("foreign", own, f"{item.title!r} has {key} {link.ticket.title!r} of somebody else")
        elif made:
            left = all(each.work != made.item.work for _, each in folder.items())
            moved = made.folder == folder.name and made.item.base == item.base and left
            own = made.item.work == item.work or item.names(key) or moved
            said = f"{item.title!r} of {folder.name} has {key} of {made.folder}, made for other work"
            self.promise("foreign", own, said)

    def _said(self, item: Item, standing: str, line: int, path: str, findings: tuple[Finding, ...]) -> bool:
        """Whether somebody is told that this item has no ticket, or it needs none."""
        told = [finding for finding in findings if finding.path == path and finding.line == line]
        return bool(told) or (standing == "done" and item.done) or (standing == "external" and bool(item.link))
