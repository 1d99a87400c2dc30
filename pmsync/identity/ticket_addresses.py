"""The addresses at which a browser shows a ticket: one table of forms for each service. Pure.

Reading asks whether an address names a ticket on any host; a tracker asks for the tickets of its own site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

KEY = r"[A-Z][A-Z0-9_]+-[1-9]\d*"
_LONGEST = 2000
_USUAL = (None, 80, 443)
_OTHER_NAMES = {"www.github.com": "github.com", "redirect.github.com": "github.com"}
"""Tools write the second into issues to avoid a mention."""

_JIRA = tuple(
    rf"(?:^|/){form.replace('KEY', f'(?P<key>{KEY})')}/?$"
    for form in (
        r"browse/KEY(?:/.*)?",  # the canonical form
        r"issues?/KEY",  # below the issue navigator, any kind of project, an agent's desk, the mobile pages
        r"i/?browse/KEY",  # `/i#browse/KEY`, up to Jira 6
        r"(?:projects|agent)/[A-Z][A-Z0-9_]+/(?:[\w%.-]+/){1,6}KEY",  # queues and other lists of a project
        r"portal/\d+/KEY",  # a service desk's customers
        r"si/jira\.issueviews:[\w-]+/KEY/[^/]*",  # printable
    )
)
"""The ends of paths that show an issue, after the context path; a fragment counts as part of the path. They come from
addresses that people paste: the issue navigator, boards and queues of Jira Cloud and Data Center.
"""
_JIRA_QUERY = ("selectedissue", "issuekey")
"""Query parameters that name the issue opened beside a board, list or plan."""
_RETURNS = "os_destination"
"""The log-in page's parameter for the page to return to."""
_NO_ISSUE = re.compile(r"(?:^|/)(?:wiki|secure/attachment|secure/thumbnail)/")

_GITHUB = re.compile(r"/(?P<owner>[\w.-]+)/(?P<repo>[\w.-]+)/issues/(?P<number>[1-9]\d{0,9})/?")
_GITHUB_PANE = re.compile(r"(?P<owner>[\w.-]+)\|(?P<repo>[\w.-]+)\|(?P<number>[1-9]\d{0,9})")
"""`?issue=acme|web|12`: the issue opened beside a board or a list of issues."""


def jira_key(address: str, site: str = "") -> str | None:
    """Return the key (in capitals) of the Jira issue that an address shows, else None.

    With `site` (the address of one Jira with its context path) only issues there count. Without it the key must be
    written in capitals, as much else looks like a key.
    """
    parts = _split(address)
    if parts is None:
        return None
    path = unquote(parts.path)
    if site:
        home = _split(site)
        if home is None or _host(parts) != _host(home):
            return None
        root = unquote(home.path).rstrip("/")
        if not f"{path}/".startswith(f"{root}/"):
            return None
        path = path[len(root) :]
    key = next(_jira_keys(path, parts, re.IGNORECASE if site else re.NOFLAG), None)
    return key.upper() if key else None


def github_issue(address: str) -> tuple[str, str, int] | None:
    """Return host (with an unusual port), `owner/name` and number of the GitHub issue that an address shows.

    None for everything else, including pull requests and discussions.
    """
    parts = _split(address)
    if parts is None:
        return None
    pane = dict(parse_qsl(parts.query)).get("issue", "")
    match = _GITHUB_PANE.fullmatch(pane) or _GITHUB.fullmatch(unquote(parts.path))
    return (_host(parts), f"{match['owner']}/{match['repo']}", int(match["number"])) if match else None


def same_ticket(address: str, url: str) -> bool:
    """Whether an address shows the ticket whose canonical address is `url`."""
    site, _, key = url.rpartition("/browse/")
    if site and (key_there := jira_key(address, site)):
        return key_there == key.upper()
    one, other = github_issue(address), github_issue(url)
    return one is not None and other is not None and _folded(one) == _folded(other)


def _folded(issue: tuple[str, str, int]) -> tuple[str, str, int]:
    return issue[0], issue[1].lower(), issue[2]


def _jira_keys(path: str, parts: SplitResult, flags: re.RegexFlag) -> Iterator[str]:
    """Yield the keys in query, path and fragment, in this order: beside a list, the path is that of another page."""
    if _NO_ISSUE.search(path):
        return
    names = (*_JIRA_QUERY, "key") if path.endswith("/ViewIssue.jspa") else _JIRA_QUERY
    for name, value in parse_qsl(parts.query):
        if name.lower() in names and re.fullmatch(KEY, value, flags):
            yield value
        elif name.lower() == _RETURNS and value.startswith("/"):
            yield from _jira_keys(value.partition("?")[0], urlsplit(value), flags)
    for whole in dict.fromkeys((path, f"{path}/{unquote(parts.fragment).partition('?')[0]}")):
        for form in _JIRA:
            if match := re.search(form, whole, flags):
                yield match["key"]


def _split(address: str) -> SplitResult | None:
    if len(address) > _LONGEST or not re.match(r"https?://\S+$", address, re.IGNORECASE):
        return None
    try:
        parts = urlsplit(address)
        _host(parts)
    except ValueError:  # an invalid bracket or port
        return None
    return parts if parts.hostname else None


def _host(parts: SplitResult) -> str:
    """Return the host, with an unusual port: http and https lead to the same tickets."""
    host, port = (parts.hostname or "").lower(), parts.port
    host = _OTHER_NAMES.get(host, host)
    return host if port in _USUAL else f"{host}:{port}"
