"""What the ledger remembers, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pmsync.model import Cursor, Intent, ItemRow, Link, Refusal


@dataclass(frozen=True, slots=True)
class Memory:
    """The ledger's part of a world; an empty one is a run without a ledger.

    `refusals` are by (subject, operation), `first_seen` and `decisions` by uid, `accounts` by tracker and person id
    with the time of the look-up, `documents` are the ids of all documents of the last run, `questions` the undecided
    items by uid, `ticked` the uids of the items that write-back ticked.
    """

    links: Mapping[str, Link] = field(default_factory=dict)
    intents: Mapping[str, Intent] = field(default_factory=dict)
    refusals: Mapping[tuple[str, str], Refusal] = field(default_factory=dict)
    cursors: Mapping[str, Cursor] = field(default_factory=dict)
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, Mapping[str, tuple[str, datetime]]] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    questions: Mapping[str, ItemRow] = field(default_factory=dict)
    ticked: frozenset[str] = frozenset()

    @property
    def known_accounts(self) -> dict[str, dict[str, str]]:
        """By tracker and person id, however old."""
        return {
            name: {person: account for person, (account, _) in accounts.items()}
            for name, accounts in self.accounts.items()
        }
