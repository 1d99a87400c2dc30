"""Real documents, real client libraries: what a team's first days with pmsync look like. Skips without the corpus."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from pmsync.config.settings import Guard
from pmsync.model import Status
from tests.team import Team
from tests.trackers.stage import Stage

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "documents"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real documents is not part of the project")
class CorpusContract:
    """Subclasses give a `stage` fixture that yields a Stage."""

    @pytest.fixture
    def team(self, stage: Stage, tmp_path: Path) -> Team:
        shutil.copytree(CORPUS, tmp_path / "postmortems")
        guard = Guard(max_creates=1000, max_updates=1000)
        return Team(tmp_path, stage, include=("postmortems/**/*",), since=None, guard=guard)

    def test_every_document_is_synced_once_followed_and_updated(self, team: Team, stage: Stage) -> None:
        first = team.sync()
        assert first.ok, [finding for finding in first.findings if finding.level == "error"]
        wanted = sum(row.standing == "new" for row in first.plan.rows)
        assert wanted > 60
        assert stage.created() == wanted == len(team.links())

        writes = stage.writes()
        second = team.sync()
        assert not second.plan.pending
        assert stage.writes() == writes

        team.clock.advance(minutes=20)
        links = list(team.links().values())
        closed, reopened, reassigned, retitled = links[0], links[1], links[2], links[3]
        stage.close(closed.ticket.ref)
        stage.close(reopened.ticket.ref)
        team.sync()
        stage.reopen(reopened.ticket.ref)
        stage.assign(reassigned.ticket.ref, stage.people[1])
        stage.retitle(retitled.ticket.ref, "Said better")
        writes = stage.writes()
        assert team.sync().ok
        by_uid = {link.uid: link.ticket for link in team.links().values()}
        assert by_uid[closed.uid].status == Status.DONE
        assert by_uid[reopened.uid].status == Status.OPEN
        assert by_uid[reassigned.uid].assignees == (stage.people[1],)
        assert by_uid[retitled.uid].title == "Said better"
        assert stage.writes() == writes

        self._change_one_title(team, stage)
        assert stage.created() == wanted

    def _change_one_title(self, team: Team, stage: Stage) -> None:
        """One word more in one bullet: one update, of that field alone."""
        world = team.plan().world
        links = team.links()
        for placed in world.identities.placed:
            entry, link = placed.entry, links.get(placed.entry.item.title)
            path = team.root / entry.document.path
            text = path.read_bytes().decode()
            title = entry.item.title
            if link and not link.ticket.status.closed and len(title) > 30 and text.count(title) == 1:
                first, _, rest = title.partition(" ")
                path.write_bytes(text.replace(title, f"{first} carefully {rest}").encode())
                result = team.sync()
                sent = [(update.uid, set(update.patch)) for update in result.plan.updates]
                assert sent == [(placed.uid, {"title", "marker"})], (title, result.findings)
                return
        pytest.fail("no document has a title that stands in it word for word")

    def test_a_lost_ledger_is_rebuilt_from_the_tickets(self, team: Team, stage: Stage) -> None:
        team.sync()
        created, writes = stage.created(), stage.writes()
        before = {link.uid: link.ticket.ref for link in team.links().values()}
        team.lose_ledger()
        team.settings = replace(team.settings, namespace="acme/web")
        result = team.sync()
        assert result.ok
        assert (stage.created(), stage.writes()) == (created, writes)
        assert {link.uid: link.ticket.ref for link in team.links().values()} == before
