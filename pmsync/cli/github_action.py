"""What pmsync's GitHub action does besides commands: `python -m pmsync.cli.github_action comment FILE | pull-request`.

Everything that decides where the token goes comes from the runner's own variables; no configuration is read, for a
pull request brings its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pmsync.cli.terminal import output
from pmsync.errors import PmsyncError, TrackerUnavailable
from pmsync.reports import plan
from pmsync.trackers.github.probe import ACTIONS
from pmsync.trackers.github.pull_requests import Pulls

BRANCH = "pmsync/write-back"
TITLE = "Tickets of action items"
BODY = """pmsync wrote each action item's ticket into its document, and a tick where the ticket is done; nothing else in
the documents has changed. The branch is kept up to date until this is merged. Closed, it is opened again only when
there is more to write.
"""


def main(args: Sequence[str], environ: Mapping[str, str]) -> int:
    """Do one of the two and say in a line what came of it.

    Without the right to comment the job is fine, for its summary says the same; a pull request that is refused is not.
    """
    output.use(output.View(environ))
    try:
        if args[:1] == ["comment"]:
            return comment(Path(args[1]), environ)
        return pull_request(environ)
    except PmsyncError as error:
        output.tell(f"pmsync: {error}")
        return 1


def comment(file: Path, environ: Mapping[str, str]) -> int:
    """Keep the plan in the file as one comment of the pull request `PMSYNC_PULL`."""
    text = file.read_text(encoding="utf-8")
    marker = plan.plan_marker_of(text)
    if not marker:
        output.tell("pmsync: there is no plan to comment with")
        return 0
    pulls = Pulls(*_place(environ), environ["GITHUB_TOKEN"], "GITHUB_TOKEN")
    try:
        done = pulls.keep_comment(int(environ["PMSYNC_PULL"]), ACTIONS, marker, text, news=plan.is_news(text))
        output.tell(f"pmsync: comment {done}" if done != "none" else "pmsync: nothing to comment")
    except TrackerUnavailable as error:
        output.tell(f"pmsync: no comment: {error}; the summary has the plan")
    except PmsyncError as error:
        hint = "the job needs `permissions: pull-requests: write`, which a fork's pull request never has"
        output.tell(f"pmsync: no comment: {error}; the summary has the plan ({hint})")
    finally:
        pulls.close()
    return 0


def pull_request(environ: Mapping[str, str]) -> int:
    """Open the pull request of the branch that was pushed into the branch `PMSYNC_BRANCH`, unless there is one."""
    pulls = Pulls(*_place(environ), environ["PMSYNC_PUSH_TOKEN"], "PMSYNC_PUSH_TOKEN")
    try:
        done, url = pulls.keep_pull_request(BRANCH, environ["PMSYNC_BRANCH"], TITLE, BODY)
    except PmsyncError as error:
        hint = (
            "the job needs `permissions: pull-requests: write`, and the repository (Settings, Actions, General) "
            "`Allow GitHub Actions to create and approve pull requests`"
        )
        raise PmsyncError(f"{BRANCH!r} was pushed, and no pull request opened: {error}; {hint}") from None
    finally:
        pulls.close()
    told = {"created": "opened", "unchanged": "open already:"}
    output.tell(f"pmsync: {told[done]} {url}" if url else f"pmsync: somebody closed the pull request of {BRANCH!r}")
    return 0


def _place(environ: Mapping[str, str]) -> tuple[str, str]:
    return environ.get("GITHUB_API_URL", "https://api.github.com"), environ["GITHUB_REPOSITORY"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
