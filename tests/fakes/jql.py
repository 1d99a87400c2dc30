"""The part of JQL that pmsync sends, evaluated; anything else is refused, as Jira refuses what it does not know."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.fakes.jira_state import Issue

_TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[()=,]|>=|<=|[\w.:@-]+)')
_SORT = re.compile(r"\s*(created|key|id)(\s+asc)?\s*", re.IGNORECASE)
Test = Callable[[Issue], bool]


class JqlError(Exception):
    """The query is not one that this Jira understands."""


@dataclass(frozen=True)
class Query:
    """What a query selects, and the ids and accounts that it names."""

    test: Test = lambda _: True
    ids: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()


def compile_jql(jql: str) -> Query:
    """The query; ORDER BY must be by creation, the order of the fake."""
    where, _, order = re.split(r"(\bORDER BY\b)", jql, maxsplit=1, flags=re.IGNORECASE) + ["", ""] * (
        "ORDER BY" not in jql.upper()
    )
    if order and not all(_SORT.fullmatch(part) for part in order.split(",")):
        raise JqlError(f"cannot sort by {order!r}")
    if not where.strip():
        return Query()
    parser = _Parser(where)
    return Query(parser.parse(), frozenset(parser.ids), frozenset(parser.accounts))


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        self.ids: set[str] = set()
        self.accounts: set[str] = set()
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if not match:
                raise JqlError(f"unexpected {text[at : at + 20]!r}")
            self.tokens.append(match[1])
            at = match.end()

    def parse(self) -> Test:
        test = self.either()
        if self.tokens:
            raise JqlError(f"unexpected {self.tokens[0]!r}")
        return test

    def take(self) -> str:
        if not self.tokens:
            raise JqlError("the query ends too early")
        return self.tokens.pop(0)

    def either(self) -> Test:
        tests = [self.both()]
        while self.tokens and self.tokens[0].upper() == "OR":
            self.take()
            tests.append(self.both())
        return lambda issue: any(test(issue) for test in tests)

    def both(self) -> Test:
        tests = [self.one()]
        while self.tokens and self.tokens[0].upper() == "AND":
            self.take()
            tests.append(self.one())
        return lambda issue: all(test(issue) for test in tests)

    def one(self) -> Test:
        name = self.take()
        if name == "(":
            test = self.either()
            if self.take() != ")":
                raise JqlError("a bracket is not closed")
            return test
        operator = self.take().lower()
        values = self.listed() if operator == "in" else [self.value()]
        if name.lower() in {"id", "key", "issuekey"}:
            self.ids |= set(values)
        if name.lower() == "creator":
            self.accounts |= set(values)
        return _clause(name.lower(), operator, values)

    def listed(self) -> list[str]:
        if self.take() != "(":
            raise JqlError("`in` takes a list")
        values = [self.value()]
        while (token := self.take()) == ",":
            values.append(self.value())
        if token != ")":
            raise JqlError("a list is not closed")
        return values

    def value(self) -> str:
        token = self.take()
        return re.sub(r"\\(.)", r"\1", token[1:-1]) if token.startswith('"') else token


def _clause(name: str, operator: str, values: list[str]) -> Test:
    if name in {"updated", "created"} and operator == ">=":
        if not values[0].isdigit():
            raise JqlError("dates must be milliseconds here: a quoted one means the user's time zone")
        since = datetime.fromtimestamp(int(values[0]) / 1000, UTC)
        return lambda issue: bool(getattr(issue, name) >= since)
    if operator not in {"=", "in"}:
        raise JqlError(f"operator {operator!r} is not known for {name!r}")
    wanted = set(values)
    tests: dict[str, Test] = {
        "project": lambda issue: issue.project in wanted,
        "labels": lambda issue: bool(wanted & set(issue.labels)),
        "creator": lambda issue: issue.creator in wanted,
        "id": lambda issue: issue.id in wanted,
        "key": lambda issue: issue.key in wanted,
        "issuekey": lambda issue: issue.key in wanted,
    }
    if name not in tests:
        raise JqlError(f"field {name!r} does not exist or you do not have permission to view it")
    return tests[name]
