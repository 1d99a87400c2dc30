"""`pmsync init --ci` and `--cron`: which files they write, when they refuse, and what they leave to a person."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from pmsync.cli.setup.pin_version import Pin, installed_pin, parse_pin
from pmsync.config.file import load
from pmsync.errors import ConfigError
from tests.cli.conftest import CONFIG, DOCUMENT, Run, write
from tests.cli.test_init import git, repository

__all__ = ["repository"]

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PIN = ("--pin", f"https://github.com/acme/pmsync@{COMMIT}")
WORKFLOW = ".github/workflows/pmsync.yml"
JIRA = ("--tracker", "jira", "--url", "https://acme.atlassian.net", "--project", "PAY")


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".git/" not in str(path))
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.fixture
def documents(repository: Path) -> Path:
    return write(repository, {"postmortems/a.md": DOCUMENT})


# --- writing ----------------------------------------------------------------------------------------------------


def test_github_gets_a_workflow_and_a_grace(run: Run, documents: Path) -> None:
    answer = run("init", "--no-input", "--ci", "github", *PIN)
    assert answer.code == 0
    assert f"wrote '{WORKFLOW}'" in answer.out
    assert load(None, {}, documents).grace == timedelta(hours=1)
    workflow = yaml.safe_load((documents / WORKFLOW).read_text())
    assert workflow["jobs"]["sync"]["steps"][-1]["uses"] == f"acme/pmsync@{COMMIT}"
    assert workflow["jobs"]["sync"]["permissions"]["issues"] == "write"
    assert workflow[True]["push"]["branches"] == ["trunk"]


def test_without_ci_there_is_no_grace_and_nothing_but_the_configuration(run: Run, documents: Path) -> None:
    assert run("init", "--no-input").code == 0
    assert load(None, {}, documents).grace == timedelta(0)
    assert files(documents) == {"postmortems/a.md", "pmsync.toml", ".pmsync/.gitignore"}


def test_who_says_a_grace_gets_it(run: Run, documents: Path) -> None:
    run("init", "--no-input", "--ci", "github", "--grace", "2h", *PIN)
    assert load(None, {}, documents).grace == timedelta(hours=2)


def test_gitlab_gets_a_file_of_its_own_and_one_that_includes_it(run: Run, documents: Path) -> None:
    answer = run("init", "--no-input", *JIRA, "--ci", "gitlab", *PIN)
    assert answer.code == 0
    assert yaml.safe_load((documents / ".gitlab-ci.yml").read_text()) == {"include": [{"local": ".gitlab/pmsync.yml"}]}
    assert "pmsync-sync" in yaml.safe_load((documents / ".gitlab/pmsync.yml").read_text())
    assert "masked and protected: JIRA_TOKEN, JIRA_EMAIL" in answer.out
    assert "add to .gitlab-ci.yml" not in answer.out


def test_a_gitlab_pipeline_that_is_there_stays_and_the_line_for_it_is_told(run: Run, documents: Path) -> None:
    write(documents, {".gitlab-ci.yml": "test:\n  script: make\n"})
    answer = run("init", "--no-input", *JIRA, "--ci", "gitlab", *PIN)
    assert answer.code == 0
    assert (documents / ".gitlab-ci.yml").read_text() == "test:\n  script: make\n"
    assert "add to .gitlab-ci.yml: include: [{local: .gitlab/pmsync.yml}]" in answer.out
    write(documents, {".gitlab-ci.yml": "include: [{local: .gitlab/pmsync.yml}]\n"})
    assert "add to" not in run("init", "--no-input", "--ci", "gitlab", *PIN).out


def test_cron_gets_its_files_where_the_repository_ignores_them(run: Run, documents: Path) -> None:
    answer = run("init", "--tracker", "local", "--no-input", "--cron")
    assert answer.code == 0
    folder = documents / ".pmsync/cron"
    assert {path.name for path in folder.iterdir()} == {"pmsync.service", "pmsync.timer", "crontab"}
    assert f"cd {documents} && " in (folder / "crontab").read_text()
    assert (documents / ".pmsync/.gitignore").read_text() == "*\n"
    assert load(None, {}, documents).grace == timedelta(0)
    assert "install the files in '.pmsync/cron'" in answer.out


def test_a_host_that_is_watched_tells_how_it_went(run: Run, documents: Path) -> None:
    watch = ("--heartbeat", "https://hc.example/4f3a/", "--metrics", "m.prom")
    refused = run("init", "--no-input", "--tracker", "local", *watch)
    assert (refused.code, "need --cron" in refused.err) == (2, True)
    assert run("init", "--no-input", "--tracker", "local", "--cron", *watch).code == 0
    line = (documents / ".pmsync/cron/crontab").read_text().splitlines()[-1]
    assert f" ( cd {documents} && " in line
    assert line.endswith(
        f" --metrics {documents}/m.prom ); curl -fsS -m 10 --retry 5 -o /dev/null https://hc.example/4f3a/$?"
    )


def test_both_at_once(run: Run, documents: Path) -> None:
    assert run("init", "--no-input", "--ci", "github", "--cron", *PIN).code == 0
    assert {WORKFLOW, ".pmsync/cron/crontab"} <= files(documents)


def test_a_configuration_below_the_top_has_its_pipeline_at_the_top(run: Run, documents: Path) -> None:
    inner = write(documents / "docs/ops", {"incidents/a.md": DOCUMENT})
    assert run("init", "--no-input", "--ci", "github", "--cron", *PIN, cwd=inner).code == 0
    step = yaml.safe_load((documents / WORKFLOW).read_text())["jobs"]["check"]["steps"][-1]
    assert step["with"]["config"] == "docs/ops/pmsync.toml"
    assert f"cd {documents} && " in (inner / ".pmsync/cron/crontab").read_text()


def test_what_the_repository_has_to_allow_for_a_write_back_is_told(run: Run, documents: Path) -> None:
    call = ("init", "--no-input", "--ci", "github", *PIN)
    answer = run(*call, "--write-back", "pr", "--comment")
    assert answer.code == 0
    assert "Allow GitHub Actions to create and approve pull requests" in answer.out
    assert "approve the checks of pmsync's pull requests" in answer.out
    step = yaml.safe_load((documents / WORKFLOW).read_text())["jobs"]["sync"]["steps"][-1]
    assert step["with"]["write-back"] == "pr"
    (documents / WORKFLOW).unlink()
    answer = run(*call, "--write-back", "push")
    assert "where the branch is protected" in answer.out
    assert "write-back: push" in (documents / WORKFLOW).read_text()
    assert "approve" not in answer.out
    assert "PMSYNC_PUSH_TOKEN" in run("init", "--no-input", "--ci", "gitlab", *PIN, "--write-back", "push").out


# --- what is there already ----------------------------------------------------------------------------------------


def test_twice_is_as_once(run: Run, documents: Path) -> None:
    call = ("init", "--no-input", "--ci", "github", "--cron", *PIN)
    run(*call)
    before = {name: (documents / name).read_bytes() for name in files(documents)}
    answer = run(*call)
    assert answer.code == 0
    assert "wrote" not in answer.out
    assert {name: (documents / name).read_bytes() for name in files(documents)} == before


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_changed_file_is_named_and_nothing_at_all_is_written(
    run: Run, documents: Path, force: tuple[str, ...]
) -> None:
    write(documents, {WORKFLOW: "mine\n"})
    before = files(documents)
    answer = run("init", "--no-input", "--ci", "github", "--cron", *force, *PIN)
    assert answer.code == 1
    assert f"{WORKFLOW}' exists and differs from what would be written" in answer.err
    assert "delete it and run this again" in answer.err
    assert files(documents) == before
    assert (documents / WORKFLOW).read_text() == "mine\n"


def test_a_link_that_leads_elsewhere_is_not_written_through(run: Run, documents: Path, tmp_path: Path) -> None:
    (documents / ".github/workflows").mkdir(parents=True)
    (documents / WORKFLOW).symlink_to(tmp_path / "elsewhere.yml")
    assert run("init", "--no-input", "--ci", "github", *PIN).code == 1
    assert not (tmp_path / "elsewhere.yml").exists()


def test_a_configuration_that_is_there_says_what_the_pipeline_needs(run: Run, documents: Path) -> None:
    text = CONFIG.replace(
        'type = "local"', 'type = "github"\nrepo = "acme/ops"\napi_url = "https://git.acme.example/api/v3"'
    )
    write(documents, {"pmsync.toml": text})
    answer = run("init", "--no-input", "--ci", "github", *PIN)
    assert answer.code == 0
    assert (documents / "pmsync.toml").read_text() == text
    assert 'set sync.grace = "1h"' in answer.out
    assert "set the repository's secrets: PMSYNC_TOKEN" in answer.out
    assert "PMSYNC_HOSTS=git.acme.example" in answer.out
    assert "secrets.PMSYNC_TOKEN" in (documents / WORKFLOW).read_text()


def test_print_writes_nothing_and_prints_all(run: Run, documents: Path) -> None:
    before = files(documents)
    answer = run("init", "--no-input", "--ci", "github", "--cron", "--print", *PIN)
    assert answer.code == 0
    assert files(documents) == before
    config, workflow, *units = answer.out.split("\n# --- ")
    assert 'grace = "1h"' in config
    assert workflow.startswith(f"{WORKFLOW}\n")
    assert len(units) == 3


# --- what cannot be -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_a_tracker_in_a_file_is_nothing_for_a_runner(run: Run, documents: Path, system: str) -> None:
    answer = run("init", "--tracker", "local", "--no-input", "--ci", system, *PIN)
    assert answer.code == 2
    assert "tickets would be lost" in answer.err
    assert files(documents) == {"postmortems/a.md"}


@pytest.mark.parametrize(
    "pin",
    ["main", "https://github.com/acme/pmsync@main", f"https://github.com/pmsync@{COMMIT}", f"http://x.y/a/b@{COMMIT}",
     f"https://github.com/acme/pmsync@{COMMIT[:39]}", f"https://github.com/acme/pmsync@{COMMIT}\nx"],
)  # fmt: skip
def test_a_pin_that_moves_is_refused(run: Run, documents: Path, pin: str) -> None:
    answer = run("init", "--no-input", "--ci", "github", "--pin", pin)
    assert answer.code == 2
    assert "is not a pin" in answer.err
    assert files(documents) == {"postmortems/a.md"}


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (("--write-back", "pr"), "needs --ci"),
        (("--comment",), "needs --ci github"),
        (("--ci", "gitlab", "--comment", *PIN), "needs --ci github"),
    ],
)
def test_wishes_that_no_pipeline_could_fulfil_are_refused(
    run: Run, documents: Path, call: tuple[str, ...], told: str
) -> None:
    answer = run("init", "--no-input", *call)
    assert (answer.code, told in answer.err) == (2, True)
    assert files(documents) == {"postmortems/a.md"}


def test_a_pin_without_a_pipeline_is_no_use(run: Run, documents: Path) -> None:
    answer = run("init", "--no-input", *PIN)
    assert answer.code == 2
    assert "needs --ci" in answer.err


def test_a_folder_that_units_cannot_name_is_refused(run: Run, tmp_path: Path) -> None:
    place = write(tmp_path / "post mortems", {"postmortems/a.md": DOCUMENT})
    answer = run("init", "--tracker", "local", "--no-input", "--cron", cwd=place)
    assert answer.code == 2
    assert "'" + str(place) in answer.err


# --- where this pmsync came from ----------------------------------------------------------------------------------


def installed_from(monkeypatch: pytest.MonkeyPatch, told: object) -> Pin | None:
    class Distribution:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return json.dumps(told) if told else None

    monkeypatch.setattr(metadata, "distribution", lambda _: Distribution())
    return installed_pin()


@pytest.mark.parametrize("url", ["https://github.com/acme/pmsync.git", "ssh://git@github.com/acme/pmsync"])
def test_the_commit_that_pip_installed_is_the_pin(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    pin = installed_from(monkeypatch, {"url": url, "vcs_info": {"vcs": "git", "commit_id": COMMIT}})
    assert str(pin) == PIN[1]


def test_a_checkout_with_a_remote_is_a_pin(monkeypatch: pytest.MonkeyPatch, documents: Path) -> None:
    git(documents, "add", "-A")
    git(documents, "-c", "user.name=alice", "-c", "user.email=alice@example.com", "commit", "-q", "-m", "x")
    pin = installed_from(monkeypatch, {"url": documents.as_uri(), "dir_info": {}})
    assert pin is not None
    assert (pin.slug, len(pin.commit)) == ("acme/web", 40)
    assert installed_from(monkeypatch, {"url": (documents / "postmortems").as_uri(), "dir_info": {}}) is None


@pytest.mark.parametrize("told", [None, {"url": "https://files.example/pmsync.whl"}, {"url": "file:///nowhere"}])
def test_what_others_cannot_reach_is_no_pin(
    monkeypatch: pytest.MonkeyPatch, run: Run, documents: Path, told: object
) -> None:
    assert installed_from(monkeypatch, told) is None
    answer = run("init", "--no-input", "--ci", "github")
    assert answer.code == 2
    assert "--pin https://github.com/OWNER/pmsync@COMMIT" in answer.err


def test_a_pin_reads_as_it_is_written() -> None:
    assert str(parse_pin(f"https://git.acme.example/tools/sre/pmsync.git@{COMMIT}")).endswith(
        f"/tools/sre/pmsync@{COMMIT}"
    )
    with pytest.raises(ConfigError):
        parse_pin("")


def test_where_no_tracker_has_a_secret_cron_reads_none(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": CONFIG})
    run("init", "--cron", "--no-input")
    written = [(tmp_path / ".pmsync/cron" / name).read_text() for name in ("crontab", "pmsync.service")]
    assert ["secrets &&" in text or "EnvironmentFile" in text for text in written] == [False, False]


def test_print_shows_the_pipeline_for_the_configuration_that_exists(run: Run, documents: Path) -> None:
    write(documents, {"pmsync.toml": CONFIG.replace('type = "local"', 'type = "github"\nrepo = "acme/web"')})
    answer = run("init", "--no-input", "--ci", "github", "--print", *PIN)
    assert answer.code == 0
    assert f"acme/pmsync@{COMMIT}" in answer.out
    assert "namespace" not in answer.out
    assert files(documents) == {"postmortems/a.md", "pmsync.toml"}
