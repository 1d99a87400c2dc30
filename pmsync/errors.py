"""What can go wrong, and the exit code each means; and what no message of it may hold. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable


class PmsyncError(Exception):
    """Something failed or was refused; the text says where, what, the value in quotes, and what to do next."""

    exit_code = 1


class ConfigError(PmsyncError):
    """The configuration or the call is wrong; `problems` holds all of them, one sentence each."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DocumentError(PmsyncError):
    """A document cannot be read; nothing is concluded from it."""


class LedgerError(PmsyncError):
    """The ledger cannot be opened, read or written, or is held by another run."""


class LockHeld(LedgerError):
    """Another run holds the ledger's lock, and held it for as long as this one was to wait."""


class TrackerError(PmsyncError):
    """A tracker refused or gave an answer that cannot be trusted: asking again will not help."""


class TrackerClosed(TrackerError):
    """A tracker takes nothing from us until somebody repairs the cause: token, rights, name of the place.

    That says nothing about the single ticket, so that it is not remembered against it.
    """


class Overtaken(TrackerError):
    """Another run has sent something to the ticket since it was read; nothing was sent."""


class TrackerUnavailable(TrackerError):
    """A tracker did not answer, or said to come back later.

    `retry_after` is the server's own wish in seconds, None where it named none. `lasting` where asking again is of no
    use until somebody repairs the cause: a file of certificates that is missing, a log-in page in between.
    """

    def __init__(self, message: str, retry_after: float | None = None, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.retry_after, self.lasting = retry_after, lasting


def blacked_out(text: str, secrets: Iterable[str]) -> str:
    """The text with `***` in place of every secret."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
