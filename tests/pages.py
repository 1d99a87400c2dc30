"""Writes the tables of docs/check.md and docs/findings.md from the catalogue in pmsync/findings: `scripts/docs`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pmsync.findings import CHECK_RULES, RULES, Rule

DOCS = Path(__file__).parents[1] / "docs"
REGION = re.compile(r"(?<=<!-- generated: )(?P<table>[\w-]+)(?P<end> -->\n\n).*?(?=\n\n<!-- end -->)", re.DOTALL)
"""What stands between `<!-- generated: TABLE -->` and `<!-- end -->` in a page."""


def level(rule: Rule) -> str:
    return f"{rule.level}; {rule.also[0]} {rule.also[1]}" if rule.also else rule.level


def check_table() -> Iterator[str]:
    yield "| rule | level | what it finds, and what to do |"
    yield "|---|---|---|"
    for name, rule in CHECK_RULES.items():
        yield f"| `{name}` | {rule.level} | {rule.meaning} {rule.advice} |"


def run_table(topic: str) -> Iterator[str]:
    """The rules of a topic that a command other than `check` reports."""
    yield "| rule | level | commands | what it means, and what to do |"
    yield "|---|---|---|---|"
    for name, rule in RULES.items():
        if rule.topic == topic and set(rule.commands) != {"check"}:
            commands = ", ".join(f"`{command}`" for command in rule.commands)
            yield f"| `{name}` | {level(rule)} | {commands} | {rule.meaning} {rule.advice} |"


def generated(page: str) -> str:
    """A page with all of its tables as they have to be."""

    def region(match: re.Match[str]) -> str:
        table = match["table"]
        return f"{table}{match['end']}" + "\n".join(check_table() if table == "check" else run_table(table))

    return REGION.sub(region, page)


if __name__ == "__main__":
    for path in sorted(DOCS.glob("*.md")):
        path.write_text(generated(path.read_text("utf-8")), "utf-8")
