"""The report as one HTML file: tables only, no script, and nothing is loaded from anywhere. Pure."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape

from pmsync.closing import tables
from pmsync.closing.report import ClosingReport
from pmsync.closing.tables import FigureTable

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --band: #f6f8fa }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --band: #151b23 }
}
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 1rem 0 }
p { margin: .5rem 0 }
.note, footer { color: var(--soft); font-size: .875rem }
.scroll { overflow-x: auto; margin-top: 2rem }
.scroll:focus-visible { outline: 2px solid var(--soft) }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; font-size: 1.125rem; padding-bottom: .25rem }
caption span { position: sticky; left: 0; display: inline-block; max-width: calc(100vw - 2rem) }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child { text-align: left }
thead th { color: var(--soft); font-weight: 600 }
tbody th { font-weight: 400 }
tbody tr:nth-child(even) { background: var(--band) }
.running th, .running td { color: var(--soft); font-style: italic }
footer { margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .5rem }
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --line: #999; --band: #fff }
  body { max-width: none; padding: 0; font-size: 10pt }
  .scroll { overflow: visible; break-inside: avoid }
}
"""
POLICY = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


def html_page(report: ClosingReport) -> str:
    """The whole file. Its policy allows its own style and nothing else."""
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY.format(digest)}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Action items as of {report.as_of}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            "<main>",
            f"<h1>Action items as of {report.as_of}</h1>",
            f"<p>{escape(tables.headline(report))}.</p>",
            *(line for table in tables.tables(report) for line in _table(table)),
            "</main>",
            "<footer>",
            *(f"<p>{escape(text)}</p>" for text in (tables.aside(report), tables.FOOTER) if text),
            "</footer>",
            "</body>",
            "</html>",
        )
    )


def _table(table: FigureTable) -> Iterator[str]:
    """A table that scrolls by itself where it is wider than the screen, also by keyboard."""
    title = escape(table.title)
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
    yield f"<table><caption><span>{title}</span></caption>"  # it stays in sight while the table scrolls
    heads = "".join(f'<th scope="col">{escape(tables.WHOLE.get(name, name))}</th>' for name in table.columns)
    yield f"<thead><tr>{heads}</tr></thead>"
    yield "<tbody>"
    for name, *cells in table.rows:
        marked = ' class="running"' if name.endswith(tables.RUNNING) else ""
        numbers = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        yield f'<tr{marked}><th scope="row">{escape(name)}</th>{numbers}</tr>'
    yield "</tbody>"
    yield "</table>"
    yield "</div>"
    if table.more:
        yield f'<p class="note">And {table.more} more; --format csv has all.</p>'
    if table.note:
        yield f'<p class="note">{escape(table.note)}</p>'
