"""The shell of action.yml, run as a runner runs it: bash, the step's environment, and a checkout that has history."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import DOCUMENT, write
from tests.test_templates import CONFIG, ROOT, commit_all, git

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
INSTALL, RUN = STEPS["Install pmsync"], STEPS["Run pmsync"]
UNOWNED = DOCUMENT.replace("owner: alice", "owner: mallory")
HOSTILE = DOCUMENT.replace("Add an alert on latency", "</pre><b>##[error]x</b> $(touch sprung) `touch sprung`")


class Runner:
    """One job: a checkout as working directory, a folder for its temporary files, and a summary."""

    def __init__(self, top: Path) -> None:
        self.checkout, self.temp = top / "checkout", top / "temp"
        (self.temp / "pmsync/bin").mkdir(parents=True)
        (self.temp / "pmsync/bin/pmsync").symlink_to(Path(sys.executable).with_name("pmsync"))
        write(self.checkout, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT})
        git(self.checkout, "init", "-q", "-b", "main")
        self.base = commit_all(self.checkout)

    def run(
        self, command: str, *, args: str = "", base: str = "", token: str = "", write_back: str = "", **more: str
    ) -> tuple[int, str]:
        """Exit code and log of the step; the variables are those that the step's `env` names."""
        values = {
            "PMSYNC_COMMAND": command,
            "PMSYNC_CONFIG": "pmsync.toml",
            "PMSYNC_ARGS": args,
            "PMSYNC_BASE": base,
            "PMSYNC_WRITE_BACK": write_back,
            "GITHUB_TOKEN": token,
        }
        assert set(values) == set(RUN["env"])
        event = "pull_request" if base else "push"
        return self.shell(RUN["run"], {**values, "GITHUB_EVENT_NAME": event, **more})

    def shell(self, script: str, values: dict[str, str]) -> tuple[int, str]:
        self.summary_file.unlink(missing_ok=True)
        script_file = self.temp / "step.sh"
        script_file.write_text(script)
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.temp),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(self.summary_file),
            "RUNNER_TEMP": str(self.temp),
            **values,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script_file],
            cwd=self.checkout, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    @property
    def summary_file(self) -> Path:
        return self.temp / "summary.md"

    @property
    def summary(self) -> str:
        return self.summary_file.read_text()

    def branch(self, files: dict[str, str]) -> None:
        """What a pull request adds."""
        git(self.checkout, "checkout", "-q", "-b", "branch")
        write(self.checkout, files)
        commit_all(self.checkout)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def test_check_gives_annotations_and_a_summary_of_what_the_branch_changed(runner: Runner) -> None:
    runner.branch({"postmortems/b.md": UNOWNED})
    code, log = runner.run("check", args="--strict", base=runner.base)
    assert code == 1
    assert "::warning file=postmortems/b.md,line=8," in log
    assert "a.md" not in log + runner.summary
    assert runner.summary.startswith("### pmsync check\n\n<pre>\n")
    assert "postmortems/b.md:8" in runner.summary


def test_check_is_content_with_a_good_branch(runner: Runner) -> None:
    runner.branch({"postmortems/b.md": DOCUMENT})
    code, log = runner.run("check", base=runner.base)
    assert (code, log) == (0, "All checks passed: 2 items in 1 document.\n")


def test_plan_says_what_the_merge_would_create_and_leaves_nothing(runner: Runner) -> None:
    runner.branch({"postmortems/b.md": DOCUMENT.replace("alert", "bell")})
    code, log = runner.run("plan", base=runner.base)
    assert code == 0
    assert runner.summary.startswith("### pmsync plan\n")
    assert runner.summary.count("Add an bell") == 1
    assert "Add an alert" not in runner.summary, "only what the branch changed"
    assert log.strip() == runner.summary.strip()
    assert git(runner.checkout, "status", "--porcelain") == ""


def test_the_exit_code_is_that_of_pmsync(runner: Runner) -> None:
    assert runner.run("plan", args="--exit-code")[0] == 4
    code, log = runner.run("plan", args="--nonsense")
    assert code == 2
    assert "--nonsense" in log
    assert "--nonsense" in runner.summary


def test_sync_creates_once_and_tells_when_there_is_nothing(runner: Runner) -> None:
    code, log = runner.run("sync")
    assert (code, log.count("created  ")) == (0, 2)
    assert "created  " in runner.summary
    code, log = runner.run("sync")
    assert (code, log) == (0, "")
    assert "Nothing to do." in runner.summary


def test_sync_refuses_a_pull_request(runner: Runner) -> None:
    runner.branch({"postmortems/b.md": DOCUMENT})
    code, log = runner.run("sync", base=runner.base)
    assert code == 1
    assert "creates no tickets for a pull request" in log
    assert not (runner.checkout / ".pmsync/tickets.db").exists()


# --- whose configuration --------------------------------------------------------------------------------------


def test_a_pull_request_is_judged_by_the_configuration_of_its_base(runner: Runner) -> None:
    theirs = CONFIG.replace('type = "local"', 'type = "github"\nrepo = "mallory/x"\ntoken_env = "AWS_SECRET"')
    runner.branch({"pmsync.toml": theirs, "postmortems/b.md": DOCUMENT})
    code, log = runner.run("plan", base=runner.base, AWS_SECRET="hush")
    assert code == 0, log
    assert "until the merge, the base revision's counts" in log
    assert "local" in runner.summary
    assert "mallory" not in log


def test_a_link_in_place_of_the_configuration_is_replaced_and_not_written_through(runner: Runner) -> None:
    outside = write(runner.temp, {"victim": "mine"}) / "victim"
    git(runner.checkout, "checkout", "-q", "-b", "branch")
    (runner.checkout / "pmsync.toml").unlink()
    (runner.checkout / "pmsync.toml").symlink_to(outside)
    commit_all(runner.checkout)
    assert runner.run("check", base=runner.base)[0] == 0
    assert outside.read_text() == "mine"


def test_where_the_base_has_no_configuration_no_tracker_is_asked(runner: Runner) -> None:
    git(runner.checkout, "rm", "-q", "pmsync.toml")
    base = commit_all(runner.checkout)
    runner.branch({"pmsync.toml": CONFIG.replace('type = "local"', 'type = "github"\nrepo = "acme/web"')})
    code, log = runner.run("plan", base=base, token="hush")
    assert code == 0, log
    assert "so pmsync asks no tracker" in log
    assert "--offline" in log
    assert runner.run("check", base=base)[0] == 0


def test_a_shallow_checkout_is_told_what_it_lacks(runner: Runner) -> None:
    code, log = runner.run("check", base="1" * 40)
    assert code == 1
    assert "::error title=pmsync::the base revision is missing; set fetch-depth: 0 for actions/checkout" in log


# --- what strangers may try -----------------------------------------------------------------------------------


def test_inputs_and_documents_are_never_shell_nor_commands_nor_markup(runner: Runner) -> None:
    runner.branch({"postmortems/b.md": HOSTILE.replace("alice", "nobody-knows")})
    assert runner.run("check", args="$(touch sprung) `touch sprung` ; touch sprung & * $PMSYNC_CONFIG")[0] == 2
    assert "'$(touch'" in runner.summary, "each word is an argument as it stands"
    _, log = runner.run("check", base=runner.base)
    assert "##[" not in log
    assert runner.summary.count("</pre>") == 1
    runner.run("plan", base=runner.base)
    assert not (runner.checkout / "sprung").exists()


@pytest.mark.parametrize("command", ["init", "", "sync; touch sprung", "forget"])
def test_no_other_command_is_run(runner: Runner, command: str) -> None:
    code, log = runner.run(command)
    assert code == 2
    assert "::error title=pmsync::the input command must be" in log


def test_a_write_back_that_is_none_is_refused_before_anything_is_done(runner: Runner) -> None:
    code, log = runner.run("sync", write_back="pr; touch sprung")
    assert code == 2
    assert "::error title=pmsync::the input write-back must be push, pr or empty" in log
    assert not (runner.checkout / ".pmsync").exists()


def test_check_gets_no_token() -> None:
    assert RUN["env"]["GITHUB_TOKEN"] == "${{ inputs.command != 'check' && inputs.token || '' }}"
    assert "GITHUB_TOKEN" not in INSTALL["env"]


# --- installing -----------------------------------------------------------------------------------------------

FAKE = """#!/bin/sh
echo "$*" >> "$CALLS"
if [ "$3" = venv ]; then
  mkdir -p "$5/bin"
  cp "$0" "$5/bin/python"
  printf '#!/bin/sh\\necho pmsync 1.2.0\\n' > "$5/bin/pmsync"
  chmod +x "$5/bin/pmsync"
fi
"""


@pytest.fixture
def install(tmp_path: Path) -> tuple[Runner, dict[str, str]]:
    """A Python that writes down what it is asked, since a real one would go to the network."""
    runner = Runner(tmp_path)
    (runner.temp / "pmsync/bin/pmsync").unlink()
    python = write(tmp_path, {"python": FAKE}) / "python"
    python.chmod(0o755)
    return runner, {"PYTHON": str(python), "CALLS": str(tmp_path / "calls"), "PMSYNC_VERSION": ""}


def test_it_installs_itself_with_its_locks_and_imports_nothing_of_the_checkout(
    install: tuple[Runner, dict[str, str]],
) -> None:
    runner, values = install
    code, log = runner.shell(INSTALL["run"], values)
    assert (code, log) == (0, "")
    venv, locks, itself = Path(values["CALLS"]).read_text().splitlines()
    assert venv == f"-I -m venv --clear {runner.temp}/pmsync"
    assert locks.startswith("-I -m pip install ")
    assert locks.endswith(f"--no-deps --require-hashes --only-binary :all: -r {ROOT}/requirements/run.txt")
    assert itself.startswith("-I -m pip install ")
    assert itself.endswith(f"--no-deps --no-build-isolation {ROOT}")


@pytest.mark.parametrize(("version", "expected"), [("", 0), ("1.2.0", 0), ("v1.2.0", 0), ("1.3.0", 2), ("1.2", 2)])
def test_another_version_than_asked_for_is_refused(
    install: tuple[Runner, dict[str, str]], version: str, expected: int
) -> None:
    runner, values = install
    code, log = runner.shell(INSTALL["run"], {**values, "PMSYNC_VERSION": version})
    assert code == expected
    assert bool(expected) == ("this action is pmsync 1.2.0" in log)
