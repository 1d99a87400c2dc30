"""What a changed document sends to a ticket: only the fields whose raw value the document changed. Pure."""

from __future__ import annotations

from dataclasses import replace

from pmsync.findings import new_finding
from pmsync.identity.identify import Placed
from pmsync.model import Fields, Finding, Link, Patch, Status, Ticket
from pmsync.planning.assignees import assignees, substitutes
from pmsync.planning.last_sent import base_of, is_unchanged, marker_of
from pmsync.planning.operations import Operation, Record, Refused, Update, Wait
from pmsync.planning.refusals import AGAIN, patch_digest, recent_refusal
from pmsync.planning.ticket_text import facts, labels, raw_fields, same_title, ticket_title
from pmsync.planning.world import Index, View, World
from pmsync.trackers.fact_list import facts_digest


def update(world: World, placed: Placed, link: Link, index: Index) -> tuple[list[Operation], list[Finding]]:
    """Bring an item's ticket in line with its document, field by field. `link` is as observed in this run."""
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
    base, overtaken = base_of(world, placed, link)
    patch, pushed, findings = _changes(world, view, placed, replace(here, pushed=base), fields)
    findings += overtaken
    if link.pushed not in {None, fields} and not link.source and item.source:
        # an older ledger does not say whether the text or its reading changed: report it, send nothing
        findings += differences(placed, link, fields, view)
    if base is not None and not overtaken and _says_otherwise(base, fields):
        _add_facts(patch, world, view, placed, link)
    if not link.named and (patch or _stale(world, placed, link)):
        patch["marker"] = marker_of(world, placed, pushed, _digest_in(patch, link))
    # values still to be sent belong to the text that was sent before
    source = item.source if replace(pushed, owed=False) == fields else link.source
    after = replace(here, pushed=pushed, source=source, pushed_labels=_pushed_labels(link, patch))
    if not patch:
        return ([Record("settled", after, "document and ticket agree")] if after != link else []), findings
    sent = _send(world, placed, patch, replace(here, pushed=base), after)
    if isinstance(sent, Update) and link.pushed is None:
        sent = replace(sent, listed=link.ticket.marker)
    return [sent], findings


def _not_sent(placed: Placed, link: Link) -> list[Finding]:
    """Report what the document changed after its ticket moved out of reach."""
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
    """Handle an item whose text is unchanged: send only owners still owed and a new path.

    Owners who still cannot be assigned are a finding in each run.
    """
    if link.named:
        return _identity_only(link, here), []
    fields, patch, findings = raw_fields(placed.entry.document, placed.entry.item), Patch(), list[Finding]()
    pushed = link.pushed or fields
    if pushed.owed:
        patch, findings = _owed(world, view, placed, link)
        pushed = replace(pushed, owed=not patch)
    stale = _stale(world, placed, link)
    if stale or pushed.path not in {"", fields.path}:
        pushed = replace(pushed, path=fields.path)
        _add_facts(patch, world, view, placed, link)
    if not patch and not stale:
        return _identity_only(link, here), findings
    patch["marker"] = marker_of(world, placed, pushed, _digest_in(patch, link))
    after = replace(here, pushed=pushed) if link.pushed else here
    return [_send(world, placed, patch, link, after)], findings


def _owed(world: World, view: View, placed: Placed, link: Link) -> tuple[Patch, list[Finding]]:
    """Assign owners who can be assigned by now, unless somebody else was meanwhile; with findings for the others."""
    if link.reassigned or set(link.ticket.assignees) - set(substitutes(world, view, placed)):
        return {}, []
    accounts, findings = assignees(world, view, placed.entry.item.owners, placed)
    owed = [
        new_finding("owner-owed", each.message, path=each.path, line=each.line, about=each.about) for each in findings
    ]
    return ({"assignees": accounts} if accounts else {}), owed


_SHOWN = ("title", "owners", "due", "priority", "kind", "severity", "path", "context")


def _says_otherwise(base: Fields, fields: Fields) -> bool:
    """Whether a changed field appears in the ticket's list of facts."""
    return any(getattr(base, name) != getattr(fields, name) for name in _SHOWN)


def _add_facts(patch: Patch, world: World, view: View, placed: Placed, link: Link) -> None:
    """Add an up-to-date list of facts to the patch, if the ticket's text has one that pmsync maintains."""
    marker = link.ticket.marker
    if link.named or marker is None or not marker.facts:
        return
    document, item = placed.entry.document, placed.entry.item
    text = facts(document, item, world.settings, fields=view.fields, calendars=world.calendars)
    if facts_digest(text) != marker.facts:
        patch["facts"] = text


def _digest_in(patch: Patch, link: Link) -> str:
    """Return the marker's digest of the list of facts: the one being sent, else the present one."""
    marker = link.ticket.marker
    return facts_digest(patch["facts"]) if "facts" in patch else marker.facts if marker else ""


def _here(placed: Placed, link: Link, index: Index) -> Link:
    """Return the link with the item's present place in the documents."""
    entry = placed.entry
    return replace(
        link,
        document_id=entry.document.id,
        key=entry.key,
        group=entry.item.group,
        details_digest=entry.details_digest,
        position=entry.position,
        shared=link.named and not link.adopted and index.shares(link.uid, link.ticket),
    )


def _identity_only(link: Link, here: Link) -> list[Operation]:
    return [Record("identity", here, "its place in the documents changed")] if here != link else []


def _stale(world: World, placed: Placed, link: Link) -> bool:
    """Whether the marker has an old key or document, so that a run without a ledger would have to guess."""
    marker, entry = link.ticket.marker, placed.entry
    if marker is None or not marker.key:
        return False
    # a run without a ledger also recognises the item by its text, whatever it reads in it
    read_otherwise = marker.source == entry.item.source != ""
    here = placed.uid, world.settings.namespace, entry.document.id, marker.key if read_otherwise else entry.key
    return marker.identity != here


def _changes(
    world: World, view: View, placed: Placed, link: Link, fields: Fields
) -> tuple[Patch, Fields, list[Finding]]:
    """Return the patch, the raw values that count as pushed once it is sent, and the findings."""
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
        accounts, more = assignees(world, view, fields.owners, placed)
        findings += more
        if more and not accounts:
            pushed = replace(pushed, owners=base.owners)
        elif set(accounts) != set(ticket.assignees):
            patch["assignees"] = accounts
    elif base.owed:
        owed, more = _owed(world, view, placed, link)
        patch |= owed
        findings += more
        pushed = replace(pushed, owed=not owed)
    if "due" in view.fields and fields.due not in (base.due, ticket.due):
        patch["due"] = fields.due
    if "priority" in view.fields and fields.priority not in (base.priority, ticket.priority):
        patch["priority"] = fields.priority
    _add_labels(patch, view, link, base, fields)
    return patch, pushed, findings


def _kept_owner(world: World, view: View, placed: Placed, link: Link) -> list[Finding]:
    """Report that the document's owner changed and the ticket keeps the assignee whom somebody set in the tracker."""
    entry, ref = placed.entry, link.ticket.ref
    accounts, _ = assignees(world, view, entry.item.owners, placed)
    if view.unseen or set(accounts) == set(link.ticket.assignees):
        return []
    owners = ", ".join(map(repr, entry.item.owners)) or "nobody"
    theirs = ", ".join(repr(world.person_of(ref.tracker, account)) for account in link.ticket.assignees) or "nobody"
    stays = f"ticket {ref.key!r} stays with {theirs}, whom somebody assigned in the tracker"
    message = f"the document's owner is now {owners}; {stays}"
    hint = f"assign it there if that is outdated: {ref.url}"
    return [new_finding("owner-kept", message, hint, entry.document.path, entry.item.line)]


def _add_labels(patch: Patch, view: View, link: Link, base: Fields, fields: Fields) -> None:
    """Compare the labels of old and new raw values under one configuration: a changed configuration sends nothing."""
    before, after = set(view.fit(labels(base, view.settings))), set(view.fit(labels(fields, view.settings)))
    there = {label.casefold() for label in link.ticket.labels}
    add = tuple(sorted(label for label in after - before if label.casefold() not in there))
    remove = tuple(sorted(label for label in (before - after) & set(link.pushed_labels) if label.casefold() in there))
    if add:
        patch["add_labels"] = add
    if remove:
        patch["remove_labels"] = remove


def _pushed_labels(link: Link, patch: Patch) -> tuple[str, ...]:
    labels = set(link.pushed_labels) - set(patch.get("remove_labels", ()))
    return tuple(sorted(labels | set(patch.get("add_labels", ()))))


def differences(placed: Placed, link: Link, fields: Fields, view: View) -> list[Finding]:
    """Report a ticket that differs from its document where no base is known; it is never changed."""
    ticket, differing = link.ticket, []
    if not same_title(ticket.title, ticket_title(fields.title)):
        differing.append(f"title {ticket.title!r}")
    if fields.due and "due" in view.fields and ticket.due != fields.due:
        differing.append(f"due {ticket.due or 'never'}")
    if not differing:
        return []
    entry = placed.entry
    message = f"ticket {ticket.ref.key!r} differs from the document ({', '.join(differing)})"
    return [new_finding("adopted-different", message, path=entry.document.path, line=entry.item.line)]


def _send(world: World, placed: Placed, patch: Patch, before: Link, after: Link) -> Operation:
    ref = after.ticket.ref
    configuration = str(world.views[ref.tracker].settings)
    value = patch_digest(patch, configuration)
    if refusal := recent_refusal(world.refusals, after.uid, "update", world.now, value):
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
    """Report a ticked box with an open ticket. Write-back takes back a tick of its own; without a ledger nobody knows
    whose tick it is.
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
    """Whether the box is open and the ticket done. The box of a cancelled item stays open."""
    return placed.entry.item.done is False and ticket.status is Status.DONE
