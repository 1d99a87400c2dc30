"""`pmsync sync` as cron runs it: how much it prints, when it comes, what it does beside another run, what it leaves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pmsync.cli.host.cron import delay
from pmsync.ledger import Ledger
from pmsync.reports import metrics, outcome
from pmsync.sync.apply import Done
from tests.cli.conftest import CONFIG, DOCUMENT, LATER, NOW, Ran, Run, write
from tests.ledger.samples import ticket
from tests.sync.test_lock import finish, start_holder

PMSYNC = [sys.executable, "-c", "import sys; from pmsync.cli.main import main; sys.exit(main())"]
DEAF = CONFIG.replace('type = "local"', 'type = "local"\npath = "broken.db"')
"""A configuration with a tracker that cannot be read."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})


def items(count: int) -> str:
    return DOCUMENT + "".join(f"- Watch queue {n * 7} of the mailer (owner: alice)\n" for n in range(count - 2))


# --- how much it prints -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "line"),
    [
        (3, "Sync: 3 created (LOCAL-1, LOCAL-2, LOCAL-3).\n"),
        (60, "Sync: 60 created (LOCAL-1, LOCAL-2, LOCAL-3, …).\n"),
    ],
)
def test_without_a_terminal_it_is_one_line_and_then_nothing(run: Run, place: Path, count: int, line: str) -> None:
    write(place, {"postmortems/a.md": items(count)})
    assert run("sync", "--allow", "creates=99") == Ran(0, line, "")
    assert run("sync") == Ran(0, "", "")


def test_a_single_thing_is_told_in_full(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": DOCUMENT.partition("- Close")[0]})
    assert run("sync") == Ran(0, "created  LOCAL-1  Add an alert on latency\n", "")
    run("tickets", "close", "LOCAL-1", "--wont-do", "--as", "alice", now=LATER)
    assert run("sync") == Ran(0, "changed  LOCAL-1  Add an alert on latency: open → won't do\n", "")


def test_the_one_line_leads_to_tickets_on_the_web() -> None:
    each = [Done("created", f"u{n}", ticket(f"PAY-{n}")) for n in (1, 2)]
    assert outcome._first_tickets(each) == " (https://acme.example/browse/PAY-1, https://acme.example/browse/PAY-2)"
    assert outcome._first_tickets([Done("forgotten", "u1", None)]) == ""


@pytest.mark.parametrize(("args", "environ"), [(("-v",), {}), ((), {"CI": "true"})])
def test_each_ticket_has_its_line_in_ci_and_for_who_asks(
    run: Run, place: Path, args: tuple[str, ...], environ: dict[str, str]
) -> None:
    lines = run(*args, "sync", environ=environ).out.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["created", "LOCAL-1"],
        ["created", "LOCAL-2"],
        ["Sync:", "2"],
        ["2", "items,"],
    ]


def test_a_verbose_run_tells_what_it_is_at(run: Run, place: Path) -> None:
    run("sync")
    assert run("-v", "sync") == Ran(0, "", "reading documents\nreading local\n")


# --- when it comes ------------------------------------------------------------------------------------------------


def test_each_host_and_place_has_its_own_share_of_the_jitter_and_keeps_it() -> None:
    minute = timedelta(minutes=1)
    shares = [delay(minute, f"host{n}", "/srv/web") for n in range(200)]
    assert shares == [delay(minute, f"host{n}", "/srv/web") for n in range(200)]
    assert 0 <= min(shares) < 2
    assert 58 < max(shares) < 60
    assert 25 < sum(shares) / 200 < 35, "evenly spread"
    assert delay(minute, "host1", "/srv/web") != delay(minute, "host1", "/srv/ops")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait_at_once(place: Path, number: signal.Signals) -> None:
    def ends() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a suite in the background of a shell ignores Ctrl-C

    command = [*PMSYNC, "-v", "sync", "--jitter", "50w"]
    with subprocess.Popen(command, cwd=place, stderr=subprocess.PIPE, text=True, preexec_fn=ends) as process:
        assert process.stderr is not None
        assert "of at most 30240000 s (--jitter)" in process.stderr.readline()
        time.sleep(0.1)  # from the line to the wait
        process.send_signal(number)
        begun = time.monotonic()
        _, err = process.communicate(timeout=20)
    assert (process.returncode, time.monotonic() - begun < 5) == (130, True)
    assert err.endswith("error: interrupted\n")
    assert not (place / ".pmsync").exists(), "nothing had begun"


def test_a_plan_does_not_wait(run: Run, place: Path) -> None:
    assert "2 to create" in run("sync", "--dry-run", "--jitter", "50w").out


# --- beside another run -------------------------------------------------------------------------------------------


@pytest.fixture
def busy(place: Path, run: Run) -> Iterator[Path]:
    """Another process holds the lock; the last good sync was at NOW."""
    run("sync")
    other = start_holder(place / ".pmsync/ledger.db")
    yield place
    finish(other, signal.SIGTERM)


def test_under_cron_a_run_beside_another_does_nothing_and_says_nothing(busy: Path, run: Run) -> None:
    assert run("sync", now=NOW + timedelta(hours=23)) == Ran(0, "", "")
    assert "Nothing done: another run (pid " in run("-v", "sync").err


def test_it_complains_once_the_last_good_sync_is_too_long_ago(busy: Path, run: Run) -> None:
    answer = run("sync", now=NOW + timedelta(hours=25))
    assert (answer.code, answer.out) == (1, "")
    error, hint = answer.err.splitlines()
    assert re.match(
        r"error: another run \(pid \d+ on \S+ since .*\) holds the lock '.*', and there has been no good sync", error
    )
    assert hint == "hint: see what that run is waiting for"


@pytest.mark.parametrize(
    ("args", "environ"),
    [((), {"CI": "true"}), (("postmortems/a.md",), {}), (("--format", "json"), {})],
    ids=["in CI", "with a path", "for a program"],
)
def test_where_no_other_run_stands_in_for_it_it_fails(
    busy: Path, run: Run, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], environ: dict[str, str]
) -> None:
    monkeypatch.chdir(busy)
    answer = run("sync", *args, environ=environ)
    assert answer.code == 1
    assert "use `--wait 5m` to wait for it" in answer.err


def test_a_person_is_told(busy: Path, run: Run, terminal: Callable[..., tuple[Any, Any]]) -> None:
    _, err = terminal()
    assert run("sync").code == 1
    assert "use `--wait 5m`" in err.getvalue()


def test_a_second_run_during_the_very_first_one_is_fine_for_a_while(place: Path, run: Run) -> None:
    other = start_holder(place / ".pmsync/ledger.db")
    try:
        assert run("sync") == Ran(0, "", "")
        with Ledger.open(place / ".pmsync/ledger.db") as ledger:
            ledger.begin_run(NOW, host="h", pid=1, scope="")
        assert run("sync", now=NOW + timedelta(hours=23)).code == 0
        assert run("sync", now=NOW + timedelta(hours=25)).code == 1
    finally:
        finish(other, signal.SIGTERM)


def test_two_real_runs_at_once_make_each_ticket_once_and_no_mail(place: Path) -> None:
    """Whichever gets the lock does all of it; the others come too late, or find nothing to do."""
    command = [*PMSYNC, "sync", "--metrics", "m.prom", "--allow", "creates=99"]
    write(place, {"postmortems/a.md": items(60)})
    environ = {name: value for name, value in os.environ.items() if name not in {"CI", "GITHUB_ACTIONS"}}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    runs = [subprocess.Popen(command, cwd=place, env=environ, text=True, **pipes) for _ in range(3)]
    told = sorted(each.communicate(timeout=60) for each in runs)
    assert [each.returncode for each in runs] == [0, 0, 0]
    assert told[:2] == [("", ""), ("", "")]
    assert told[2][0].startswith("Sync: 60 created (")
    done = subprocess.run([*PMSYNC, "tickets", "list", "--format", "json"], cwd=place, capture_output=True, check=True)
    assert len(json.loads(done.stdout)) == 60


# --- what it leaves -----------------------------------------------------------------------------------------------

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
VALUE = r"-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})((?:\{{{LABEL}(?:,{LABEL})*\}})?) ({VALUE})")


def samples(text: str) -> dict[str, float]:
    """By name and labels. Asserts that the text is what the exposition format allows, without time stamps
    (https://prometheus.io/docs/instrumenting/exposition_formats/).
    """
    found: dict[str, float] = {}
    described: dict[str, list[str]] = {}
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("#"):
            _, kind, name, said = line.split(" ", 3)
            assert kind != "TYPE" or said == "gauge"
            described.setdefault(name, []).append(kind)
            latest = name
            continue
        match = SAMPLE.fullmatch(line)
        assert match, line
        assert match[1] == latest, "the samples of a metric stand together, below what it is"
        assert match[1] + match[2] not in found
        found[match[1] + match[2]] = float(match[3])
    assert {tuple(kinds) for kinds in described.values()} == {("HELP", "TYPE")}
    return found


def left(place: Path) -> dict[str, float]:
    return samples((place / "m.prom").read_text(encoding="utf-8"))


def test_the_figures_are_those_of_the_ledger(run: Run, place: Path) -> None:
    write(place, {"postmortems/a.md": DOCUMENT + "- [x] Ticked\n- Late (due: 2026-11-21)\n"})
    assert run("sync", "--metrics", "m.prom").err == ""
    found = left(place)
    assert found["pmsync_last_success_timestamp_seconds"] == NOW.timestamp()
    assert found["pmsync_last_run_success"] == 1
    assert 0 < found["pmsync_last_run_duration_seconds"] < 60
    assert found['pmsync_items{tracker="local",status="open",severity="sev2"}'] == 3
    assert found['pmsync_items{tracker="local",status="done",severity="sev2"}'] == 0
    assert found['pmsync_items{tracker="",status="done",severity="sev2"}'] == 1
    assert found['pmsync_overdue_items{severity="sev2"}'] == 1
    assert [name for name in found if re.fullmatch(r'pmsync_build_info\{version="[\d.]+"\}', name)]
    assert "alert" not in (place / "m.prom").read_text().lower(), "no titles"


def test_severity_is_a_label_and_nothing_of_an_item_or_a_restricted_document_is(run: Run, place: Path) -> None:
    """By hand: a.md has 2 items of sev1; b.md 1 in its own words, late; c.md 1 major; vault.md is not counted."""

    def one(severity: str, line: str, front: str = "") -> str:
        return f"{front}# Slow\n\nDate: 2026-11-20\n\nSeverity: {severity}\n\n## Action items\n\n- {line}\n"

    write(
        place,
        {
            "pmsync.toml": CONFIG.replace('type = "local"', 'type = "local"\nrestricted = true'),
            "postmortems/a.md": one("SEV-1 / critical", "Add an alert (owner: alice)\n- Cap the retries (owner: bob)"),
            "postmortems/b.md": one("Very bad for Globex", "Shard the queue (due: 2026-11-21)"),
            "postmortems/c.md": one("Major", "Rotate the certificates"),
            "postmortems/vault.md": one(
                "sev0", "Change the locks (due: 2026-11-21)", "---\nvisibility: restricted\n---\n"
            ),
        },
    )
    assert run("sync", "--metrics", "m.prom").err == ""
    found = left(place)
    opened = {name: count for name, count in found.items() if name.startswith("pmsync_items") and count}
    assert opened == {
        'pmsync_items{tracker="local",status="open",severity="sev1"}': 2,
        'pmsync_items{tracker="local",status="open",severity="other"}': 1,
        'pmsync_items{tracker="local",status="open",severity="major"}': 1,
    }
    late = {name: count for name, count in found.items() if name.startswith("pmsync_overdue_items")}
    assert late == {
        f'pmsync_overdue_items{{severity="{level}"}}': level == "other" for level in ("", "major", "other", "sev1")
    }
    text = (place / "m.prom").read_text().lower()
    assert not [word for word in ("sev0", "globex", "alice", "bob", "locks", "alert (", "uid") if word in text]
    run("tickets", "close", "LOCAL-1", "--as", "alice", now=LATER)
    run("sync", "--metrics", "m.prom", now=LATER)
    assert (
        sum(
            left(place)[f'pmsync_items{{tracker="local",status="done",severity="{n}"}}']
            for n in ("sev1", "other", "major")
        )
        == 1
    )


def test_a_failed_run_keeps_the_last_success(run: Run, place: Path) -> None:
    run("sync", "--metrics", "m.prom")
    write(place, {"pmsync.toml": DEAF, "broken.db": "no database" * 99})
    later = NOW + timedelta(hours=2)
    assert run("sync", "--metrics", "m.prom", now=later).code == 1
    found = left(place)
    assert (found["pmsync_last_run_success"], found["pmsync_last_success_timestamp_seconds"]) == (0, NOW.timestamp())
    assert found['pmsync_items{tracker="local",status="open",severity="sev2"}'] == 2


def test_before_the_first_success_it_is_the_oldest_of_all(run: Run, place: Path) -> None:
    write(place, {"pmsync.toml": DEAF, "broken.db": "no database" * 99})
    assert run("sync", "--metrics", "m.prom").code == 1
    assert left(place)["pmsync_last_success_timestamp_seconds"] == 0


@pytest.mark.parametrize("trouble", ["a ledger that is none", "a token that is not there"])
def test_a_run_that_cannot_begin_leaves_figures_too(run: Run, place: Path, trouble: str) -> None:
    if trouble == "a ledger that is none":
        write(place, {".pmsync/ledger.db": "no database" * 99})
    else:
        more = '[trackers.web]\ntype = "github"\nrepo = "acme/web"\ntoken_env = "NO_TOKEN"\ndefault = true\n'
        write(place, {"pmsync.toml": CONFIG + more})
    assert run("sync", "--metrics", "m.prom").code in {1, 2}
    found = left(place)
    assert found["pmsync_last_run_success"] == 0
    assert not any(name.startswith("pmsync_overdue_items") for name in found), "unknown is not none"


def test_a_run_that_left_the_work_to_another_leaves_its_figures_too(busy: Path, run: Run) -> None:
    write(busy, {"m.prom": "those of the other\n"})
    assert run("sync", "--metrics", "m.prom").code == 0
    assert (busy / "m.prom").read_text() == "those of the other\n"
    assert run("sync", "--metrics", "m.prom", now=LATER).code == 1
    assert left(busy)["pmsync_last_run_success"] == 0


def test_the_file_is_put_in_place_whole_and_is_for_the_collector(run: Run, place: Path) -> None:
    run("sync", "--metrics", "m.prom")
    with (place / "m.prom").open() as reader:
        before = reader.read()
        mask = os.umask(0o077)
        run("sync", "--metrics", "m.prom", now=LATER)
        os.umask(mask)
        reader.seek(0)
        assert reader.read() == before, "who has it open reads the old one to its end"
    assert left(place)["pmsync_last_success_timestamp_seconds"] == LATER.timestamp()
    assert (place / "m.prom").stat().st_mode & 0o777 == 0o644
    assert {path.name for path in place.iterdir()} == {"m.prom", "pmsync.toml", "postmortems", ".pmsync"}


def test_figures_that_cannot_be_left_are_told_and_the_sync_is_done(run: Run, place: Path) -> None:
    answer = run("sync", "--metrics", "nowhere/m.prom")
    assert (answer.code, answer.out) == (1, "Sync: 2 created (LOCAL-1, LOCAL-2).\n")
    error, hint = answer.err.splitlines()
    assert error.startswith("error: the metrics file '")
    assert error.endswith("nowhere/m.prom' cannot be written: no such file or directory")
    assert hint == "hint: let this user write in its folder; the sync itself is done"


def test_what_a_run_failed_of_is_previous_findings_its_figures(run: Run, place: Path) -> None:
    write(place, {".pmsync/ledger.db": "no database" * 99})
    answer = run("sync", "--metrics", "nowhere/m.prom")
    assert answer.code == 1
    assert "warning: the metrics file '" in answer.err
    assert "error: ledger '" in answer.err.splitlines()[-2] + answer.err.splitlines()[-1]


def test_names_of_trackers_are_escaped() -> None:
    figures = metrics.Figures(datetime(2026, 11, 24, tzinfo=UTC), {('we"b\\\n', "open", "sev1"): 1}, {"sev1": 0})
    text = metrics.exposition(figures, timedelta(milliseconds=1500), ok=True)
    assert r'pmsync_items{tracker="we\"b\\\n",status="open",severity="sev1"}' in samples(text)
    assert samples(text)["pmsync_last_run_duration_seconds"] == 1.5
