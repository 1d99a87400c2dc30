"""The tables [sla] and [holidays] of the configuration. Pure."""

from __future__ import annotations

from pmsync.config.settings import CONDITIONS, Holidays, SlaRule
from pmsync.config.severity import severity_level
from pmsync.config.toml_table import TomlTable

OTHERS = "default"
"""The key of [sla] for what no rule and no severity covers."""


def read_sla(table: TomlTable) -> tuple[SlaRule, ...]:
    """All rules of [sla], as they are tried: [[sla.rules]] in order, then the severities, then the default."""
    rules = [_rule(each) for each in table.listed("rules")]
    severities: dict[str, SlaRule] = {}
    for name in [name for name in table.data if name not in {"rules", OTHERS}]:
        level = severity_level(name)
        if level in severities:
            table.problem(name, "is set twice; keep one")
        severities[level] = _limits(table, name, (level,))
    others = [_limits(table, OTHERS, ())] if OTHERS in table.data else []
    return (*rules, *severities.values(), *others)


def _rule(table: TomlTable) -> SlaRule:
    """One of [[sla.rules]]."""
    values = table.values(SlaRule)
    table.close()
    rule = SlaRule(**{**values, "severity": tuple(map(severity_level, values["severity"]))})
    if not table.data.keys() & set(CONDITIONS):
        names = ", ".join(CONDITIONS)
        table.problems.append(f'{table.path}: has no condition ({names}); for everything else set sla.{OTHERS} = "90d"')
    if not table.data.keys() & {"assigned", "done"}:
        table.problems.append(f'{table.path}: has no limit; add `done = "15d"`, `assigned = "2d"`, or both')
    return rule


def _limits(table: TomlTable, name: str, severity: tuple[str, ...]) -> SlaRule:
    """A line of [sla]: the time until items are done, or a table with both limits."""
    if not isinstance(table.data[name], dict):
        return SlaRule(severity=severity, done=table.limit(name))
    inner = table.table(name)
    rule = SlaRule(severity=severity, assigned=inner.limit("assigned"), done=inner.limit("done"))
    inner.close()
    if not inner.data:
        table.problem(name, 'is empty; write it like "15d", or like { assigned = "2d", done = "15d" }')
    return rule


def read_holidays(table: TomlTable) -> Holidays:
    """[holidays] and [holidays.teams.NAME]; the name of a team is kept in lower case."""
    teams: dict[str, Holidays] = {}
    for name, each in table.named("teams").items():
        if name.casefold() in teams:
            each.problems.append(f"{each.path}: is set twice, in other letters; keep one")
        teams[name.casefold()] = _days_off(each, inherits="country" in table.data)
    usual = _days_off(table)
    return Holidays(country=usual.country, subdivision=usual.subdivision, days=usual.days, teams=teams)


def _days_off(table: TomlTable, *, inherits: bool = False) -> Holidays:
    """One place's days off. A subdivision needs a country, its own or the usual one that a team inherits."""
    values = table.values(Holidays)
    table.close()
    if values["subdivision"] and "country" not in table.data and not inherits:
        table.problem("subdivision", 'needs a country; add `country = "DE"`')
    return Holidays(**values)
