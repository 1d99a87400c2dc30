"""A plan as its last line and as a JSON value; printing is the command line's."""

from __future__ import annotations

from pmsync.planning.operations import Plan
from pmsync.reports.item_counts import item_counts
from pmsync.reports.plan_rows import PlanRow, plan_rows
from pmsync.sync.engine import RunResult

NO_CHANGES = "No changes."


def summary(plan: Plan) -> dict[str, int]:
    """The number of operations, by the kinds that people count."""
    return {
        "create": len(plan.creates),
        "update": len(plan.updates),
        "adopt": len(plan.records("adopt")),
        "close": len(plan.duplicates),
        "learn": len(plan.records("observe", "lost", "found", "follow", "relink")),
        "restore": len(plan.records("restore")),
        "orphan": len(plan.records("orphan")),
        "wait": len(plan.waits),
    }


def summary_line(plan: Plan) -> str:
    """The last line of a plan: what it would do to tickets, then what else changes."""
    if not plan.pending and not plan.waits:
        return NO_CHANGES
    counts = summary(plan)
    text = f"Plan: {counts['create']} to create, {counts['update']} to update, {counts['adopt']} to adopt"
    extra = {
        "close": "to close as duplicate",
        "learn": "to take over from the trackers",
        "orphan": "to orphan",
        "restore": "back in their documents" if counts["restore"] > 1 else "back in its document",
        "wait": "waiting",
    }
    return f"{text}{''.join(f', {counts[kind]} {words}' for kind, words in extra.items() if counts[kind])}."


def plan_value(result: RunResult) -> dict[str, object]:
    """The plan as a JSON value: `summary`, `items`, `pending`, `held_back`, `operations`, `findings`."""
    return {
        "summary": summary(result.plan),
        "items": item_counts(result.plan, result.world.links),
        "pending": len(result.plan.pending),
        "held_back": result.held_back,
        "operations": [_operation(row) for row in plan_rows(result.plan, result.world)],
        "findings": result.findings,
    }


def _operation(row: PlanRow) -> dict[str, object]:
    return {
        "action": row.action,
        "uid": row.uid,
        "title": row.title,
        "where": row.where,
        "tracker": row.tracker,
        "ticket": row.ticket or None,
        "url": row.url or None,
        "detail": row.detail,
        "changes": [change.value for change in row.changes],
    }
