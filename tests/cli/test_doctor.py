"""`pmsync doctor`: what works, what does not, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pmsync.cli.host.mounts import network_mount
from pmsync.config.settings import Person
from pmsync.errors import ConfigError, TrackerError, TrackerUnavailable
from pmsync.ledger import Ledger
from pmsync.trackers.contract import Check, Probe, Unresolved
from tests.cli.conftest import CONFIG, DOCUMENT, Run, write

GITHUB = '[trackers.web]\ntype = "github"\nrepo = "acme/web"\ndefault = true\n'
FULL = CONFIG.replace("[trackers", 'web_url = "https://h/{path}"\n[trackers')


class Connected:
    """A tracker that answers only what doctor asks."""

    def __init__(self, probe: Probe | Exception, people: Mapping[str, str | Unresolved]) -> None:
        self._probe, self._people = probe, people

    def probe(self) -> Probe:
        if isinstance(self._probe, Exception):
            raise self._probe
        return self._probe

    def resolve(self, people: Iterable[Person]) -> Mapping[str, str | Unresolved]:
        return {person.id: self._people[person.id] for person in people if person.id in self._people}


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Any:
    def connected(probe: Probe | Exception, **people: str | Unresolved) -> None:
        def connect(settings: object, environ: object, root: object, **_: object) -> Connected:
            if isinstance(probe, ConfigError):
                raise probe
            return Connected(probe, people)

        monkeypatch.setattr("pmsync.trackers.registry.connect", connect)

    return connected


def test_a_working_setup_is_in_order(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT})
    answer = run("doctor")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-1] == "Everything is in order."
    assert "2 action items in 1 document" in answer.out
    assert "2 of 2 people can be assigned" in answer.out
    assert not (tmp_path / ".pmsync").exists()


def test_every_problem_of_the_configuration_is_a_line_and_nothing_else_is_looked_at(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": "[documents]\nnamespce = 'x'\n[trackers.a]\ntype = 'local'\n"})
    answer = run("doctor")
    assert answer.code == 2
    assert answer.out.startswith("✗ configuration\n")
    assert answer.out.count("✗ pmsync.toml: ") == 2
    assert answer.out.splitlines()[-1] == "Found 2 problems."


def test_a_missing_token_names_the_tracker_and_what_to_do(run: Run, tmp_path: Path, connected: Any) -> None:
    write(tmp_path, {"pmsync.toml": GITHUB + '[documents]\nnamespace = "a"\n', "postmortems/a.md": DOCUMENT})
    connected(ConfigError("trackers.web.token_env: `GITHUB_TOKEN` is not set\nset it to a token with Issues: write"))
    answer = run("doctor")
    assert answer.code == 1
    assert "✗ tracker web (github, acme/web)" in answer.out
    assert "    ✗ trackers.web.token_env: `GITHUB_TOKEN` is not set" in answer.out
    assert "      hint: set it to a token with Issues: write" in answer.out


def test_what_the_probe_finds_is_told_with_its_hints(run: Run, tmp_path: Path, connected: Any) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT})
    checks = (
        Check("rights", False, "token cannot add labels", "give it Issues: write; used by trackers.local.label"),
        Check("label", None, "the label is not there yet", "the first ticket makes it"),
        Check("repository", True, "takes issues", "never shown"),
    )
    connected(Probe("me", checks, blocked="token cannot add labels"))
    answer = run("doctor")
    assert answer.code == 1
    assert (
        "    ✗ token cannot add labels\n      hint: give it Issues: write; used by trackers.local.label" in answer.out
    )
    assert "    ! the label is not there yet" in answer.out
    assert "never shown" not in answer.out
    assert answer.out.splitlines()[-1] == "Found 1 problem and 1 warning."


@pytest.mark.parametrize("error", [TrackerError("no such project"), TrackerUnavailable("does not answer")])
def test_a_tracker_that_fails_is_a_problem(run: Run, tmp_path: Path, connected: Any, error: Exception) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT})
    connected(error)
    answer = run("doctor")
    assert answer.code == 1
    assert f"✗ {error}" in answer.out


def test_people_who_cannot_be_assigned_are_named(run: Run, tmp_path: Path, connected: Any) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT})
    connected(Probe("me", ()), alice="alice-l", bob=Unresolved("no login; set people.bob.github"))
    answer = run("doctor")
    assert answer.code == 0
    assert "1 of 2 people can be assigned" in answer.out
    assert "! 'bob' cannot be assigned: no login; set people.bob.github" in answer.out


def test_accounts_that_are_not_listed_are_a_warning(run: Run, tmp_path: Path, connected: Any) -> None:
    write(tmp_path, {"pmsync.toml": GITHUB + '[documents]\nnamespace = "a"\n'})
    connected(Probe("acme-bot", ()))
    assert "! only tickets of 'acme-bot' are trusted" in run("doctor").out


def test_a_token_that_is_not_accepted_trusts_nobody(run: Run, tmp_path: Path, connected: Any) -> None:
    write(tmp_path, {"pmsync.toml": GITHUB + '[documents]\nnamespace = "a"\n'})
    connected(Probe("", (Check("account", False, "not accepted"),), "not accepted"))
    assert "are trusted" not in run("doctor").out


def test_a_failed_last_run_is_a_warning(run: Run, tmp_path: Path) -> None:
    broken = FULL.replace('type = "local"', 'type = "local"\npath = "tickets.db"')
    write(tmp_path, {"pmsync.toml": broken, "postmortems/a.md": DOCUMENT})
    assert run("sync").code == 0
    assert "✓ last good sync" in run("doctor").out
    write(tmp_path, {"tickets.db": "no database at all" * 99})
    assert run("sync").code == 1
    out = run("doctor").out
    assert "! the last run (" in out
    assert "✓ last good sync" not in out
    assert "; last good sync 2026-11-24T09:00:00Z" in out


def test_json_holds_the_same(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT.replace("alice", "alcie")})
    answer = run("doctor", "--format", "json")
    value = json.loads(answer.out)
    assert (answer.code, value["errors"], value["warnings"]) == (0, 0, 2)
    statuses = {group["name"].split(" (")[0]: group["status"] for group in value["groups"]}
    assert statuses == {"configuration": "warning", "ledger": "ok", "documents": "warning", "tracker local": "ok"}
    assert list(value["groups"][0]["checks"][0]) == ["name", "status", "message", "hint"]


def test_a_ledger_that_is_none_is_a_problem(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT, ".pmsync/ledger.db": "no database at all" * 99})
    answer = run("doctor")
    assert answer.code == 1
    assert "✗ ledger" in answer.out


def test_a_ledger_that_is_a_folder_is_told_as_one(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT, ".pmsync/ledger.db/x": ""})
    for command in ("doctor", "sync", "status", "plan"):
        answer = run(command)
        assert answer.code == 1
        told = answer.out + answer.err
        assert f"{str(tmp_path / '.pmsync/ledger.db')!r} is a folder; set `path` under [ledger] to a file" in told
        assert "chmod" not in told


def test_a_ledger_says_how_many_tickets_it_holds_and_who_may_read_it(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT})
    ledger = tmp_path / ".pmsync/ledger.db"
    Ledger.open(ledger).close()
    answer = run("doctor")
    assert "has 0 tickets" in answer.out
    assert "! no full sync has succeeded yet" in answer.out
    ledger.chmod(0o644)
    assert f"hint: run `chmod 600 {ledger}`" in run("doctor").out


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:40 / /home rw,relatime shared:2 - nfs4 nas:/home rw
41 40 8:2 / /home/local\\040disk rw - xfs /dev/sdb1 rw
42 22 0:41 / /mnt/s rw - fuse.sshfs host:/ rw
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/home/alice/l.db", "nfs4"),
        ("/home/local disk/l.db", None),
        ("/homestead/l.db", None),
        ("/mnt/s/l.db", "fuse.sshfs"),
        ("/var/l.db", None),
    ],
)
def test_network_file_systems_are_told_apart(tmp_path: Path, path: str, expected: str | None) -> None:
    table = write(tmp_path, {"mountinfo": MOUNTS}) / "mountinfo"
    assert network_mount(Path(path), table) == expected


def test_where_nothing_tells_the_file_system_none_is_assumed(tmp_path: Path) -> None:
    assert network_mount(tmp_path, tmp_path / "none") is None


def test_a_ledger_on_a_network_mount_is_a_warning(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"pmsync.toml": FULL, "postmortems/a.md": DOCUMENT})
    monkeypatch.setattr("pmsync.cli.doctor_checks.network_mount", lambda path: "nfs4")
    assert "is on a network file system (nfs4)" in run("doctor").out
