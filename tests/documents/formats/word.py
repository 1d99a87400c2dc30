"""Word files made by hand: the parts that a reader needs, and no more."""

from __future__ import annotations

import io
import zipfile
from html import escape

_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_NUMBERING = (
    f'<w:numbering {_W}><w:abstractNum w:abstractNumId="0">'
    + "".join(f'<w:lvl w:ilvl="{n}"><w:numFmt w:val="bullet"/></w:lvl>' for n in range(3))
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
_STYLES = f"<w:styles {_W}>" + "".join(
    f'<w:style w:type="paragraph" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/></w:style>'
    for name in ("Title", "heading 1", "heading 2")
)


def run(text: str, *marks: str) -> str:
    return (
        f'<w:r><w:rPr>{"".join(f"<w:{m}/>" for m in marks)}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    )


def link(text: str, number: int) -> str:
    return f'<w:hyperlink r:id="link{number}">{run(text)}</w:hyperlink>'


def box(ticked: bool) -> str:
    return (
        f'<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="{int(ticked)}"/></w14:checkbox></w:sdtPr>'
        f"<w:sdtContent>{run('☒' if ticked else '☐')}</w:sdtContent></w:sdt>"
    )


def paragraph(*parts: str, style: str = "", level: int | None = None) -> str:
    about = f'<w:pStyle w:val="{style}"/>' if style else ""
    if level is not None:
        about += f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
    inner = "".join(part if part.startswith("<w:") else run(part) for part in parts)
    return f"<w:p><w:pPr>{about}</w:pPr>{inner}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    cells = ["".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def document(*body: str, links: tuple[str, ...] = (), parts: dict[str, bytes] | None = None) -> bytes:
    """A .docx of these blocks; `links` are the targets of link 0, 1 …"""
    related = "".join(
        f'<Relationship Id="link{n}" Type="{_OFFICE}/hyperlink" Target="{escape(url)}" TargetMode="External"/>'
        for n, url in enumerate(links)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        main = f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        archive.writestr("_rels/.rels", _RELS.format(main))
        archive.writestr("word/_rels/document.xml.rels", _RELS.format(related))
        archive.writestr("word/numbering.xml", _NUMBERING)
        archive.writestr("word/styles.xml", _STYLES + "</w:styles>")
        archive.writestr("word/document.xml", f"<w:document {_W}><w:body>{''.join(body)}</w:body></w:document>")
        for name, data in (parts or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def outage() -> bytes:
    """The post-mortem of `tests.documents.formats.exports`."""
    return document(
        paragraph("Checkout outage", style="Title"),
        paragraph(run("Date:", "b"), " 2026-11-02"),
        paragraph(),
        paragraph(run("Severity:", "b"), " SEV1"),
        paragraph("Timeline", style="heading2"),
        paragraph("09:12 an alert fired", level=0),
        paragraph("Action items", style="heading2"),
        paragraph(box(False), " Add an alert on queue depth (@alice, due 2026-12-01)", level=0),
        paragraph(
            box(True), " Restart the ", run("queue", "i"), " workers with --drain (", link("PAY-12", 0), ")", level=0
        ),
        paragraph(box(False), " Raise the limit for a_b_c & <tmp> files", level=0),
        paragraph("see the ", run("capacity", "b"), " sheet", level=1),
        table(
            ("Action", "Owner", "Due", "Status"),
            ("Rotate the keys", "bob", "2026-12-24", "Open"),
            ("Write a runbook", "alice", "", "Done"),
        ),
        links=("https://acme.atlassian.net/browse/PAY-12",),
    )
