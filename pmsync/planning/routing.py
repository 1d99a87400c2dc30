"""Which tracker an item is created in. Pure."""

from __future__ import annotations

from pmsync.config.globs import matches
from pmsync.config.settings import Route, Settings
from pmsync.model import Document, Fields


def route(document: Document, fields: Fields, settings: Settings) -> str | None:
    """Return the name of the tracker: that of the first route whose conditions are all met, else the default one.

    A restricted document goes only to a tracker marked `restricted`; None if there is none.
    """
    name = next((r.tracker for r in settings.routes if _applies(r, document, fields)), settings.default_tracker)
    if not document.restricted or settings.trackers[name].restricted:
        return name
    return next((tracker.name for tracker in settings.trackers.values() if tracker.restricted), None)


def _applies(rule: Route, document: Document, fields: Fields) -> bool:
    teams = {text.casefold() for text in (document.team, *document.services) if text}
    labels = {text.casefold() for text in fields.labels}
    return (
        (rule.path is None or matches(rule.path, document.path))
        and (rule.team is None or rule.team.casefold() in teams)
        and (rule.label is None or rule.label.casefold() in labels)
        and (rule.kind is None or rule.kind.casefold() == (fields.kind or "").casefold())
        and (rule.restricted is None or rule.restricted == document.restricted)
    )
