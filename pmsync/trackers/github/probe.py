"""What a token may do in a repository: the checks of `doctor`, and before the first write. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from pmsync.config.settings import TrackerSettings
from pmsync.errors import TrackerClosed, TrackerError, TrackerUnavailable
from pmsync.trackers.contract import Check, Probe
from pmsync.trackers.github.error_causes import cause
from pmsync.trackers.github.session import GitHubSession
from pmsync.trackers.http import Answer, shortened

ACTIONS = "github-actions[bot]"


def own_account(session: GitHubSession, settings: TrackerSettings, *, in_actions: bool) -> str:
    """The login, lower-case, of the author of tickets made with this token: one request.

    An installation's token cannot ask who it is; in a workflow it is taken for the workflow's own.
    """
    answer = session.as_app("GET", "/app") if session.is_app else session.send("GET", "/user")
    if away := session.led_away(session.settled(answer)):
        raise TrackerClosed(away)
    account = answer.data if answer.status == 200 and isinstance(answer.data, Mapping) else {}
    if name := account.get("slug" if session.is_app else "login"):
        return f"{name}[bot]".lower() if session.is_app else str(name).lower()
    trusted = {name.lower() for name in settings.accounts}
    if answer.status == 403 and in_actions and (not trusted or ACTIONS in trusted):
        return ACTIONS
    if answer.status == 401:
        todo = f"it is wrong or has expired: {session.new_secret}"
        raise TrackerError(f"GitHub does not accept the token ({answer.reason}): {todo}")
    hint = cause(answer) or f"name the account in `trackers.{settings.name}.accounts`"
    why = f"its answer names nobody, {shortened(answer.data)}" if answer.status == 200 else answer.reason
    raise TrackerError(f"GitHub does not say whose token this is ({why}): {hint}")


def probe(session: GitHubSession, settings: TrackerSettings, account: Callable[[], str]) -> tuple[Probe, int | None]:
    """The checks, and the repository's id if it can be read. Raises only TrackerUnavailable."""
    try:
        me = account()
    except TrackerUnavailable:
        raise
    except TrackerError as error:
        if not settings.accounts:
            return Probe("", (Check("account", False, str(error)),), str(error)), None
        me = ""
    answer = session.settled(session.send("GET", f"/repos/{settings.repo}"))
    if answer.status != 200:
        check = _no_repository(session, settings, answer)
        return Probe(me, (_account(settings, me), check), f"{check.message}: {check.hint}"), None
    number, repo = session.number_in(answer), answer.data
    checks = [_account(settings, me), _issues(settings, repo), _rights(session, settings, answer, me)]
    if scopes := _scopes(answer):
        checks.append(scopes)
    checks.append(_label(session, settings))
    blocked = next((f"{check.message}: {check.hint}" for check in checks if check.ok is False), "")
    return Probe(me, tuple(checks), blocked), number


def _account(settings: TrackerSettings, me: str) -> Check:
    listed = {name.lower() for name in settings.accounts}
    if not me:
        return Check("account", None, "GitHub does not say whose token this is; `accounts` is trusted")
    if listed and me not in listed:
        hint = f"add it to `trackers.{settings.name}.accounts`, or its own tickets will not be recognised"
        return Check("account", False, f"the token acts as {me!r}, which is not among the trusted accounts", hint)
    return Check("account", True, f"acts as {me!r}")


def _no_repository(session: GitHubSession, settings: TrackerSettings, answer: Answer) -> Check:
    setting = f"trackers.{settings.name}.repo"
    if away := session.led_away(answer):
        message, _, hint = away.partition(": ")
        return Check("repository", False, message, hint)
    if answer.redirect is not None:
        return Check("repository", False, f"`{settings.repo}` was renamed or moved", f"set `{setting}` to its new name")
    hint = cause(answer) or (
        f"check `{setting}` and `trackers.{settings.name}.api_url`, and whether the token may see the repository"
    )
    return Check("repository", False, f"`{settings.repo}` cannot be read ({answer.reason})", hint)


def _issues(settings: TrackerSettings, repo: Mapping[str, Any]) -> Check:
    if repo.get("archived"):
        return Check("repository", False, f"`{settings.repo}` is archived", "unarchive it, or name another repository")
    if not repo.get("has_issues", True):
        hint = "switch them on in the repository's settings, or name another repository"
        return Check("repository", False, f"issues are switched off in `{settings.repo}`", hint)
    return Check("repository", True, f"`{settings.repo}` takes issues")


def _rights(session: GitHubSession, settings: TrackerSettings, answer: Answer, me: str) -> Check:
    """By the account's role, which the answer shows. A classic token has the same rights within its scopes, which have
    a check of their own. A fine-grained token may have fewer, and only a write shows it. An App's rights are known.
    """
    if session.app_permissions is not None:
        return _app_rights(settings, session.app_permissions)
    permissions = answer.data.get("permissions")
    role = permissions if isinstance(permissions, Mapping) else {}
    if not me or me.endswith("[bot]"):
        hint = "a workflow needs `permissions: issues: write`, an App the permission Issues: read and write"
        return Check("rights", None, "GitHub does not say what this token may do until it tries", hint)
    if not (role.get("push") or role.get("triage")):
        hint = "give the account the role Write (or Triage): from others GitHub silently drops labels and assignees"
        return Check("rights", False, f"{me!r} may not label issues in `{settings.repo}`", hint)
    if "X-OAuth-Scopes" not in answer.headers:
        hint = "make sure that it has the permission `Issues: read and write` for this repository"
        message = f"{me!r} may label and assign; whether this token may, GitHub says only at the first write"
        return Check("rights", None, message, hint)
    return Check("rights", True, "may label and assign")


def _app_rights(settings: TrackerSettings, permissions: Mapping[str, str]) -> Check:
    level = permissions.get("issues")
    if level in {"write", "admin"}:
        return Check("rights", True, "may label and assign (the App has `issues: write`)")
    message = f"the App has {f'`issues: {level}`' if level else 'no permission for issues'} in `{settings.repo}`"
    hint = "give it the permission `Issues: read and write`, and accept the change where it is installed"
    return Check("rights", False, message, hint)


def _scopes(answer: Answer) -> Check | None:
    """Only classic tokens have scopes, and only their answers carry the header."""
    header = answer.headers.get("X-OAuth-Scopes")
    if header is None:
        return None
    scopes = {scope.strip() for scope in header.split(",") if scope.strip()}
    needed = {"repo"} if answer.data.get("private") else {"repo", "public_repo"}
    if scopes & needed:
        return Check("scopes", True, f"the token's scopes are {header!r}")
    hint = "make a token with the scope `repo`, or a fine-grained one with Issues: read and write"
    return Check("scopes", False, f"the token's scopes are {header!r}, which do not let it write issues", hint)


def _label(session: GitHubSession, settings: TrackerSettings) -> Check:
    path = f"/repos/{settings.repo}/labels/{quote(settings.label, safe='')}"
    answer = session.settled(session.send("GET", path))
    if answer.status == 200:
        return Check("label", True, f"the label {settings.label!r} exists")
    if answer.status != 404:
        hint = cause(answer) or session.led_away(answer) or "give the token the permission `Issues: read and write`"
        return Check("label", False, f"labels of `{settings.repo}` cannot be read ({answer.reason})", hint)
    return Check(
        "label", None, f"the label {settings.label!r} does not exist yet", "it is created with the first ticket"
    )
