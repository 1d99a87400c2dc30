"""One light row for each item, as `pmsync status` classifies it, in SQL: thousands of items are sorted in an instant.

The view `open_items` says the same of open items, for people who query the file; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

# Joins on the left, so that SQLite leaves out those that a query needs nothing of.
_FACTS = """
SELECT
    i.uid,
    CASE
        WHEN l.lost AND l.tracker = '' THEN 'moved'
        WHEN l.lost THEN 'lost'
        WHEN l.orphaned AND l.status NOT IN ('done', 'wont_do') THEN 'orphaned'
        WHEN l.uid IS NOT NULL THEN l.status
        WHEN n.uid IS NOT NULL THEN 'in_doubt'
        WHEN EXISTS (SELECT 1 FROM refusals WHERE uid = i.uid AND operation = 'create' AND reason <> '') THEN 'refused'
        WHEN i.standing = 'ticketed' THEN 'new'
        ELSE i.standing
    END AS status,
    l.uid IS NOT NULL AS linked,
    NOT l.lost AND l.status IN ('done', 'wont_do') AS closed,
    l.lost AND (l.orphaned OR l.tracker = '') AS left_alone,
    n.uid IS NULL AND i.done IS 1 AS was_done,
    i.title,
    iif(coalesce(l.assignees, '[]') = '[]', i.owners, l.assignees) AS people,
    iif(coalesce(l.assignees, '[]') = '[]', '', coalesce(nullif(l.tracker, ''), l.via)) AS people_of,
    coalesce(l.due, i.due) AS due,
    iif(l.due IS NOT NULL AND l.due IS NOT i.due, 'ticket', i.due_from) AS due_from,
    coalesce(l.tracker, n.tracker, '') AS tracker,
    coalesce(l.ticket_key, '') AS ticket,
    coalesce(l.url, '') AS url,
    CASE
        WHEN l.uid IS NOT NULL THEN ''
        WHEN i.standing = 'ticketed' THEN 'its link was dropped'
        ELSE i.note
    END AS note,
    CASE WHEN l.uid IS NULL OR l.status NOT IN ('done', 'wont_do') THEN (
        SELECT reason FROM refusals WHERE uid = i.uid AND operation = iif(l.uid IS NULL, 'create', 'update')
    ) END AS reason,
    n.announced_at,
    d.path,
    i.line,
    d.title AS document,
    coalesce(nullif(i.severity, ''), d.severity, '') AS severity,
    d.services,
    coalesce(d.team, '') AS team,
    d.date AS document_date,
    d.restricted
FROM items i
LEFT JOIN documents d ON d.id = i.document_id
LEFT JOIN links l ON l.uid = i.uid
LEFT JOIN intents n ON n.uid = i.uid
WHERE l.uid IS NOT NULL OR i.document_id IN (SELECT id FROM documents WHERE gone_at IS NULL) OR i.uid = :uid
"""

_KINDS = f"""
SELECT
    *,
    CASE
        WHEN left_alone THEN 'aside'
        WHEN linked THEN iif(closed, 'closed', 'open')
        WHEN status = 'done' OR was_done THEN 'closed'
        WHEN status IN ('listed', 'external') THEN 'aside'
        ELSE 'open'
    END AS kind
FROM ({_FACTS})
"""  # noqa: S608 - the text is the constant above

_LATE = "iif(kind = 'open' AND due < :today, CAST(julianday(:today) - julianday(due) AS INTEGER), 0)"

_COLUMNS = f"""
    uid, kind, status, title, people, due, due_from, {_LATE} AS late, tracker, ticket, url, note, path, line,
    document, severity, services, team, restricted, people_of, linked, reason, announced_at
"""

_CONDITIONS: Mapping[str, str] = {
    "open": "kind = 'open'",
    "uid": "uid = :uid",
    "overdue": f"{_LATE} > 0",
    "due_by": "due <= :due_by",
    "path": "(path = :path OR substr(path, 1, length(:path) + 1) = :path || '/')",
    "team": "team IN (SELECT value FROM json_each(:team))",
    "services": "services IN (SELECT value FROM json_each(:services))",
    "severity": "severity IN (SELECT value FROM json_each(:severity))",
    "people": "(people_of, people) IN ("
    "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:people))",
}
"""What a row must meet, by the name of the parameter that says what it is compared with.

`due_by` is an ISO date. The lists are JSON, of values as `values` finds them.
"""

_VALUES: Mapping[str, str] = {name: name for name in "path people people_of services severity team".split()}
"""The columns whose values `values` lists."""

_BY_DUE_DATE = "late = 0, coalesce(due, '9999-12-31'), path, line, uid"

_BY_URGENCY = """
    kind <> 'open', CASE WHEN late > 0 THEN 0 WHEN due <= :soon THEN 1 ELSE 2 END, coalesce(rank, 999),
    coalesce(due, '9999-12-31'), coalesce(document_date, '9999-12-31'), path, line, uid
"""

_RANKS = """
LEFT JOIN (
    SELECT json_extract(value, '$[0]') AS ranked, json_extract(value, '$[1]') AS rank FROM json_each(:ranks)
) ON ranked = severity
"""


def rows(conditions: Collection[str]) -> str:
    """The query for the rows that meet these conditions: late ones first, then by due date, then by place.

    The columns are those of `pmsync.reports.status.StatusRow` in its order, and what its texts are made of. `people` is
    a JSON list of accounts of the tracker `people_of`, or of names where that is ''. `reason` is that of a refusal,
    `announced_at` of an announced create. `:today` is an ISO date, `:uid` '' for all.
    """
    return f"SELECT {_COLUMNS} FROM ({_KINDS}) {_where(conditions)} ORDER BY {_BY_DUE_DATE}"  # noqa: S608 - texts above


def most_urgent(conditions: Collection[str]) -> str:
    """The same for the first `:limit` rows by urgency: late ones, those due by `:soon`, then the rest.

    Among each the most severe come first, then what is due first, then what is of the oldest document. `:ranks` is a
    JSON list of [severity as written, rank], the most severe with the lowest.
    """
    chosen = _where(conditions)
    return f"SELECT {_COLUMNS} FROM ({_KINDS}) {_RANKS} {chosen} ORDER BY {_BY_URGENCY} LIMIT :limit"  # noqa: S608 - above


def count(conditions: Collection[str]) -> str:
    """The query for how many rows meet these conditions."""
    return f"SELECT count(*) AS found FROM ({_KINDS}) {_where(conditions)}"  # noqa: S608 - the texts are above


def values(*columns: str) -> str:
    """The query for the values of these columns, each once, and whether only restricted documents have them.

    Raises KeyError for any other column.
    """
    named = ", ".join(_VALUES[column] for column in columns)
    return f"SELECT {named}, min(restricted) FROM ({_FACTS}) GROUP BY {named} ORDER BY {named}"  # noqa: S608 - as above


def _where(conditions: Collection[str]) -> str:
    """Raises KeyError for an unknown condition."""
    return " AND ".join(["WHERE true", *(_CONDITIONS[name] for name in conditions)])


COUNTS = f"""
SELECT
    count(*) FILTER (WHERE kind = 'open') AS open,
    count(*) FILTER (WHERE kind = 'closed') AS closed,
    count(*) FILTER (WHERE kind = 'aside') AS aside,
    count(*) FILTER (WHERE {_LATE} > 0) AS overdue,
    count(*) FILTER (WHERE kind = 'open' AND ticket = '') AS without_ticket
FROM (SELECT kind, due, ticket FROM ({_KINDS}) LIMIT -1) -- the limit makes SQLite work out a kind once, not five times
"""  # noqa: S608 - the texts are the constants above
