"""The report as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pmsync.closing import tables
from pmsync.closing.report import ClosingReport
from pmsync.reports.markdown_text import markdown_cell


def markdown_lines(report: ClosingReport) -> Iterator[str]:
    yield f"# Action items as of {report.as_of}"
    yield ""
    yield _text(tables.headline(report)) + "."
    for table in tables.tables(report):
        yield from ("", f"## {table.title}", "")
        yield _row(tables.WHOLE.get(name, name) for name in table.columns)
        yield "|---|" + "---:|" * (len(table.columns) - 1)
        yield from (_row(cells) for cells in table.rows)
        if table.more:
            yield from ("", f"And {table.more} more; `--format csv` has all.")
        if table.note:
            yield from ("", table.note)
    yield from ("", "---", "")
    if told := tables.aside(report):
        yield from (told, "")
    yield tables.FOOTER


def _row(cells: Iterator[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(_text(cell) for cell in cells)} |"


def _text(text: str) -> str:
    """Text in which nothing is markup. Brackets that are escaped make no link, so that round ones need not be."""
    return markdown_cell(text).replace(r"\(", "(").replace(r"\)", ")")
