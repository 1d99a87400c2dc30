"""The ledger's views as SQL, for people who query the file: docs/ledger.md explains their columns. Data only.

Rows with `restricted = 1` belong to restricted documents: reports leave them out. An item counts as open while it has
a ticket that is not closed, or is due one; items that are only listed, were done before they were first seen, or are
tracked elsewhere are not among them.
"""

from __future__ import annotations

OPEN_ITEMS = """
CREATE VIEW open_items AS
SELECT
    i.uid,
    i.title,
    CASE
        WHEN l.lost THEN 'lost'
        WHEN l.orphaned THEN 'orphaned'
        WHEN l.uid IS NOT NULL THEN l.status
        ELSE i.standing
    END AS status,
    l.ticket_key,
    l.url,
    l.tracker,
    coalesce(l.due, i.due) AS due,
    CASE WHEN coalesce(l.due, i.due) < date('now')
        THEN CAST(julianday(date('now')) - julianday(coalesce(l.due, i.due)) AS INTEGER)
    END AS days_late,
    i.owners,
    l.assignees,
    coalesce(i.severity, d.severity) AS severity,
    d.services,
    d.team,
    d.incident,
    d.date,
    d.path,
    i.line,
    i.note,
    d.restricted
FROM items i
JOIN documents d ON d.id = i.document_id
LEFT JOIN links l ON l.uid = i.uid
WHERE
    (l.uid IS NOT NULL AND (l.lost OR l.status NOT IN ('done', 'wont_do')))
    OR (l.uid IS NULL AND i.standing NOT IN ('done', 'listed', 'external') AND i.done IS NOT 1 AND d.gone_at IS NULL)
"""

# A ticket that moved to where nothing of it can be seen is nobody's open work here.
OPEN_ITEMS_BUT_MOVED = OPEN_ITEMS.replace(
    "(l.uid IS NOT NULL AND (", "(l.uid IS NOT NULL AND NOT (l.lost AND l.tracker = '') AND ("
)

OVERDUE_ITEMS = """
CREATE VIEW overdue_items AS
SELECT * FROM open_items WHERE days_late > 0 ORDER BY days_late DESC
"""

ITEMS_BY_OWNER = """
CREATE VIEW items_by_owner AS
SELECT
    coalesce(p.person_id, o.value, '(nobody)') AS owner,
    count(*) AS open,
    sum(i.days_late IS NOT NULL) AS overdue,
    min(i.due) AS next_due
FROM open_items i
LEFT JOIN json_each(CASE WHEN coalesce(i.assignees, '[]') = '[]' THEN i.owners ELSE i.assignees END) o
LEFT JOIN people p ON p.tracker = i.tracker AND p.account = o.value
GROUP BY 1
ORDER BY overdue DESC, open DESC
"""

CLOSURE_BY_SEVERITY = """
CREATE VIEW closure_by_severity AS
SELECT
    coalesce(i.severity, d.severity, '(none)') AS severity,
    count(*) AS ticketed,
    sum(l.status = 'done') AS done,
    sum(l.status = 'wont_do') AS wont_do,
    sum(l.status NOT IN ('done', 'wont_do')) AS open,
    sum(l.status NOT IN ('done', 'wont_do') AND coalesce(l.due, i.due) < date('now')) AS overdue,
    round(100.0 * sum(l.status = 'done') / count(*), 1) AS percent_done,
    round(avg(CASE WHEN l.status = 'done' THEN julianday(l.closed_at) - julianday(l.created_at) END), 1)
        AS average_days_to_done
FROM links l
JOIN items i ON i.uid = l.uid
JOIN documents d ON d.id = i.document_id
WHERE NOT l.lost
GROUP BY 1
ORDER BY 1
"""

# --- as `status` shows it: people and severities in one spelling, from the table `shown` --------------------------

STATUS_ITEMS = """
CREATE VIEW open_items AS
WITH found AS (
    SELECT
        i.uid,
        i.title,
        CASE
            WHEN l.lost AND l.tracker = '' THEN 'moved'
            WHEN l.lost THEN 'lost'
            WHEN l.orphaned AND l.status NOT IN ('done', 'wont_do') THEN 'orphaned'
            WHEN l.uid IS NOT NULL THEN l.status
            WHEN n.uid IS NOT NULL THEN 'in_doubt'
            WHEN EXISTS (SELECT 1 FROM refusals r WHERE r.uid = i.uid AND r.operation = 'create') THEN 'refused'
            WHEN i.standing = 'ticketed' THEN 'new'
            ELSE i.standing
        END AS status,
        l.ticket_key,
        l.url,
        coalesce(l.tracker, n.tracker) AS tracker,
        coalesce(l.due, i.due) AS due,
        coalesce(s.people, CASE WHEN coalesce(l.assignees, '[]') = '[]' THEN i.owners ELSE l.assignees END) AS people,
        i.owners,
        l.assignees,
        CASE WHEN s.uid IS NULL THEN coalesce(i.severity, d.severity) ELSE s.severity END AS severity,
        d.services,
        d.team,
        d.incident,
        d.date,
        d.path,
        i.line,
        i.note,
        d.restricted,
        CASE
            WHEN l.lost THEN NOT l.orphaned AND l.tracker <> ''
            WHEN l.uid IS NOT NULL THEN l.status NOT IN ('done', 'wont_do')
            WHEN d.gone_at IS NOT NULL THEN 0
            WHEN n.uid IS NOT NULL THEN 1
            ELSE i.done IS NOT 1
        END AS is_open
    FROM items i
    JOIN documents d ON d.id = i.document_id
    LEFT JOIN links l ON l.uid = i.uid
    LEFT JOIN intents n ON n.uid = i.uid
    LEFT JOIN shown s ON s.uid = i.uid
)
SELECT
    uid, title, status, ticket_key, url, tracker, due,
    CASE WHEN due < date('now', 'localtime')
        THEN CAST(julianday(date('now', 'localtime')) - julianday(due) AS INTEGER)
    END AS days_late,
    people, owners, assignees, severity, services, team, incident, date, path, line, note, restricted
FROM found
WHERE is_open AND status NOT IN ('done', 'wont_do', 'listed', 'external')
"""

STATUS_BY_OWNER = """
CREATE VIEW items_by_owner AS
SELECT
    min(coalesce(o.value, '(nobody)')) AS owner,
    count(*) AS open,
    sum(i.days_late IS NOT NULL) AS overdue,
    min(i.due) AS next_due
FROM open_items i
LEFT JOIN json_each(i.people) o
GROUP BY coalesce(o.value, '(nobody)') COLLATE NOCASE
ORDER BY overdue DESC, open DESC
"""

STATUS_BY_SEVERITY = """
CREATE VIEW closure_by_severity AS
SELECT
    coalesce(CASE WHEN s.uid IS NULL THEN coalesce(i.severity, d.severity) ELSE s.severity END, '(none)') AS severity,
    count(*) AS ticketed,
    sum(l.status = 'done') AS done,
    sum(l.status = 'wont_do') AS wont_do,
    sum(l.status NOT IN ('done', 'wont_do')) AS open,
    sum(l.status NOT IN ('done', 'wont_do') AND coalesce(l.due, i.due, '9999') < date('now', 'localtime')) AS overdue,
    round(100.0 * sum(l.status = 'done') / count(*), 1) AS percent_done,
    round(avg(CASE WHEN l.status = 'done' THEN julianday(l.closed_at) - julianday(l.created_at) END), 1)
        AS average_days_to_done
FROM links l
JOIN items i ON i.uid = l.uid
JOIN documents d ON d.id = i.document_id
LEFT JOIN shown s ON s.uid = i.uid
WHERE NOT l.lost
GROUP BY 1
ORDER BY 1
"""
