"""From the pull request to the ticked box, as a team lives it: the shipped workflow, real git, real processes.

Requests are counted on the servers. The scenario runs once for each kind of tracker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pmsync.cli.setup.pipelines import Wishes
from tests.cli.conftest import write
from tests.e2e.runner import BOT, Event
from tests.e2e.world import BOOK, DISK, DOC, KEYS, VAGUE, World, document, git, world

OLD = "postmortems/2024-11-10-queue.md"
SCHEDULE = Event("schedule")


@pytest.fixture(params=["github", "cloud", "server"])
def team(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with world(tmp_path, str(request.param)) as made:
        write(made.dev, {OLD: document("- [ ] Improve the queue")})
        made.commit("an older post-mortem")
        made.git("push", "-q", "origin", "main")
        made.wishes = Wishes("push")
        yield made


def verbs(log: str) -> set[str]:
    """What the lines of a sync say was done; a runner that remembers nothing says again that it knows a ticket."""
    return {line.split()[0] for line in log.splitlines() if not line[0].isdigit()} - {"Sync:"}


def test_from_the_pull_request_to_the_ticked_box(team: World) -> None:
    # The pull request: findings on its lines, and a plan; nothing is written anywhere.
    pull = team.propose({DOC: document(DISK, BOOK, VAGUE)})
    jobs = team.ci(pull)
    assert {name: job.code for name, job in jobs.items()} == {"check": 0, "plan": 0}
    assert re.findall(r"^::\w+ file=(.+),line=(\d+),", jobs["check"].log, re.MULTILINE) == [(DOC, "13"), (DOC, "13")]
    assert jobs["plan"].summary.count("| + create |") == 3
    assert "Improve the queue" not in jobs["plan"].summary
    assert (team.writes(), team.tickets()) == (0, [])

    # The merge: a ticket for each item, and their links in a commit of documents only.
    before = team.merge()
    merged, text = team.main(), team.text()
    jobs = team.ci(before)
    assert {name: job.code for name, job in jobs.items()} == {"sync": 0}, jobs["sync"].log
    titles = [
        "Alert when a disk is 80 % full",
        "Improve monitoring",
        "Improve the queue",
        "Write a runbook for failover",
    ]
    assert sorted(team.tickets()) == titles
    assert team.stage.created() == 4
    keys = dict(re.findall(r"^created  (\S+) .*  (.+)$", jobs["sync"].log, re.MULTILINE))
    assert sorted(keys.values()) == titles
    commit = team.main()
    assert git(team.bare, "log", "-1", "--format=%P %an %cn", commit) == f"{merged} {BOT} {BOT}"
    assert git(team.bare, "diff", "--name-only", merged, commit).split() == [OLD, DOC]
    assert [line for line in text.splitlines() if line not in team.text().splitlines()] == [DISK, BOOK, VAGUE]
    assert all(any(key in line for line in team.text().splitlines() + team.text(OLD).splitlines()) for key in keys)

    # What that commit would start: nothing is sent, nothing changes.
    writes = team.writes()
    again = team.ci(Event("push"))["sync"]
    assert (again.code, verbs(again.log)) == (0, {"adopted"})
    assert (team.writes(), team.main()) == (writes, commit)
    assert git(again.checkout, "status", "--porcelain") == ""

    # The host with cron: takes the tickets for its own, then has nothing to say.
    (line,) = team.cron().out.splitlines()
    assert line.startswith("Sync: 4 adopted (")
    quiet = team.cron()
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert team.writes() == writes

    # The owner closes a ticket: cron learns it, and write-back ticks that box and nothing else.
    team.stage.close(team.links()["Alert when a disk is 80 % full"])
    learned = team.cron()
    assert (learned.code, "done" in learned.out) == (0, True)
    before_tick = team.text()
    ticked = team.on_host("write-back")
    assert (ticked.code, ticked.out) == (0, f"Wrote 1 tick into 1 document ({DOC}).\n")
    on_host = (team.host / DOC).read_text()
    changed = [pair for pair in zip(before_tick.splitlines(), on_host.splitlines(), strict=True) if pair[0] != pair[1]]
    assert [(old[:5], new[:5], old[5:] == new[5:]) for old, new in changed] == [("- [ ]", "- [x]", True)]
    git(team.host, "checkout", "-q", ".")

    # CI's own schedule does the same, and commits it.
    nightly = team.ci(SCHEDULE)["sync"]
    assert (nightly.code, nightly.log.count("ticked ")) == (0, 1), nightly.log
    assert team.text() == on_host
    last = team.main()
    assert git(team.bare, "rev-parse", f"{last}^") == commit

    # And all is quiet again, everywhere.
    again = team.ci(Event("push"))["sync"]
    assert (again.code, verbs(again.log), team.main()) == (0, {"adopted"}, last)
    quiet = team.cron()
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert team.writes() == writes
    assert team.stage.created() == 4


@pytest.mark.parametrize("team", ["github"], indirect=True)
def test_the_host_leaves_to_ci_what_is_new(team: World) -> None:
    """CI comes late, and there is one ticket for each item."""
    assert team.ci(Event("push"))["sync"].code == 0
    assert team.cron().out.startswith("adopted  ")
    team.merge({DOC: document(DISK, KEYS)})
    waiting = team.cron()
    assert (waiting.code, waiting.out) == (0, "")
    assert team.stage.created() == 1
    assert team.ci(Event("push"))["sync"].code == 0
    assert team.cron().out.startswith("Sync: 2 adopted (")
    assert team.stage.created() == 3
