"""Rules about what a run meets between documents and tickets. Data, in the order of docs/findings.md."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from pmsync.findings.rule import PLAN, SYNC, Rule

decision = partial(Rule, topic="decision", commands=PLAN)
difference = partial(Rule, topic="difference", commands=PLAN)
trouble = partial(Rule, topic="trouble", commands=PLAN)

RUN_RULES: Mapping[str, Rule] = {
    "undecided": decision(
        "warning",
        "An item may be one of several known items, or a new one. It gets no ticket until somebody decides.",
        "decide with `pmsync adopt`",
    ),
    "namespace-shared": decision(
        "error",
        "Another folder or repository has created tickets with this namespace. Nothing is sent.",
        "give one of the two a namespace of its own; after a move, list the former place under documents.formerly",
    ),
    "namespace-changed": decision(
        "error",
        "Tickets were created from these documents under another namespace. Nothing is sent.",
        "restore the former namespace, or list it under documents.formerly",
    ),
    "tracker-replaced": decision(
        "error",
        "The configuration of a tracker points to another service than its tickets in the ledger. "
        "None of them is looked up there.",
        "if it is the same service under a new address, list the former one under trackers.NAME.formerly; "
        "if it is another one, run `pmsync forget --tracker NAME`",
        commands=(*PLAN, "write-back"),
    ),
    "checkout-behind": decision(
        "warning",
        "A newer version of a document than the one in this checkout was sent. "
        "Nothing of this one is sent, created or given up.",
        "update the checkout (`git pull`) and run it again",
    ),
    "sent-elsewhere": decision(
        "warning",
        "Another run has sent a different value of a field, or changed the ticket since it was listed. "
        "That is not undone.",
        "run `pmsync sync` again",
    ),
    "names-another": decision(
        "note",
        "An item has a ticket, and its text names another one. The text changes nothing.",
        "if the other one is the item's, run `pmsync adopt`",
    ),
    "no-ticket": decision(
        "note",
        "Items get no ticket because they name one that is in no configured tracker.",
        "`pmsync adopt ITEM --new` gives it one anyway",
    ),
    "orphaned": decision(
        "note",
        "An item was removed from its document while its ticket is open.",
        "close the ticket if it is no longer wanted; if the item was reworded, adopt the ticket for it",
    ),
    "stray": decision(
        "note",
        "An open ticket created by pmsync no longer belongs to any item.",
        "close it, or bring the item back",
    ),
    "twin": decision(
        "warning",
        "An item has two tickets, and pmsync may close neither by itself.",
        "decide which one to keep and close the other",
        also=("error", "where closing one failed"),
    ),
    "marker-mismatch": decision(
        "warning",
        "A ticket is linked to one item, and its marker names another.",
        "say which is right with `pmsync adopt`",
    ),
    "marker-untrusted": decision(
        "error",
        "A ticket carries an item's marker, and was not created by pmsync's account. The item waits.",
        "if the account is yours, add it to trackers.NAME.accounts; if not, remove the marker, or run `pmsync adopt`",
    ),
    "named-ticket-gone": decision(
        "warning",
        "A document names a ticket that does not exist, or is hidden from pmsync's account. "
        "The item gets no other ticket.",
        "give the account access, or correct or remove the link; an item that names a ticket gets no other one",
    ),
    "ticket-lost": decision(
        "warning",
        "A ticket was deleted, or hidden from pmsync's account. It is not created again. "
        "Each run reports it until it is visible again or forgotten.",
        "give the account access; if it was deleted, `pmsync forget` lets the next sync create another",
    ),
    "not-assigned": decision(
        "warning",
        "Nobody was assigned to open tickets in the time that `[sla]` gives (`assigned`).",
        "assign somebody in the tracker, or name an owner in the document",
    ),
    "restricted-in-public": decision(
        "error",
        "A document became restricted, and its ticket is in a tracker that is not.",
        "move or delete the ticket by hand; nothing more is sent to it",
    ),
    "restricted-no-tracker": decision(
        "warning",
        "A document is restricted, and no tracker is marked for restricted documents. Its items get no tickets. "
        "`pmsync doctor` says so before the first sync.",
        "set `restricted = true` below [trackers.NAME] of a tracker that nobody else can read",
    ),
    "drift": difference(
        "note",
        "A check box is ticked and its ticket is open. The ticket counts. `write-back` removes a tick that it made.",
        "close the ticket, or untick the item",
    ),
    "not-ticked": difference(
        "note",
        "Tickets are closed and their check boxes are not ticked.",
        "`pmsync write-back` ticks them; the status in the tracker is what counts",
    ),
    "not-written": difference(
        "note",
        "A link or tick could not be put into the document safely. The finding quotes the text to write.",
        "write it there by hand",
        commands=("sync", "write-back"),
        also=("error", "where the whole document could not be changed"),
    ),
    "adopted-different": difference(
        "note",
        "An adopted ticket differs from its document.",
        "both stay as they are; the next change in the document goes to the ticket",
    ),
    "ticket-moved": difference(
        "note",
        "A ticket was moved to another place. pmsync follows it as far as its account can see.",
        "no configured tracker holds it: its status is followed, and nothing is sent there",
    ),
    "not-sent": difference(
        "note",
        "A document changed after its ticket moved to a place that is in no configured tracker. Nothing is sent there.",
        "change it there by hand, or configure a tracker for the place it moved to",
    ),
    "text-edited": difference(
        "note",
        "A person edited the list of facts in a ticket's text. From then on pmsync does not change it.",
        "what the post-mortem says of owner, due date or severity is no longer brought up to date there",
        commands=SYNC,
    ),
    "owner-unresolved": difference(
        "warning",
        "An owner has no account in the tracker. The ticket's text names them.",
        "correct the account under [people.NAME]: the next sync assigns the ticket",
    ),
    "owner-owed": difference(
        "note",
        "Tickets wait for owners who could not be assigned.",
        "the next sync assigns them once [people] has their accounts; `pmsync doctor` and `pmsync check` say which",
    ),
    "owner-kept": difference(
        "note",
        "A document names a new owner, and the ticket keeps the person whom somebody assigned in the tracker.",
        "assign it there if that is outdated",
    ),
    "account-renamed": difference(
        "warning",
        "An account under `[people]` has a new name in the tracker. It still counts as the same person.",
        "write the new name under [people.NAME]",
    ),
    "assignee-dropped": difference(
        "warning",
        "A ticket was created, and the tracker left out an assignee.",
        "only people with access can be assigned: do that by hand, and correct the account under [people]",
        commands=SYNC,
    ),
    "unknown-status": difference(
        "note",
        "Tickets are closed with a status or resolution that pmsync does not know. They count as done.",
        'list its name below [trackers.NAME.status] or [trackers.NAME.resolution], as "done" or "wont_do"',
    ),
    "label-missing": difference(
        "warning",
        "Tickets lost the label by which pmsync lists them. Each sync asks for them separately; "
        "a run without a ledger may miss them.",
        "put the label on again, or correct trackers.NAME.label",
    ),
    "guard": trouble(
        "error",
        "More would change than `[guard]` allows. Nothing was sent.",
        "look at the plan; if that is what you want, run once with `--allow`",
    ),
    "tracker-failed": trouble(
        "error",
        "A tracker could not be read.",
        "nothing is concluded about its tickets",
    ),
    "account-unknown": trouble(
        "warning",
        "The tracker does not know one of `trackers.NAME.accounts`. Tickets are looked for without it.",
        "correct it in trackers.NAME.accounts, or take it out if it was deleted",
    ),
    "tracker-blocked": trouble(
        "error",
        "The token may not create tickets, or the project's screen lacks a field or requires one that nobody fills.",
        "run `pmsync doctor`",
        commands=SYNC,
    ),
    "tracker-left": trouble(
        "error",
        "A tracker failed several times in a row, and is skipped until the next sync.",
        "the next sync does the rest",
        commands=SYNC,
    ),
    "label-dropped": trouble(
        "error",
        "A ticket was created without its label, because the token may not set labels. No more are created there.",
        "give the token write access to issues (GitHub: Issues: write)",
        commands=SYNC,
    ),
    "create-failed": trouble(
        "error",
        "A ticket was not created.",
        "the next sync tries again",
        commands=SYNC,
    ),
    "create-refused": trouble(
        "error",
        "The tracker refused a ticket because of its content. The others are created. "
        "Until it is accepted, each run reports it and exits with 1.",
        "it is tried again when the document or the configuration changes, or in a day",
    ),
    "update-refused": trouble(
        "error",
        "The tracker refused fields of a ticket because of their content. The other fields are sent. "
        "Until they are accepted, each run reports it and exits with 1.",
        "it is tried again when the document or the configuration changes, or in a day",
    ),
    "update-failed": trouble(
        "error",
        "A change was not made.",
        "the next sync repeats it",
        commands=SYNC,
    ),
    "in-doubt": trouble(
        "error",
        "A ticket was sent without an answer, so it may or may not exist. pmsync looks for it before sending it again, "
        "among fewer others each time and in the end alone.",
        "it is looked for once it must be visible, and only then created again",
    ),
    "ticket-forbidden": trouble(
        "warning",
        "A ticket can no longer be read.",
        "give the token access again; until then the last known state is kept",
    ),
    "config": trouble(
        "warning",
        "The configuration is wrong. `extract` goes on without it.",
        "correct it; until then its [vocabulary] is ignored here",
        commands=("extract",),
    ),
}
