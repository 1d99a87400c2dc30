"""Why Jira, or something in front of it, refused: by the headers and the body of its answer. Pure.

X-Seraph-LoginReason and X-Authentication-Denied-Reason are Jira's own: see "Basic authentication" in the REST API pages
of Data Center (CAPTCHA), and LoginReason in Seraph's API pages. WWW-Authenticate is HTTP's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pmsync.trackers.http import Answer, redirected

_OWN_HEADERS = ("X-AREQUESTID", "X-Seraph-LoginReason", "X-AUSERNAME", "X-Authentication-Denied-Reason")
_OWN_MEMBERS = {"errorMessages", "errors", "errorMessage", "issues"}
_SCOPES = "`read:jira-work`, `write:jira-work` and `read:jira-user`"
_SCOPE = re.compile(r"\bscopes? (?:does|do) not match|\binsufficient[ _]scope", re.IGNORECASE)
_QUOTED = re.compile(r'(\w+)="([^"]*)"')


def is_own(answer: Answer) -> bool:
    """Whether Jira itself answered, not a proxy or firewall on the way.

    A refusal is Jira's in the form of its errors, or by the headers that its application sets: Data Center refuses with
    a page too. Atlassian's gateway says `{"code": 401, "message": "Unauthorized; scope does not match"}`.
    """
    data = answer.data if isinstance(answer.data, Mapping) else {}
    return (
        answer.status < 400
        or bool(data.keys() & _OWN_MEMBERS)
        or ("code" in data and bool(_SCOPE.search(str(data.get("message")))))
        or any(name in answer.headers for name in _OWN_HEADERS)
    )


def is_anonymous(answer: Answer) -> bool:
    """Whether Jira rejected the credentials and answered as to a stranger, with whatever the public may see."""
    login = answer.headers.get("X-Seraph-LoginReason", "")
    return answer.status < 400 and ("FAILED" in login or "DENIED" in login)


def is_closed(answer: Answer) -> bool:
    """Whether it refuses the account or the address, whatever the request. A 403 that is not Jira's own may be about
    the content of a single request.
    """
    refused = answer.status == 401 or (answer.status == 403 and is_own(answer))
    return is_anonymous(answer) or refused or bool(answer.redirect)


def reason(answer: Answer) -> str:
    """Status and explanation on one line."""
    if is_anonymous(answer):
        return "401: Jira treated the request as anonymous"
    if answer.redirect:
        return f"{answer.status}: {redirected(answer.redirect)}"
    if answer.message or is_own(answer):
        return answer.reason
    return answer.explained(
        f"{answer.excerpt or 'no explanation'}, which is not Jira's answer: it may be that of a proxy or firewall"
    )


def cause(answer: Answer, secrets: str) -> str:
    """Why it was refused and what to do, as the end of a sentence; '' if the answer does not say.

    `secrets` names the variables that hold the credentials.
    """
    return (
        _captcha(answer.headers, secrets)
        or _login(answer.headers, secrets)
        or (_scope(answer.message) if answer.status in {401, 403} else "")
        or (_challenge(answer.headers, secrets, own=is_own(answer)) if answer.status == 401 else "")
    )


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
        f"Jira requires a CAPTCHA from this account after too many failed logins: correct {secrets}, then log in once "
        f"as that account in a browser{at}"
    )


def _login(headers: Mapping[str, str], secrets: str) -> str:
    reason = headers.get("X-Seraph-LoginReason", "")
    if "AUTHENTICATED_FAILED" in reason:
        return f"Jira does not accept the value of {secrets}: it is wrong, revoked or expired; make a new token"
    if "AUTHORISATION_FAILED" in reason:
        return f"the account behind {secrets} may not use this Jira: give it access to the application (a license)"
    return ""


def _scope(message: str) -> str:
    return f"the token lacks a scope: make one with {_SCOPES}" if _SCOPE.search(message) else ""


def _challenge(headers: Mapping[str, str], secrets: str, *, own: bool) -> str:
    """Jira itself challenges only with OAuth: Basic or Negotiate comes from something in front of it."""
    challenge = headers.get("WWW-Authenticate", "")
    values = dict(_QUOTED.findall(challenge))
    if text := values.get("error_description") or values.get("error"):
        return f"the token is refused ({text[:200]!r}); check {secrets}"
    if not challenge or own or challenge.startswith("OAuth"):
        return ""
    realm = f" (realm {values['realm'][:100]!r})" if values.get("realm") else ""
    kind = challenge.split()[0].rstrip(",")
    login = f"a login of its own, {kind}{realm}"
    return f"something in front of Jira requires {login}: have it let requests to Jira's API through"
