"""What a changed document sends to a ticket: only the fields whose raw value the document changed. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pmsync.config.people import Directory
from pmsync.config.unknown_owners import unknown_owner
from pmsync.findings import new_finding
from pmsync.identity.identify import Placed
from pmsync.model import Fields, Finding, Link, Patch, Status, Ticket
from pmsync.model.ages import is_within
from pmsync.planning.last_sent import base_of, is_unchanged, marker_of
from pmsync.planning.operations import Operation, Record, Refused, Update, Wait
from pmsync.planning.refusals import patch_digest
from pmsync.planning.ticket_text import facts, labels, raw_fields, same_title, ticket_title
from pmsync.planning.world import Index, View, World
from pmsync.trackers.contract import Unresolved
from pmsync.trackers.facts import facts_digest

AGAIN = timedelta(days=1)
"""How long a refused write is not sent again unchanged."""


def update(world: World, placed: Placed, link: Link, index: Index) -> tuple[list[Operation], list[Finding]]:
    """Bring an item's ticket in line with its document, field by field; `link` is as observed in this run."""
    document, item = placed.entry.document, placed.entry.item
    view = world.view(link.ticket.ref.tracker)
    here = _here(placed, link, index)
    if document.restricted and view and not view.settings.restricted:
        return [], [_leak(placed, link)]
    if link.away and not document.draft:
        return _identity_only(link, here), _not_sent(placed, link)
    unwritten = link.lost or link.followed or here.shared or link.ticket.status.closed
    if document.draft or unwritten or view is None:
        return _identity_only(link, here), []
    fields = raw_fields(document, item)
    if is_unchanged(placed, link):
        return _untouched(world, view, placed, link, here)
    base, told = base_of(world, placed, link)
    patch, pushed, findings = _changes(world, view, placed, replace(here, pushed=base), fields)
    findings += told
    if link.pushed not in {None, fields} and not link.source and item.source:
        # a ledger of before this was kept does not say whether text or reading changed: told, not sent
        findings += differences(placed, link, fields, view)
    if base is not None and not told and _says_otherwise(base, fields):
        _add_facts(patch, world, view, placed, link)
    if not link.named and (patch or _stale(world, placed, link)):
        patch["marker"] = marker_of(world, placed, pushed, _digest_in(patch, link))
    # what is still to be sent is so for the text that was sent before
    source = item.source if replace(pushed, owed=False) == fields else link.source
    after = replace(here, pushed=pushed, source=source, pushed_labels=_pushed_labels(link, patch))
    if not patch:
        return ([Record("settled", after, "document and ticket agree")] if after != link else []), findings
    sent = _send(world, placed, patch, replace(here, pushed=base), after)
    if isinstance(sent, Update) and link.pushed is None:
        sent = replace(sent, listed=link.ticket.marker)
    return [sent], findings


def _not_sent(placed: Placed, link: Link) -> list[Finding]:
    """What the document changed since its ticket moved to where nothing is sent."""
    fields, base = raw_fields(placed.entry.document, placed.entry.item), link.pushed
    names = [
        name
        for name in ("title", "owners", "due", "priority", "labels")
        if base and getattr(fields, name) != getattr(base, name)
    ]
    if not names or link.ticket.status.closed:
        return []
    document, ref = placed.entry.document, link.ticket.ref
    message = f"the document changed ({', '.join(names)}), and nothing is sent to ticket {ref.key!r}, which moved away"
    hint = f"change it there by hand: {ref.url}; or configure a tracker for the place it moved to"
    return [new_finding("not-sent", message, hint, document.path, placed.entry.item.line)]


def _untouched(
    world: World, view: View, placed: Placed, link: Link, here: Link
) -> tuple[list[Operation], list[Finding]]:
    """An item whose text is what it was: nothing of it is sent but what was still owed, and where it is by now. Who is
    still owed is a finding each time.
    """
    if link.named:
        return _identity_only(link, here), []
    fields, patch, missing = raw_fields(placed.entry.document, placed.entry.item), Patch(), list[Finding]()
    pushed = link.pushed or fields
    if pushed.owed:
        patch, missing = _owed(world, view, placed, link)
        pushed = replace(pushed, owed=not patch)
    stale = _stale(world, placed, link)
    if stale or pushed.path not in {"", fields.path}:
        pushed = replace(pushed, path=fields.path)
        _add_facts(patch, world, view, placed, link)
    if not patch and not stale:
        return _identity_only(link, here), missing
    patch["marker"] = marker_of(world, placed, pushed, _digest_in(patch, link))
    after = replace(here, pushed=pushed) if link.pushed else here
    return [_send(world, placed, patch, link, after)], missing


def _owed(world: World, view: View, placed: Placed, link: Link) -> tuple[Patch, list[Finding]]:
    """The owners who could not be assigned before and can be now, where nobody else was assigned meanwhile, and what to
    tell of those who cannot.
    """
    if link.reassigned or set(link.ticket.assignees) - set(substitutes(world, view, placed)):
        return {}, []
    accounts, missing = assignees(world, view, placed.entry.item.owners, placed)
    owed = [
        new_finding("owner-owed", each.message, path=each.path, line=each.line, about=each.about) for each in missing
    ]
    return ({"assignees": accounts} if accounts else {}), owed


def wants_owners(link: Link, owners: tuple[str, ...]) -> bool:
    """Whether the document's owners are still to be assigned to its ticket, or to be compared with its assignees."""
    if link.pushed is None or link.ticket.status.closed:
        return False
    return link.pushed.owners != owners or (link.pushed.owed and not link.reassigned)


def substitutes(world: World, view: View, placed: Placed) -> tuple[str, ...]:
    """The account of `fallback_owner`, where that can be assigned."""
    fallback = (view.settings.fallback_owner,) if view.settings.fallback_owner else ()
    return assignees(world, view, fallback, placed)[0]


_SHOWN = ("title", "owners", "due", "priority", "kind", "severity", "path", "context")


def _says_otherwise(base: Fields, fields: Fields) -> bool:
    """Whether the document changed something that the list of facts in the ticket's text shows."""
    return any(getattr(base, name) != getattr(fields, name) for name in _SHOWN)


def _add_facts(patch: Patch, world: World, view: View, placed: Placed, link: Link) -> None:
    """Bring the list in the ticket's text up to date, where it has one that is ours to keep."""
    marker = link.ticket.marker
    if link.named or marker is None or not marker.facts:
        return
    document, item = placed.entry.document, placed.entry.item
    shown = facts(document, item, world.settings, fields=view.fields)
    if facts_digest(shown) != marker.facts:
        patch["facts"] = shown


def _digest_in(patch: Patch, link: Link) -> str:
    """The digest for the marker: of the list that is sent, else of the one that is there."""
    marker = link.ticket.marker
    return facts_digest(patch["facts"]) if "facts" in patch else marker.facts if marker else ""


def _here(placed: Placed, link: Link, index: Index) -> Link:
    """The link with the place where its item stands now."""
    entry = placed.entry
    return replace(
        link,
        document_id=entry.document.id,
        key=entry.key,
        group=entry.item.group,
        details_digest=entry.details_digest,
        position=entry.position,
        shared=link.named and index.shares(link.uid, link.ticket),
    )


def _identity_only(link: Link, here: Link) -> list[Operation]:
    return [Record("identity", here, "stands elsewhere in the documents")] if here != link else []


def _stale(world: World, placed: Placed, link: Link) -> bool:
    """Whether the marker names an old key or document, so that runs without a ledger would have to guess."""
    marker, entry = link.ticket.marker, placed.entry
    if marker is None or not marker.key:
        return False
    # by its text a run without a ledger knows the item, too, whatever it reads there
    read_otherwise = marker.source == entry.item.source != ""
    here = placed.uid, world.settings.namespace, entry.document.id, marker.key if read_otherwise else entry.key
    return marker.identity != here


def _changes(
    world: World, view: View, placed: Placed, link: Link, fields: Fields
) -> tuple[Patch, Fields, list[Finding]]:
    """The patch, the raw values that count as pushed once it is through, and what to tell."""
    patch: Patch = {}
    base = link.pushed
    if base is None:
        return patch, fields, differences(placed, link, fields, view)
    pushed, findings = replace(fields), []
    ticket = link.ticket
    if fields.title != base.title and not same_title(ticket.title, ticket_title(fields.title)):
        patch["title"] = ticket_title(fields.title)
    if fields.owners != base.owners and link.reassigned:
        findings += _kept_owner(world, view, placed, link)
    elif fields.owners != base.owners:
        accounts, missing = assignees(world, view, fields.owners, placed)
        findings += missing
        if missing and not accounts:
            pushed = replace(pushed, owners=base.owners)
        elif set(accounts) != set(ticket.assignees):
            patch["assignees"] = accounts
    elif base.owed:
        owed, missing = _owed(world, view, placed, link)
        patch |= owed
        findings += missing
        pushed = replace(pushed, owed=not owed)
    if "due" in view.fields and fields.due not in (base.due, ticket.due):
        patch["due"] = fields.due
    if "priority" in view.fields and fields.priority not in (base.priority, ticket.priority):
        patch["priority"] = fields.priority
    _add_labels(patch, view, link, base, fields)
    return patch, pushed, findings


def _kept_owner(world: World, view: View, placed: Placed, link: Link) -> list[Finding]:
    """The document changed its owner, but whom people assigned in the tracker keeps the ticket."""
    entry, ref = placed.entry, link.ticket.ref
    accounts, _ = assignees(world, view, entry.item.owners, placed)
    if view.unseen or set(accounts) == set(link.ticket.assignees):
        return []
    wanted = ", ".join(map(repr, entry.item.owners)) or "nobody"
    theirs = ", ".join(repr(world.person_of(ref.tracker, account)) for account in link.ticket.assignees) or "nobody"
    message = f"the document's owner is now {wanted}; ticket {ref.key!r} keeps {theirs}, as somebody set in the tracker"
    hint = f"assign it there if that is outdated: {ref.url}"
    return [new_finding("owner-kept", message, hint, entry.document.path, entry.item.line)]


def _add_labels(patch: Patch, view: View, link: Link, base: Fields, fields: Fields) -> None:
    """Compare what old and new raw values ask for under one configuration, so that changing it sends nothing."""
    before, after = set(view.fit(labels(base, view.settings))), set(view.fit(labels(fields, view.settings)))
    there = {label.casefold() for label in link.ticket.labels}
    add = tuple(sorted(label for label in after - before if label.casefold() not in there))
    remove = tuple(sorted(label for label in (before - after) & set(link.pushed_labels) if label.casefold() in there))
    if add:
        patch["add_labels"] = add
    if remove:
        patch["remove_labels"] = remove


def _pushed_labels(link: Link, patch: Patch) -> tuple[str, ...]:
    kept = set(link.pushed_labels) - set(patch.get("remove_labels", ()))
    return tuple(sorted(kept | set(patch.get("add_labels", ()))))


def assignees(
    world: World, view: View, owners: tuple[str, ...], placed: Placed
) -> tuple[tuple[str, ...], list[Finding]]:
    """The accounts of the owners, in order, and a finding for each owner who has none here."""
    directory, entry = Directory(world.settings.people), placed.entry
    accounts, findings = [], []
    for owner in owners:
        person = directory.match(owner)
        answer = view.accounts.get(person.id) if person else None
        if isinstance(answer, str):
            accounts.append(answer)
            continue
        if person and view.unseen:
            continue  # nobody was asked, so nothing is known against them
        if person is None:
            findings.append(unknown_owner(owner, entry.document.path, entry.item.line))
            continue
        why = answer.reason if isinstance(answer, Unresolved) else "it was not looked up"
        findings.append(
            new_finding(
                "owner-unresolved",
                f"owner {owner!r} cannot be assigned in {view.settings.name!r}: {why}",
                f"correct the account under [people.{person.id}]: the next sync assigns the ticket",
                entry.document.path,
                entry.item.line,
                about=owner,
            )
        )
    return tuple(dict.fromkeys(accounts)), findings


def differences(placed: Placed, link: Link, fields: Fields, view: View) -> list[Finding]:
    """Where no base is known, a ticket that says something else than its document is told, never changed."""
    ticket, found = link.ticket, []
    if not same_title(ticket.title, ticket_title(fields.title)):
        found.append(f"title {ticket.title!r}")
    if fields.due and "due" in view.fields and ticket.due != fields.due:
        found.append(f"due {ticket.due or 'never'}")
    if not found:
        return []
    entry = placed.entry
    message = f"ticket {ticket.ref.key!r} differs from the document ({', '.join(found)})"
    return [new_finding("adopted-different", message, path=entry.document.path, line=entry.item.line)]


def _send(world: World, placed: Placed, patch: Patch, before: Link, after: Link) -> Operation:
    ref = after.ticket.ref
    configuration = str(world.views[ref.tracker].settings)
    value = patch_digest(patch, configuration)
    refusal = world.refusals.get((after.uid, "update"))
    if refusal and refusal.digest == value and is_within(refusal.refused_at, world.now, AGAIN):
        entry = placed.entry
        refused = Refused("update", ref.tracker, ref.key, refusal.reason, entry.document.path, entry.item.line)
        why = f"the tracker refused this change: {refusal.reason}"
        return Wait(after.uid, why, refusal.refused_at + AGAIN, refused)
    return Update(after.uid, patch, after, value, before, configuration)


def _leak(placed: Placed, link: Link) -> Finding:
    document = placed.entry.document
    return new_finding(
        "restricted-in-public",
        f"the document is restricted, but ticket {link.ticket.ref.key!r} is in tracker "
        f"{link.ticket.ref.tracker!r}, which is not marked restricted",
        path=document.path,
        line=placed.entry.item.line,
    )


def drift(world: World, placed: Placed, ticket: Ticket) -> list[Finding]:
    """A ticked box with an open ticket. A tick that write-back made is its own to take back; without a ledger nobody
    knows whose it is.
    """
    entry = placed.entry
    if not entry.item.done or ticket.status.closed:
        return []
    message = f"the document says done, ticket {ticket.ref.key!r} is {ticket.status.replace('_', ' ')}"
    view = world.views.get(ticket.ref.tracker)
    if placed.uid in world.ticked:
        hint = "the ticket was opened again: `pmsync write-back`, which ticked the item, takes that back"
    elif view is None or view.bare:
        hint = "the ticket's status counts: close it there if the work is done"
    else:
        hint = "the ticket's status counts: close it there, or untick the item"
    return [new_finding("drift", message, hint, entry.document.path, entry.item.line)]


def is_behind(placed: Placed, ticket: Ticket) -> bool:
    """An open box whose ticket is done: every item is like that for a while, until somebody edits the document. What is
    not going to be done stays unticked.
    """
    return placed.entry.item.done is False and ticket.status is Status.DONE
