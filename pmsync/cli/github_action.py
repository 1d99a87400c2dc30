"""The parts of the GitHub action that are no command: `python -m pmsync.cli.github_action comment FILE | pull-request`.

Where the token goes is decided by the runner's own variables alone; no configuration is read, since a pull request
brings its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from pmsync.cli.terminal import output
from pmsync.errors import PmsyncError, TrackerUnavailable
from pmsync.reports.plan_markdown import is_news, marker_of
from pmsync.trackers.github.probe import ACTIONS
from pmsync.trackers.github.pull_requests import Pulls

BRANCH = "pmsync/write-back"
TITLE = "Tickets of action items"
BODY = """pmsync wrote each action item's ticket into its document, and a tick if the ticket is done; nothing else in
the documents has changed. The branch is kept up to date until this is merged. If you close it, it is opened again only
when there is more to write.
"""


def main(args: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do one of the two and print a line about it; returns the exit code.

    A comment that is refused is fine, since the job's summary says the same; a pull request that is refused is not.
    """
    output.use(output.Printing(environ))
    try:
        if args[:1] == ["comment"]:
            comment(Path(args[1]), environ)
        else:
            pull_request(environ)
    except PmsyncError as error:
        output.tell(f"pmsync: {error}")
        return 1
    return 0


def comment(file: Path, environ: Mapping[str, str]) -> None:
    """Keep the plan in the file as one comment of the pull request `PMSYNC_PULL`."""
    text = file.read_text(encoding="utf-8")
    marker = marker_of(text)
    if not marker:
        output.tell("pmsync: there is no plan to comment with")
        return
    try:
        with _pulls(environ, "GITHUB_TOKEN") as pulls:
            done = pulls.keep_comment(int(environ["PMSYNC_PULL"]), ACTIONS, marker, text, news=is_news(text))
        output.tell(f"pmsync: comment {done}" if done != "none" else "pmsync: nothing to comment")
    except TrackerUnavailable as error:
        output.tell(f"pmsync: no comment: {error}; the summary has the plan")
    except PmsyncError as error:
        hint = "the job needs `permissions: pull-requests: write`, which a fork's pull request never has"
        output.tell(f"pmsync: no comment: {error}; the summary has the plan ({hint})")


def pull_request(environ: Mapping[str, str]) -> None:
    """Open the pull request of the pushed branch into the branch `PMSYNC_BRANCH`, unless there is one."""
    try:
        with _pulls(environ, "PMSYNC_PUSH_TOKEN") as pulls:
            done, url = pulls.keep_pull_request(BRANCH, environ["PMSYNC_BRANCH"], TITLE, BODY)
    except PmsyncError as error:
        hint = (
            "the job needs `permissions: pull-requests: write`, and the repository (Settings, Actions, General) "
            "`Allow GitHub Actions to create and approve pull requests`"
        )
        raise PmsyncError(f"{BRANCH!r} was pushed, but no pull request was opened: {error}; {hint}") from None
    words = {"created": "opened", "unchanged": "open already:"}
    output.tell(f"pmsync: {words[done]} {url}" if url else f"pmsync: somebody closed the pull request of {BRANCH!r}")


@contextmanager
def _pulls(environ: Mapping[str, str], token: str) -> Iterator[Pulls]:
    api = environ.get("GITHUB_API_URL", "https://api.github.com")
    pulls = Pulls(api, environ["GITHUB_REPOSITORY"], environ[token], token)
    try:
        yield pulls
    finally:
        pulls.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
