"""Why GitHub refused, by the headers of its answer. Pure.

X-GitHub-SSO, X-Accepted-GitHub-Permissions, X-OAuth-Scopes and X-Accepted-OAuth-Scopes: see "Troubleshooting the REST
API" and "Authenticating to the REST API" in docs.github.com.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pmsync.trackers.http import Answer

_INCLUDED = {
    "repo": ("public_repo", "repo:status", "repo_deployment", "repo:invite", "security_events"),
    "admin:org": ("write:org", "read:org"),
    "write:org": ("read:org",),
    "user": ("read:user", "user:email", "user:follow"),
}
"""The scopes that another one includes ("Scopes for OAuth apps")."""
_LEVELS = {"read": "read-only", "write": "read and write", "admin": "read, write and administer"}
_POLICIES = (
    (re.compile(r"\bIP allow list\b", re.IGNORECASE), "have the address of this machine put on that list"),
    (
        re.compile(r"\bforbids access via\b", re.IGNORECASE),
        "make a token of the kind, and with the lifetime, that the organization allows",
    ),
    (re.compile(r"\b(?:suspended|account was flagged)\b", re.IGNORECASE), "use another account, or have it restored"),
)
"""What the message of a policy says, and what to do. None of these is about the rights of the token."""


def is_own(answer: Answer) -> bool:
    """Whether GitHub itself answered, not a proxy or firewall on the way."""
    return "X-GitHub-Request-Id" in answer.headers or (isinstance(answer.data, Mapping) and "message" in answer.data)


def cause(answer: Answer) -> str:
    """Why it was refused and what to do, as the end of a sentence; '' if headers and policies do not say."""
    if answer.status not in {401, 403, 404}:
        return ""
    return (
        _sign_on(answer.headers)
        or next((todo for policy, todo in _POLICIES if policy.search(answer.message)), "")
        or _scopes(answer.headers)
        or (_permissions(answer.headers) if answer.status == 403 else "")
    )


def omission(answer: Answer) -> str:
    """Why a list is incomplete although its answer looks good; '' if nothing says so."""
    return _sign_on(answer.headers) if "partial-results" in answer.headers.get("X-GitHub-SSO", "") else ""


def _sign_on(headers: Mapping[str, str]) -> str:
    """`required; url=https://…`, or `partial-results; organizations=21955855,20582480`."""
    kind, _, rest = headers.get("X-GitHub-SSO", "").partition(";")
    values = dict(part.strip().partition("=")[::2] for part in rest.split(";"))
    if not kind.strip():
        return ""
    if address := rest.partition("url=")[2].strip():
        return (
            f"the organization accepts only tokens authorized for its single sign-on: authorize this one at {address}"
        )
    numbers = ", ".join(number.strip() for number in values.get("organizations", "").split(",") if number.strip())
    which = f" by organization {numbers}" if numbers else ""
    where = "in your settings on GitHub, under Personal access tokens, `Configure SSO`"
    return f"the token is not authorized for single sign-on{which}: authorize it {where}"


def _scopes(headers: Mapping[str, str]) -> str:
    """Only answers to classic tokens name scopes; an empty list of accepted ones means that none is needed."""
    if "X-OAuth-Scopes" not in headers:
        return ""
    scopes, accepted = _listed(headers["X-OAuth-Scopes"]), _listed(headers.get("X-Accepted-OAuth-Scopes", ""))
    if not accepted or scopes.union(*(_INCLUDED.get(scope, ()) for scope in scopes)) & accepted:
        return ""
    has = f"the token has only the scopes {headers['X-OAuth-Scopes']!r}" if scopes else "the token has no scopes"
    one_of = "one of " if len(accepted) > 1 else ""
    return f"{has}, and this takes {one_of}{', '.join(f'`{name}`' for name in sorted(accepted))}: make a token with it"


def _permissions(headers: Mapping[str, str]) -> str:
    """`issues=write`, `pull_requests=write,contents=read`, or several such sets, each enough, with `;` between."""
    header = headers.get("X-Accepted-GitHub-Permissions", "")
    sets = [pairs for each in header.split(";") if (pairs := _pairs(each))]
    if not sets:
        return ""
    wanted = ", or ".join(" and ".join(_readable(*pair) for pair in pairs) for pairs in sets)
    job = ", ".join(f"{name.replace('_', '-')}: {level}" for name, level in sets[0])
    return (
        f"the token lacks a permission: this takes {wanted}; add it to the token or App, in a workflow "
        f"`permissions: {job}`"
    )


def _pairs(permissions: str) -> list[tuple[str, str]]:
    parts = [part.partition("=") for part in permissions.split(",") if "=" in part]
    return [(name.strip(), level.strip()) for name, _, level in parts]


def _readable(name: str, level: str) -> str:
    """The permission as GitHub's settings show it: `Issues: read and write`."""
    return f"`{name.replace('_', ' ').capitalize()}: {_LEVELS.get(level, level)}`"


def _listed(text: str) -> set[str]:
    return {part.strip() for part in text.split(",") if part.strip()}
