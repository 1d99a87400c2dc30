"""The catalogue of findings: every rule that `check`, `plan`, `sync` and `write-back` report.

Rule names are stable, because people filter by them. `scripts/docs` writes the tables of docs/check.md and
docs/findings.md from here.
"""

from __future__ import annotations

from collections.abc import Mapping

from pmsync.findings.documents import DOCUMENT_RULES
from pmsync.findings.rule import Rule as Rule
from pmsync.findings.runs import RUN_RULES
from pmsync.model import Finding, Level

RULES: Mapping[str, Rule] = {**DOCUMENT_RULES, **RUN_RULES}
CHECK_RULES: Mapping[str, Rule] = {name: rule for name, rule in RULES.items() if "check" in rule.commands}
CONFIGURABLE = frozenset(name for name, rule in CHECK_RULES.items() if not rule.fixed)
"""The rules whose level [check] can change."""
IGNORABLE = CONFIGURABLE - {"unknown-ignore", "unused-ignore"}
"""The rules that a comment in a document can ignore."""


def new_finding(
    rule: str,
    message: str,
    hint: str | None = None,
    path: str = "",
    line: int = 0,
    *,
    level: Level | None = None,
    about: str = "",
) -> Finding:
    """A finding with its rule's level and, unless `hint` is passed, the catalogue's.

    Raises KeyError for a rule that is not in the catalogue, and ValueError for a level that the rule does not have.
    """
    entry = RULES[rule]
    if level and level not in entry.levels:
        raise ValueError(f"rule {rule!r} has no level {level!r}")
    return Finding(rule, level or entry.level, message, entry.hint if hint is None else hint, path, line, about)
