"""Why GitHub refused, by the headers of its answer. Pure.

X-GitHub-SSO, X-Accepted-GitHub-Permissions, X-OAuth-Scopes and X-Accepted-OAuth-Scopes: see "Troubleshooting the REST
API" and "Authenticating to the REST API" in docs.github.com.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from pmsync.trackers.http import Answer

_HOLDS = {
    "repo": ("public_repo", "repo:status", "repo_deployment", "repo:invite", "security_events"),
    "admin:org": ("write:org", "read:org"),
    "write:org": ("read:org",),
    "user": ("read:user", "user:email", "user:follow"),
}
"""The scopes that are part of another one ("Scopes for OAuth apps")."""
_LEVELS = {"read": "read-only", "write": "read and write", "admin": "read, write and administer"}
_POLICIES = (
    (re.compile(r"\bIP allow list\b", re.IGNORECASE), "have the address of this machine put on that list"),
    (
        re.compile(r"\bforbids access via\b", re.IGNORECASE),
        "make a token of the kind, and with the lifetime, that the organization allows",
    ),
    (re.compile(r"\b(?:suspended|account was flagged)\b", re.IGNORECASE), "use another account, or have it restored"),
)
"""What a policy says in its message, and what to do: none of them is about the rights of the token."""


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
        return f"the organization lets in only tokens that its single sign-on has authorized: do so at {address}"
    named = ", ".join(number.strip() for number in values.get("organizations", "").split(",") if number.strip())
    which = f" by organization {named}" if named else ""
    where = "in your settings on GitHub, under Personal access tokens, `Configure SSO`"
    return f"the token has not been authorized for single sign-on{which}: do so {where}"


def _scopes(headers: Mapping[str, str]) -> str:
    """Only the answers to classic tokens name scopes; an empty list of accepted ones asks for none."""
    if "X-OAuth-Scopes" not in headers:
        return ""
    held, wanted = _listed(headers["X-OAuth-Scopes"]), _listed(headers.get("X-Accepted-OAuth-Scopes", ""))
    if not wanted or _whole(held) & wanted:
        return ""
    had = f"the token has only the scopes {headers['x-oauth-scopes']!r}" if held else "the token has no scopes"
    return f"{had}, and this takes {_one_of(wanted)}: make a token with it"


def _whole(scopes: Collection[str]) -> set[str]:
    """The scopes with all that are part of them."""
    found = set(scopes)
    for scope in scopes:
        found |= set(_HOLDS.get(scope, ()))
    return found


def _permissions(headers: Mapping[str, str]) -> str:
    """`issues=write`, `pull_requests=write,contents=read`, or several such sets, each enough, with `;` between."""
    sets = [found for each in headers.get("X-Accepted-GitHub-Permissions", "").split(";") if (found := _pairs(each))]
    if not sets:
        return ""
    wanted = ", or ".join(" and ".join(_readable(*pair) for pair in pairs) for pairs in sets)
    job = ", ".join(f"{name.replace('_', '-')}: {level}" for name, level in sets[0])
    return (
        f"the token lacks a permission, this takes {wanted}: add it to the token or App, in a workflow "
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


def _one_of(names: Collection[str]) -> str:
    shown = [f"`{name}`" for name in sorted(names)]
    return shown[0] if len(shown) == 1 else f"one of {', '.join(shown)}"
