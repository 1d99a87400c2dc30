"""Texts and links that name a ticket, of whatever tracker. Pure.

Addresses of GitHub and Jira are in `pmsync.identity.ticket_addresses`, which their trackers use as well; the others are here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from pmsync.documents.items.language.phrases import bare, status
from pmsync.documents.items.language.vocabulary.columns import NOT_PROJECTS, TICKET_WORDS
from pmsync.identity.ticket_addresses import github_issue, jira_key

Projects = tuple[tuple[str, str], ...]

_URL_PATHS = (
    r"/(?:issues|pull|pulls|merge_requests|pull-requests|discussions|work_items|epics)/\d+",
    r"/commits?/[0-9a-f]{7,40}\b",
    r"/(?:issue|issues|story|stories|ticket|tickets|bug|bugs|task|tasks|requests)/[A-Za-z]{0,12}-?\d+",
    r"show_bug\.cgi\?id=\d+",
    r"/bug\d+\b|/\+bug/\d+|[?&]bug_?(?:id)?=\d+",
    r"/_workitems/edit/\d+",
    r"/issues/[\w.-]+/[\w.-]+/\d+\b",
)
_URL_HOSTS = (
    r"(?:^|\.)trello\.com/c/\w+",
    r"(?:^|\.)linear\.app/[^/]+/issue/",
    r"(?:^|\.)app\.asana\.com/\d+/\d+",
    r"(?:^|\.)app\.clickup\.com/t/\w+",
    r"(?:^|\.)app\.shortcut\.com/[^/]+/story/\d+",
    r"(?:^|\.)pivotaltracker\.com/(?:n/projects/\d+/stories|story/show)/\d+",
    r"(?:^|\.)monday\.com/boards/\d+/pulses/\d+",
    r"^(?:bugs?|bugzilla|crbug|bugs\.\w+)\b[^/]*/(?:p/[^/]+/issues/detail\?id=)?\d+",
    r"^(?:phabricator|phab|reviews|secure\.phabricator)\.[^/]+/[TD]\d+",
    r"^(?:gerrit|review|[\w-]+-review)\.[^/]+/(?:c/)?.*\+?/\d+",
    r"^(?:b|issues)\.corp\.google\.com/(?:issues/)?\d+",
    r"^rt\.[^/]+/Ticket/Display",
)
_SEARCH = re.compile(
    r"/search\b|[?&](?:q|jql|query|filter)=|/issues/?(?:\?|$)|cve\.mitre|/cve-|/advisories/", re.IGNORECASE
)

TEXT_REF = re.compile(
    r"(?:(?<![\w/.@#-])|(?<=\d/)(?=#))(?:"
    r"(?P<repo>[A-Za-z][\w.-]*/[\w.-]*\w)#\d+"  # acme/web#7
    r"|(?P<name>[A-Za-z][\w.-]*\w)\\?#\d+"  # web#7, bsc#123
    r"|(?:GH-|#)\d+(?![\w-]*\w)"  # #7
    r"|(?P<key>[A-Z][A-Z0-9_]{1,99})-\d{1,7}(?![\w-]|\.\d)"  # OPS-12
    r"|b/\d{5,}"
    r"|![1-9]\d{0,6}(?![\w-])"  # GitLab merge requests
    r")"
)
_LONGEST_UNKNOWN = 12
_PROJECTS: ContextVar[Projects] = ContextVar("projects", default=())


@contextmanager
def known(projects: Projects) -> Iterator[None]:
    """A context in which the keys of these projects are tickets, even RFC-1 if `RFC` is a project.

    Each of the `projects` is the address of its Jira and its key.
    """
    token = _PROJECTS.set(projects)
    try:
        yield
    finally:
        _PROJECTS.reset(token)


@cache
def _paths() -> re.Pattern[str]:
    return re.compile("|".join(_URL_PATHS))


@cache
def _hosts() -> re.Pattern[str]:
    return re.compile("|".join(_URL_HOSTS), re.IGNORECASE)


def is_url(text: str) -> bool:
    """Whether the text is one http(s) address."""
    return bool(re.fullmatch(r"https?://\S+", text.strip()))


def is_ticket_url(url: str) -> bool:
    """Whether an address is that of a ticket, a pull request or a commit, and not of a search, a list or a CVE."""
    if not re.match(r"https?://", url) or len(url) > 2000:
        return False
    if jira_key(url) or github_issue(url) or any(_is_in(url, site, project) for site, project in _PROJECTS.get()):
        return True
    rest = url.split("://", 1)[1]
    if _paths().search(rest) or _hosts().search(rest):
        return not re.search(r"/search/?(?:[?#]|$)|[?&]jql=", rest)
    return False


def _is_in(url: str, site: str, project: str) -> bool:
    return (jira_key(url, site) or "").rpartition("-")[0] == project.upper()


def is_text_ref(text: str) -> bool:
    """Whether the whole text is a ticket as people write it (`OPS-12`, `#345`, `acme/web#7`)."""
    match = TEXT_REF.fullmatch(text.strip().replace("\\", ""))
    return match is not None and is_real(match)


def is_real(match: re.Match[str]) -> bool:
    """Whether a match of `TEXT_REF` is a ticket, and not a standard, a vulnerability or a product (UTF-8, SG550X-48)."""
    key = match["key"] or ""
    if any(key == project.upper() for _, project in _PROJECTS.get()):
        return "-0" not in match[0]
    if len(key) > _LONGEST_UNKNOWN:
        return False
    return key not in NOT_PROJECTS and "-0" not in match[0] and sum(sign.isdigit() for sign in key) < 3


def names_ticket(text: str) -> bool:
    """Whether a link's text is only its ticket and status ('#12', 'AB620', 'PR #4 (done)', an address)."""
    stripped = text.strip().strip("[]()").replace("\\", "")
    if not stripped or is_url(stripped) or is_text_ref(stripped) or re.fullmatch(r"[A-Z]{1,6}\d{1,7}", stripped):
        return True
    refs = TEXT_REF.sub(" ", stripped)
    key = " ".join(re.sub(r"\b\d+\b", " ", bare(refs)).split())
    return not key or key in TICKET_WORDS or status(key) is not None


def is_ticket_link(text: str, url: str) -> bool:
    """Whether a link leads to a ticket: by its address, or on an unknown host by its text."""
    if is_ticket_url(url):
        return True
    if not re.match(r"https?://", url) or _SEARCH.search(url):
        return False
    return is_text_ref(text) and not re.search(r"/wiki/|/docs?/|confluence", url)
