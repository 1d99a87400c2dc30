"""Errors and their exit codes, and the removal of secrets from messages. Imports nothing of pmsync."""

from __future__ import annotations

from collections.abc import Iterable


class PmsyncError(Exception):
    """Something failed or was refused. The text says where, what, the value in quotes, and what to do next."""

    exit_code = 1


class ConfigError(PmsyncError):
    """The configuration or the call is wrong. `problems` holds all of them, one sentence each."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DocumentError(PmsyncError):
    """A document cannot be read."""


class LedgerError(PmsyncError):
    """The ledger cannot be opened, read or written, or is held by another run."""


class LockHeld(LedgerError):
    """Another run held the ledger's lock for as long as this one waited."""


class TrackerError(PmsyncError):
    """A tracker refused, or gave an answer that cannot be trusted: asking again does not help."""


class TrackerClosed(TrackerError):
    """A tracker accepts nothing until somebody fixes the cause: token, permissions, repository or project.

    The cause is not the ticket, so no refusal is remembered for it.
    """


class Overtaken(TrackerError):
    """Another run changed the ticket since it was read; nothing was sent."""


class TrackerUnavailable(TrackerError):
    """A tracker did not answer, or asked to retry later.

    `retry_after` is the server's wish in seconds, None if it named none. `lasting` says that retrying is useless until
    somebody fixes the cause: a missing file of certificates, a log-in page in between.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.retry_after, self.lasting = retry_after, lasting


def blacked_out(text: str, secrets: Iterable[str]) -> str:
    """Return the text with `***` in place of every secret."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
