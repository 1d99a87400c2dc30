"""Findings in the formats of CI systems: GitHub's annotations, SARIF, GitLab's code quality, JUnit. Pure.

CI systems expect paths from the repository's top; the caller converts those of the findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

from pmsync.findings import RULES
from pmsync.identity.keys import digest
from pmsync.model import Finding, Level

MOST = 9
"""Annotations for each level: GitHub shows ten in a step and silently drops the rest
(github.com/actions/toolkit/issues/739)."""
_IN_PATHS = "/!$&'()*+,;=@~"
"""Characters that need no escape in the path of a URI (RFC 3986)."""
_RANK: Mapping[Level, int] = {"error": 0, "warning": 1, "note": 2}
_COMMANDS: Mapping[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
_SEVERITIES: Mapping[Level, str] = {"error": "major", "warning": "minor", "note": "info"}


def github(findings: Sequence[Finding]) -> list[str]:
    """Workflow commands, one per line, errors first (docs.github.com, workflow commands, "Setting an error message").

    Text is escaped as the runner unescapes it, so it cannot start a command of its own.
    """
    lines, left = [], 0
    for _, group in groupby(_ranked(findings), key=lambda finding: finding.level):
        same = list(group)
        lines += [_command(finding) for finding in same[:MOST]]
        left += len(same[MOST:])
    if left:
        lines.append(f"::notice title=pmsync::and {left} more; run `pmsync check` to see all")
    return lines


def _command(finding: Finding) -> str:
    place = {"file": finding.path, "line": str(finding.line or ""), "title": f"pmsync {finding.rule}"}
    named = ",".join(f"{name}={_property(text)}" for name, text in place.items() if text)
    return f"::{_COMMANDS[finding.level]} {named}::{_data(_text(finding))}"


def _data(text: str) -> str:
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace("##[", "#\u200b#[")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(findings: Sequence[Finding], version: str) -> dict[str, Any]:
    """SARIF 2.1.0 for GitHub's code scanning (docs.github.com, "SARIF support for code scanning")."""
    rules = sorted({finding.rule for finding in findings})
    driver = {
        "name": "pmsync",
        "version": version,
        "rules": [_rule(rule) for rule in rules],
    }
    results = [_result(finding, mark) for finding, mark in _fingerprinted(findings)]
    run = {"tool": {"driver": driver}, "automationDetails": {"id": "pmsync/"}, "results": results}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def _rule(name: str) -> dict[str, Any]:
    rule = RULES.get(name)
    if rule is None:
        return {"id": name, "shortDescription": {"text": name.replace("-", " ")}}
    return {
        "id": name,
        "shortDescription": {"text": rule.meaning},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": rule.advice},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding, mark: str) -> dict[str, Any]:
    region = {"region": {"startLine": finding.line}} if finding.line else {}
    uri = quote(finding.path, safe=_IN_PATHS, errors="surrogateescape")
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, **region}}
    return {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": _text(finding)},
        "locations": [place] if finding.path else [],
        "partialFingerprints": {"primaryLocationLineHash": f"{mark}:1"},
    }


def gitlab(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """A code quality report (docs.gitlab.com, "Code Quality report format"), without findings that have no path."""
    return [
        {
            "description": _text(finding),
            "check_name": finding.rule,
            "fingerprint": mark,
            "severity": _SEVERITIES[finding.level],
            "location": {"path": finding.path, "lines": {"begin": finding.line or 1}},
        }
        for finding, mark in _fingerprinted(findings)
        if finding.path
    ]


def junit(findings: Sequence[Finding], paths: Iterable[str], *, strict: bool = False) -> str:
    """JUnit's XML: a suite for each document, with a failure for each error (with `strict`, each warning too), or one
    test case that passes. The report fails if and only if the exit code is 1.
    """
    by_path: dict[str, list[Finding]] = {path: [] for path in sorted(paths)}
    for finding in findings:
        if finding.level == "error" or (strict and finding.level == "warning"):
            by_path.setdefault(finding.path or "configuration", []).append(finding)
    suites = Xml.Element("testsuites", name="pmsync")
    for path, failures in by_path.items():
        count = len(failures)
        suite = Xml.SubElement(suites, "testsuite", name=path, tests=str(count or 1), failures=str(count))
        if not failures:
            Xml.SubElement(suite, "testcase", name="pmsync check", classname=path)
        for finding in failures:
            name = f"{finding.rule}:{finding.line}" if finding.line else finding.rule
            case = Xml.SubElement(suite, "testcase", name=name, classname=path)
            Xml.SubElement(case, "failure", type=finding.level, message=finding.message).text = finding.hint
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True)


def _text(finding: Finding) -> str:
    return f"{finding.message}. {finding.hint}" if finding.hint else finding.message


def _ranked(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: _RANK[finding.level])


def _fingerprinted(findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Findings with fingerprints that survive moved lines; equal findings are numbered, because each needs its own."""
    seen: Counter[str] = Counter()
    marked = []
    for finding in findings:
        base = digest(finding.rule, finding.path, finding.message)
        seen[base] += 1
        marked.append((finding, base if seen[base] == 1 else digest(base, seen[base])))
    return marked
