"""Writes that a tracker refuses: which parts are still sent, when they are tried again, and their findings. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pmsync.findings import new_finding
from pmsync.identity.keys import digest
from pmsync.model import Finding, Link, Marker, Patch, Refusal
from pmsync.model.ages import is_within
from pmsync.planning.operations import Refused, Update

AGAIN = timedelta(days=1)
"""How long what was refused is not tried again unchanged."""

_PARTS = {"marker": "title", "facts": "title", "add_labels": "labels", "remove_labels": "labels"}
_RAW = {"title": ("title",), "assignees": ("owners",), "due": ("due",), "priority": ("priority",)}
_OF_LABELS = ("labels", "kind", "severity")


def recent_refusal(
    refusals: Mapping[tuple[str, str], Refusal], subject: str, operation: str, now: datetime, digest: str = ""
) -> Refusal | None:
    """Return the refusal of this operation, by its digest, if it is too recent for another try."""
    refusal = refusals.get((subject, operation))
    same = refusal is not None and refusal.digest == digest and is_within(refusal.refused_at, now, AGAIN)
    return refusal if same else None


def refusal_findings(refused: Iterable[Refused]) -> list[Finding]:
    """Return a finding for each, and a single one, at the first, for those that belong together and share a reason."""
    groups: dict[tuple[str | int, ...], list[Refused]] = {}
    for number, each in enumerate(refused):
        alone = () if each.together else (number,)
        groups.setdefault((each.tracker, each.operation, each.reason, each.hint, *alone), []).append(each)
    return [_finding(group) for group in groups.values()]


def _finding(group: list[Refused]) -> Finding:
    first, count = group[0], len(group)
    if first.operation == "create":
        many = f" and {count - 1} more {'item' if count == 2 else 'items'}" if count > 1 else ""
        what = f"no ticket was created for {first.name!r}{many}"
    else:
        many = f"tickets {first.name!r} and {count - 1} more were" if count > 1 else f"ticket {first.name!r} was"
        what = f"{many} not updated"
    if first.hint:
        return new_finding("create-failed", f"{what}: {first.reason}", first.hint, first.path, first.line)
    rule = "create-refused" if first.operation == "create" else "update-refused"
    return new_finding(rule, f"{what}: {first.reason}", path=first.path, line=first.line)


def patch_digest(patch: Patch, configuration: str) -> str:
    """Return a digest of a change; the revision of the checkout that sends it does not count."""
    values: dict[str, object] = {name: value for name, value in patch.items() if name != "marker"}
    return digest(values or {"marker": patch["marker"].identity}, configuration)


def parts(update: Update) -> dict[str, Patch]:
    """Split a patch by field into parts that can be sent alone. The marker goes with the title and describes the title
    alone, as the other parts may be refused.
    """
    patches: dict[str, Patch] = {}
    for name, value in update.patch.items():
        patches.setdefault(_PARTS.get(name, name), {})[name] = value  # type: ignore[literal-required]
    before, named = update.before.ticket.marker, patches.get("title", {})
    if "marker" in named:
        named["marker"] = _of_the_title(named["marker"], before)
        if named.keys() == {"marker"} and before and before.identity == named["marker"].identity and len(patches) > 1:
            del patches["title"]  # it would change nothing
    return patches


def _of_the_title(marker: Marker, before: Marker | None) -> Marker:
    titles = [(name, text) for name, text in marker.pushed if name == "title"]
    others = [(name, text) for name, text in before.pushed if name != "title"] if before else []
    return replace(marker, pushed=tuple(sorted((*others, *titles))) if before and before.pushed else ())


def without(update: Update, refused: Collection[str]) -> Link:
    """Return the update's link after these parts were refused: their raw values count as not sent."""
    names = [raw for part in refused for raw in _RAW.get(part, _OF_LABELS)]
    if "labels" in refused and "priority" not in update.patch:
        names.append("priority")
    before, link = update.before, update.link
    if before.pushed is None or link.pushed is None:
        return link
    pushed = replace(link.pushed, **{name: getattr(before.pushed, name) for name in names})
    labels = (before if "labels" in refused else link).pushed_labels
    return replace(link, pushed=pushed, source=before.source, pushed_labels=labels)
