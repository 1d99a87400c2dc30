"""The ledger: every read or write is one short call, and every write one transaction, committed when it returns.

It knows no tracker and no configuration and decides nothing: it stores what it is given and records what changed.
Rows that are already as they should be are not written again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pmsync.errors import LedgerError
from pmsync.ledger import file, rows, values, writes
from pmsync.ledger.changes import Change, document_changes, item_changes, link_changes
from pmsync.ledger.overview import read_open, read_overview
from pmsync.ledger.reader import LedgerReader
from pmsync.ledger.values import Value, clean, json_text, time_text
from pmsync.model import Cursor, Document, Finding, Intent, ItemRow, Link, OpenItem, Overview, Refusal, Tick
from pmsync.model.ages import is_future
from pmsync.model.spelling import one_spelling

if TYPE_CHECKING:
    from sqlite_utils import Database

RUNS_KEPT = timedelta(days=90)
"""How long runs in which nothing changed are remembered."""
T = TypeVar("T")


class Ledger(LedgerReader):
    """An open ledger; a context manager that closes it. Every method may raise LedgerError, which says what to do."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self._wrapped: Database | None = None

    @classmethod
    def open(cls, path: Path, *, readonly: bool = False) -> Ledger:
        """Open the ledger at `path`, creating or migrating it as needed; the caller holds the lock.

        With `readonly` it must exist, and no lock is needed. A ledger that git tracks is refused.
        """
        file.refuse_tracked(path)
        path = path.resolve()
        if readonly:
            return super().open(path)
        ledger = cls(path, file.open_for_writing(path))
        ledger._respell()
        return ledger

    def _respell(self) -> None:
        """Bring the ids of documents into one spelling."""
        with file.explained(self.path):
            self._connection.create_function("one_spelling", 1, one_spelling, deterministic=True)
            if not self._connection.execute(writes.SPELLED_OTHERWISE).fetchone():
                return
        with self._writing() as database:
            for statement in writes.RESPELL:
                database.execute(statement)

    # --- what it remembers ------------------------------------------------------------------------------------

    def links(self) -> dict[str, Link]:
        """By uid."""
        return {link.uid: link for link in self._read("SELECT * FROM links ORDER BY rowid", rows.to_link)}

    def intents(self) -> dict[str, Intent]:
        """By uid: announced creates whose outcome is unknown."""
        return {each.uid: each for each in self._read("SELECT * FROM intents ORDER BY rowid", rows.to_intent)}

    def refusals(self) -> dict[tuple[str, str], Refusal]:
        """By uid (or other subject) and operation."""
        refusals = self._read("SELECT * FROM refusals", rows.to_refusal)
        return {(each.uid, each.operation): each for each in refusals}

    def cursors(self) -> dict[str, Cursor]:
        """By tracker."""
        return {each.tracker: each for each in self._read("SELECT * FROM cursors", rows.to_cursor)}

    def first_seen(self) -> dict[str, datetime]:
        """By uid: when an item was first seen in the documents, with or without a ticket."""
        query = "SELECT uid, first_seen_at FROM items"
        return dict(self._read(query, lambda row: (row["uid"], values.at(row["first_seen_at"]))))

    def decisions(self) -> dict[str, str]:
        """By uid: a person's decision that has not led to a ticket yet."""
        return dict(self._read("SELECT uid, decision FROM decisions", lambda row: (row["uid"], row["decision"])))

    def places(self) -> dict[str, str]:
        """Whose ledger it is: the last used 'namespace', 'home' and 'tracker NAME', by that name."""
        return dict(self._read("SELECT name, place FROM places", lambda row: (row["name"], row["place"])))

    def save_places(self, places: Mapping[str, str]) -> None:
        """Save these places; an empty one leaves the saved one unchanged."""
        held = self.places()
        if changed := {name: clean(place) for name, place in places.items() if place and held.get(name) != place}:
            with self._writing() as database:
                writes.upsert(database, "places", "name", [{"name": name, "place": at} for name, at in changed.items()])

    def questions(self) -> dict[str, ItemRow]:
        """By uid: the items that wait for a person's decision."""
        query = "SELECT * FROM items WHERE candidates != '[]' AND uid NOT IN (SELECT uid FROM links)"
        return {item.uid: item for item in self._read(query, rows.to_item)}

    def ticks(self) -> dict[str, Tick]:
        """By uid: what write-back ticked in the documents."""
        return dict(self._read("SELECT * FROM ticks", lambda row: (row["uid"], Tick(row["before"], row["after"]))))

    def document_ids(self) -> frozenset[str]:
        """The documents that are not gone, with and without tickets."""
        query = "SELECT id FROM documents WHERE gone_at IS NULL"
        return frozenset(self._read(query, lambda row: one_spelling(row["id"])))

    # --- what it tells people ---------------------------------------------------------------------------------

    def overview(self) -> list[Overview]:
        """Every item with its document, link, intent and refusals, in the order of the documents."""
        with file.explained(self.path), self._understood():
            return read_overview(self._connection)

    def open_items(self) -> list[OpenItem]:
        """The items still to be done, in the order of the documents; much quicker than `overview`."""
        with file.explained(self.path), self._understood():
            return read_open(self._connection)

    def findings(self) -> list[Finding]:
        """The findings of the last run over everything and of later runs over some documents, newest first."""
        return self._read("SELECT * FROM findings ORDER BY run_id DESC, id", rows.to_finding)

    def history(self, uid: str) -> list[tuple[datetime, Change]]:
        """Everything that happened to an item, oldest first."""
        return self._read("SELECT * FROM history WHERE uid = ? ORDER BY at, id", rows.to_event, [uid])

    # --- runs -------------------------------------------------------------------------------------------------

    def begin_run(self, at: datetime, *, host: str, pid: int, scope: str) -> int:
        """Record that a run began, and return its number. `scope` is '' for a run over everything."""
        with self._writing() as database:
            row = {"started_at": time_text(at), "host": host, "pid": pid, "scope": clean(scope)}
            inserted = database.table("runs").insert(row)
            return int(inserted.last_pk or 0)

    def end_run(
        self, run: int, at: datetime, *, ok: bool, counts: Mapping[str, int], findings: Sequence[Finding]
    ) -> None:
        """Record how a run ended; its findings replace those of the runs that it repeats."""
        told = [rows.finding_row(finding, run) for finding in findings]
        with self._writing() as database:
            ended = {"finished_at": time_text(at), "ok": int(ok), "counts": json_text(dict(counts))}
            database.table("runs").update(run, ended)
            database.execute(writes.DELETE_REPEATED, {"run": run})
            database.table("findings").insert_all(told)
            database.execute(writes.DELETE_OLD_RUNS, {"before": time_text(at - RUNS_KEPT)})

    # --- documents and items ----------------------------------------------------------------------------------

    def save_documents(
        self,
        run: int,
        at: datetime,
        documents: Sequence[Document],
        items: Sequence[ItemRow],
        *,
        judged: Collection[str],
        gone: Collection[str],
    ) -> None:
        """Keep what was read. Items of `judged` and `gone` documents that are not among `items`, and have neither
        link nor intent, are deleted; when an item was first seen stays; changes of linked items go to the history.
        """
        with self._writing() as database:
            changes = self._item_changes(items, {document.id: document for document in documents})
            writes.upsert_seen(database, "documents", "id", map(rows.document_row, documents), at)
            writes.upsert_seen(database, "items", "uid", map(rows.item_row, items), at)
            database.conn.executemany(writes.MARK_GONE, [(time_text(at), clean(document)) for document in gone])
            writes.delete_vanished(database, {*judged, *gone}, {item.uid for item in items})
            writes.remember(database, run, at, changes)

    def _item_changes(self, items: Sequence[ItemRow], documents: Mapping[str, Document]) -> list[Change]:
        """Return the changes of linked items; a placeholder row (line 0) has nothing to compare."""
        query = "SELECT * FROM items WHERE line > 0 AND uid IN (SELECT uid FROM links)"
        linked = {item.uid: item for item in self._read(query, rows.to_item)}
        before = {document.id: document for document in self._read("SELECT * FROM documents", rows.to_document)}
        changes: list[Change] = []
        for item in items:
            if former := linked.get(item.uid):
                changes += item_changes(former, item)
                old, new = before.get(former.document_id), documents.get(item.document_id)
                changes += document_changes(item.uid, old, new) if old and new else []
        return changes

    # --- links and intents ------------------------------------------------------------------------------------

    def announce(self, run: int, at: datetime, intents: Sequence[Intent]) -> None:
        """Announce creates. When it returns, they are on the disk, and only then may they be sent.

        Raises LedgerError, and announces none, where an item among them has a ticket that is not lost.
        """
        with self._writing() as database:
            for intent in intents:
                self._refuse_linked(intent.uid)
            writes.stand_in(database, at, "new", [(x.uid, x.document_id, x.key, x.title) for x in intents])
            writes.upsert(database, "intents", "uid", [rows.intent_row(intent) for intent in intents])
            changes = [Change(each.uid, "pmsync", "announced", None, each.tracker) for each in intents]
            writes.remember(database, run, at, changes)

    def _refuse_linked(self, uid: str) -> None:
        for row in self._connection.execute("SELECT ticket_key FROM links WHERE NOT lost AND uid = ?", [uid]):
            raise LedgerError(
                f"item {uid!r} already has ticket {row['ticket_key']!r}: no other one is created for it; "
                f"run `pmsync show {uid}`, and `pmsync forget {uid}` if it is to get another"
            )

    def count_from_now(self, at: datetime) -> None:
        """Date announced creates of the future back to now, so that waiting for them to settle has an end."""
        ahead = [uid for uid, intent in self.intents().items() if is_future(intent.announced_at, at)]
        if not ahead:
            return
        with self._writing() as database:
            dated = [(time_text(at), uid) for uid in ahead]
            database.conn.executemany("UPDATE intents SET announced_at = ? WHERE uid = ?", dated)

    def withdraw(self, run: int, at: datetime, uids: Sequence[str], reason: str) -> None:
        """Withdraw announced creates that certainly did not happen."""
        with self._writing() as database:
            changes = [
                Change(uid, "pmsync", "announced", tracker, None, reason)
                for uid in uids
                for (tracker,) in database.execute(writes.DELETE_INTENT, [uid]).fetchall()
            ]
            writes.remember(database, run, at, changes)

    def save_links(self, run: int, at: datetime, links: Sequence[Link], source: str) -> None:
        """Keep links, close the intents of their items, and write down what changed; all of it or nothing.

        A link that stays lost closes none: an intent beside it is for the ticket that takes its place.
        `source` says who made the change: 'tracker', 'pmsync', 'document' or 'person'. A decision is done with once
        its item has another ticket than before, and a question once a person has answered it.
        """
        with self._writing() as database:
            held_links = (old for link in links for old in self._read(writes.LINK_OF, rows.to_link, [link.uid]))
            known = {old.uid: old for old in held_links}
            new = [(x.uid, x.document_id, x.key, x.ticket.title) for x in links if x.uid not in known]
            writes.stand_in(database, at, "ticketed", new)
            held = [rows.link_row(link) for link in known.values()]
            writes.upsert_changed(database, "links", "uid", held, [rows.link_row(link) for link in links])
            for link in links:
                if not writes.stays_lost(known.get(link.uid), link):
                    database.execute(writes.DELETE_INTENT, [link.uid]).fetchall()
                if writes.is_fresh(known.get(link.uid), link):
                    database.execute("DELETE FROM decisions WHERE uid = ?", [link.uid])
                if source == "person":
                    database.execute(writes.ANSWER, [link.document_id, link.key])
            changes = [change for link in links for change in link_changes(known.get(link.uid), link, source, at)]
            writes.remember(database, run, at, changes)

    def forget(self, run: int, at: datetime, uid: str, source: str = "person") -> None:
        """Remove the link and the intent of an item; its history stays, with who asked for it."""
        with self._writing() as database:
            links = database.execute(writes.DELETE_LINK, [uid]).fetchall()
            intents = database.execute(writes.DELETE_INTENT, [uid]).fetchall()
            told = [("ticket", f"{tracker} {key}") for tracker, key in links]
            told += [("announced", tracker) for (tracker,) in intents]
            changes = [Change(uid, source, field, old, None, "forgotten") for field, old in told]
            writes.remember(database, run, at, changes)

    def forget_tracker(self, run: int, at: datetime, tracker: str) -> int:
        """Remove everything about a tracker's tickets except the history, and return the number of removed links."""
        with self._writing() as database:
            changes = writes.forget_tracker(database, tracker)
            writes.remember(database, run, at, changes)
            return sum(change.field == "ticket" for change in changes)

    # --- refusals, cursors, people, decisions -----------------------------------------------------------------

    def refuse(self, run: int, refusals: Sequence[Refusal]) -> None:
        """Save writes that a tracker refused; a newer refusal of an operation replaces the older one."""
        held = [rows.refusal_row(refusal, run) for refusal in refusals]
        with self._writing() as database:
            database.table("refusals").upsert_all(held, pk=("uid", "operation"))

    def unrefuse(self, keys: Iterable[tuple[str, str]]) -> None:
        """Forget refusals, given as (uid, operation)."""
        held = list(keys)
        with self._writing() as database:
            for key in held:
                database.execute("DELETE FROM refusals WHERE uid = ? AND operation = ?", key)

    def save_cursor(self, cursor: Cursor) -> None:
        with self._writing() as database:
            writes.upsert(database, "cursors", "tracker", [rows.cursor_row(cursor)])

    def save_accounts(self, tracker: str, at: datetime, accounts: Mapping[str, str]) -> None:
        """Keep looked-up accounts, by person id."""
        resolved_at = time_text(at)
        found = [
            {"tracker": tracker, "person_id": person, "account": clean(account), "resolved_at": resolved_at}
            for person, account in accounts.items()
        ]
        with self._writing() as database:
            database.table("people").upsert_all(found, pk=("tracker", "person_id"))

    def decide(self, run: int, at: datetime, uid: str, decision: str) -> None:
        """Remember what a person decided about an item: 'new' gives it a ticket."""
        with self._writing() as database:
            row = {"uid": uid, "decision": decision, "decided_at": time_text(at), "run_id": run}
            writes.upsert(database, "decisions", "uid", [row])
            writes.remember(database, run, at, [Change(uid, "person", "decision", None, decision)])

    def save_ticks(self, run: int, at: datetime, made: Mapping[str, Tick], dropped: Collection[str]) -> None:
        """Save the new ticks and forget those that are gone, both by uid."""
        with self._writing() as database:
            for uid, tick in made.items():
                row: dict[str, Value] = {"uid": uid, "before": clean(tick.before), "after": clean(tick.after)}
                writes.upsert(database, "ticks", "uid", [row | {"ticked_at": time_text(at)}])
            database.conn.executemany("DELETE FROM ticks WHERE uid = ?", [(uid,) for uid in dropped])
            changes = [Change(uid, "pmsync", "ticked", None, "yes") for uid in made]
            changes += [Change(uid, "pmsync", "ticked", "yes", None) for uid in dropped]
            writes.remember(database, run, at, changes)

    def show(self, shown: Mapping[str, tuple[tuple[str, ...], str]]) -> None:
        """Save the owners and severity of each item, by uid, as `status` shows them."""
        wanted = [rows.shown_row(uid, *each) for uid, each in shown.items()]
        with self._writing() as database:
            writes.upsert_changed(database, "shown", "uid", self._read("SELECT * FROM shown", dict), wanted)

    # --- how --------------------------------------------------------------------------------------------------

    @property
    def _database(self) -> Database:
        if self._wrapped is None:
            from sqlite_utils import Database  # noqa: PLC0415 - 100 ms that readers need not pay

            self._wrapped = Database(self._connection, execute_plugins=False)
        return self._wrapped

    @contextmanager
    def _writing(self) -> Iterator[Database]:
        """One transaction, begun as a writer at once and committed at the end; never spans code of a caller."""
        with file.explained(self.path):
            database = self._database
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield database
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
