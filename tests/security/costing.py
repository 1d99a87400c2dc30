"""What a hostile document costs: `python -m tests.security.costing NAME…` measures each in a process of its own.

Every case is forked from a process that has imported everything, so that its processor time and its peak of memory
are its own. Limits of the operating system end a case that goes far beyond them. Prints one JSON line for each case.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass

IGNORE = "<!-- pmsync: ignore prose -->"
HEAD = "# Outage\n\n## Action items\n\n"
SECONDS, SECONDS_PER_MB = 2.0, 40.0
"""Processor time that a document may take: the first for any, the second for each megabyte."""
FLOOD_SECONDS_PER_MB = 4.0
"""The same where one piece is repeated, and no items come of it."""
MEGABYTES, MEGABYTES_PER_MB = 100, 600
"""Memory beyond the program's own: the first for any, the second for each megabyte of the document."""


@dataclass(frozen=True)
class Case:
    text: Callable[[], str]
    allowed: float = SECONDS_PER_MB


def flood(piece: str, size: int) -> str:
    return piece * (size // len(piece))


PIECES = {
    "brackets": "[", "images": "![", "links": "[a](", "references": "[a][b]", "emphasis": "*a", "strong": "**a",
    "underscores": "_a ", "backticks": "`", "runs of backticks": "`a``b```c", "angles": "<", "tags": "<a ",
    "comments": "<!--", "declarations": "<!A", "instructions": "<?", "entities": "&#", "braces": "{{", "shell": "${",
    "parentheses": "(", "quotes": '"', "spaces": " ", "no-break spaces": "\u00a0", "bullets in a line": "- ",
    "quotes in a line": "> ", "pipes": "|", "boxes": "[ ] ", "backslashes": "\\", "addresses": "https://a/",
    "numbers": "#1 ", "mentions": "@a ", "colons": "a: ", "digits": "1", "emoji": "🔥", "accents": "e\u0301",
}  # fmt: skip
SIZES = {"declarations": 1_000_000, "instructions": 1_000_000, "parentheses": 2_000_000, "braces": 2_000_000}
"""Of those that take their time; all others have the largest size that is read."""
CASES = {
    **{f"an item of {name}": Case(
        lambda name=name: f"{HEAD}- {flood(PIECES[name], SIZES.get(name, 5_000_000))}", FLOOD_SECONDS_PER_MB)
       for name in PIECES},
    **{f"details of {name}": Case(lambda piece=piece: f"{HEAD}- Repair it\n\n  {flood(piece, 200_000)}\n")
       for name, piece in PIECES.items()},
    **{f"a text in HTML of {name}": Case(lambda piece=piece: f"{HEAD}<ul><li>{flood(piece, 200_000)}")
       for name, piece in PIECES.items()},
    "quotes of code": Case(lambda: HEAD + flood("a\n>     b\n", 100_000)),
    "quotes of fences": Case(lambda: HEAD + flood("a\n> ```\n", 100_000)),
    "lists in tags, each cut": Case(lambda: HEAD + flood("\n\n<ul>", 100_000)),
    "tables in tags, each cut": Case(lambda: HEAD + flood("<table><tr><td>a\n\n", 200_000)),
    "lists in tags": Case(lambda: HEAD + flood("<ul><li>", 500_000)),
    "tables in tags": Case(lambda: HEAD + flood("<table><tr><td>", 500_000)),
    "a list with no end": Case(lambda: f"{HEAD}- {flood(chr(97) + chr(10), 300_000)}"),
    "carriage returns": Case(lambda: flood("\r", 500_000)),
    "bullets 1,000 deep": Case(lambda: HEAD + "".join(f"{'  ' * depth}- a\n" for depth in range(1_000))),
    "bullets 100,000 deep": Case(lambda: HEAD + "- " * 100_000 + "a"),
    "quotes 100,000 deep": Case(lambda: ">" * 100_000 + "a"),
    "a row of 1 MB": Case(lambda: f"{HEAD}| Action | Owner |\n|---|---|\n|{flood('a|', 1_000_000)}\n"),
    "20,000 columns": Case(lambda: f"{HEAD}|{'a|' * 20_000}\n|{'-|' * 20_000}\n|{'a|' * 20_000}\n"),
    "columns by rows": Case(lambda: f"{HEAD}|{'a|' * 2_000}\n|{'-|' * 2_000}\n" + "|\n" * 20_000),
    "10,000 rows": Case(lambda: f"{HEAD}| Action | Owner |\n|---|---|\n" + "| Add it | alice |\n" * 10_000),
    "10,000 items": Case(lambda: HEAD + "- Add an alert\n" * 10_000),
    "10,000 items of one title, nested": Case(lambda: HEAD + "- a\n  - b\n" * 5_000),
    "10,000 numbered items": Case(lambda: HEAD + "".join(f"{n}. a\n" for n in range(10_000))),
    "20,000 headings": Case(lambda: "# a\n\n" * 20_000),
    "10,000 sections": Case(lambda: "## Action items\n\n- a\n\n" * 5_000),
    "100,000 definitions": Case(
        lambda: "".join(f"[r{n}]: /{n}\n" for n in range(100_000)) + HEAD + "- " + "[r1]" * 20_000
    ),
    "fences": Case(lambda: "```\n" * 100_000),
    "conflicts in fences": Case(lambda: "~~~\n```\n<<<<<<< a\n" * 20_000),
    "comments that ignore": Case(lambda: HEAD + f"- a {IGNORE}\n" * 10_000),
    "comments that ignore, in one line": Case(lambda: f"{HEAD}- a {flood(f'{IGNORE}`', 1_000_000)}"),
    "comments that ignore, alone": Case(lambda: HEAD + flood(f"{IGNORE}\n", 1_000_000)),
    "comments that ignore, without end": Case(lambda: HEAD + flood("<!-- pmsync: ignore ", 1_000_000)),
    "comments that ignore much": Case(lambda: HEAD + flood(f"- a <!-- pmsync: ignore {'a, ' * 300}-->\n", 1_000_000)),
    "front matter, deep": Case(lambda: f"---\na: {'[' * 60_000}\n---\n"),
    "front matter, long": Case(lambda: "---\na: b\n" + "- \n" * 80_000),
    "front matter, wide": Case(lambda: "---\n" + "".join(f"k{n}: v\n" for n in range(7_000)) + "---\n"),
}  # fmt: skip


def work(text: str) -> None:
    """All that is done with a document until its tickets are sent."""
    from pmsync.check import rules  # noqa: PLC0415
    from pmsync.config.settings import Settings, TrackerSettings  # noqa: PLC0415
    from pmsync.documents.items import parse  # noqa: PLC0415
    from pmsync.errors import DocumentError  # noqa: PLC0415
    from pmsync.identity.keys import item_key  # noqa: PLC0415
    from pmsync.model import Marker, Reading  # noqa: PLC0415
    from pmsync.planning.ticket_text import body, labels, raw_fields, ticket_title  # noqa: PLC0415
    from pmsync.trackers.github.issue import fit_body  # noqa: PLC0415
    from pmsync.trackers.jira.create_screen import description  # noqa: PLC0415

    settings = Settings("/srv", "acme/web")
    try:
        document = parse(text, "postmortems/a.md")
    except DocumentError:
        return
    rules.check(Reading((document,)), settings)
    for item in document.items[:1]:
        whole = body(document, item, settings, fields=())
        fit_body(whole, Marker("abcdefgh2345", "acme/web", document.id, item_key(item)))
        description(whole)
        ticket_title(item.title)
        labels(raw_fields(document, item), TrackerSettings("web", "github"))


def measure(name: str) -> dict[str, object]:
    """Run a case in a fork, and say what it took and what it might."""
    case = CASES[name]
    text = case.text()
    size = len(text.encode()) / 1e6
    seconds, megabytes = SECONDS + case.allowed * size, MEGABYTES + MEGABYTES_PER_MB * size
    child = os.fork()
    if child == 0:
        before = _peak()
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            own = int(file.read().split()[0]) * resource.getpagesize()
        limit = own + int(4 * megabytes * 1e6)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 10, int(seconds) + 20))
        try:
            work(text)
        except BaseException as error:
            print(f"{name}: {error!r}", file=sys.stderr)
            os._exit(1)
        os._exit(0 if _peak() - before <= megabytes else 2)
    _, status, used = os.wait4(child, 0)
    return {
        "name": name,
        "megabytes": round(size, 2),
        "ended": os.waitstatus_to_exitcode(status),
        "seconds": round(used.ru_utime + used.ru_stime, 2),
        "allowed": round(seconds, 1),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def main() -> None:
    work(f"{HEAD}- Repair it\n")
    for name in sys.argv[1:]:
        print(json.dumps(measure(name)), flush=True)


if __name__ == "__main__":
    main()
