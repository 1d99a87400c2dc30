"""What the headers of a refusal by Jira, or by what stands before it, say about its cause. Pure.

X-Seraph-LoginReason and X-Authentication-Denied-Reason are Jira's own: see "Basic authentication" in the REST API pages
of Data Center (CAPTCHA), and LoginReason in Seraph's API pages. WWW-Authenticate is HTTP's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SCOPES = "`read:jira-work`, `write:jira-work` and `read:jira-user`"
_SCOPE = re.compile(r"\bscopes? (?:does|do) not match|\binsufficient[ _]scope", re.IGNORECASE)
_QUOTED = re.compile(r'(\w+)="([^"]*)"')


def cause(status: int, headers: Mapping[str, str], said: str, secrets: str, *, own: bool) -> str:
    """Why it was refused and what to do, as the end of a sentence; '' where the answer does not say.

    `said` is the answer's own explanation, `secrets` names the variables that hold the credentials. `own` is whether
    Jira answered itself.
    """
    return (
        _captcha(headers, secrets)
        or _login(headers, secrets)
        or (_scope(said) if status in {401, 403} else "")
        or (_challenge(headers, secrets, own=own) if status == 401 else "")
    )


def login_failed(headers: Mapping[str, str]) -> bool:
    """Whether Jira did not take the credentials, even where it goes on to show what anybody may see."""
    reason = headers.get("X-Seraph-LoginReason", "")
    return "FAILED" in reason or "DENIED" in reason


def _captcha(headers: Mapping[str, str], secrets: str) -> str:
    """`CAPTCHA_CHALLENGE; login-url=https://jira.acme.example/login.jsp`."""
    reason = headers.get("X-Authentication-Denied-Reason", "")
    if not reason and "AUTHENTICATION_DENIED" not in headers.get("X-Seraph-LoginReason", ""):
        return ""
    if reason and not reason.startswith("CAPTCHA"):
        return f"Jira says {reason[:200]!r}; check {secrets}"
    address = reason.partition("login-url=")[2].split(";")[0].strip()
    at = f" at {address}" if address else ""
    return (
        f"Jira wants a CAPTCHA from this account after too many failed log-ins: correct {secrets}, then log in once as "
        f"that account in a browser{at}"
    )


def _login(headers: Mapping[str, str], secrets: str) -> str:
    reason = headers.get("X-Seraph-LoginReason", "")
    if "AUTHENTICATED_FAILED" in reason:
        return f"Jira does not accept what {secrets} holds: it is wrong, revoked or has expired; make a new token"
    if "AUTHORISATION_FAILED" in reason:
        return f"the account behind {secrets} may not use this Jira: give it access to the application (a license)"
    return ""


def lacks_scope(said: str) -> bool:
    """Whether it says what the gateway says of a scoped token whose scopes do not reach: `scope does not match`."""
    return bool(_SCOPE.search(said))


def _scope(said: str) -> str:
    if not lacks_scope(said):
        return ""
    return f"the token lacks a scope: make one with {_SCOPES}"


def _challenge(headers: Mapping[str, str], secrets: str, *, own: bool) -> str:
    """Jira challenges with OAuth or not at all; whoever asks for Basic or Negotiate in its place is another."""
    challenge = headers.get("WWW-Authenticate", "")
    values = dict(_QUOTED.findall(challenge))
    if text := values.get("error_description") or values.get("error"):
        return f"the token is refused ({text[:200]!r}); check {secrets}"
    if not challenge or own or challenge.startswith("OAuth"):
        return ""
    realm = f" (realm {values['realm'][:100]!r})" if values.get("realm") else ""
    kind = challenge.split()[0].rstrip(",")
    return f"something before Jira wants a log-in of its own, {kind}{realm}: have it let requests to Jira's API through"
