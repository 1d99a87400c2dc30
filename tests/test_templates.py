"""The ready-made parts: the action, the pipelines, the hook, the units and the image, each as its reader takes it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from pmsync.cli.host.git import GitRepository
from pmsync.cli.setup.cron_units import units
from pmsync.cli.setup.files import ConfigPlace
from pmsync.cli.setup.pin_version import Pin
from pmsync.cli.setup.pipelines import Wishes, pipeline
from pmsync.config.settings import Settings, TrackerSettings
from pmsync.reports.metrics import exposition
from tests.cli.conftest import DOCUMENT, write

ROOT = Path(__file__).parents[1]
PIN = Pin("github.com", "acme/pmsync", "0123456789abcdef0123456789abcdef01234567")
GITHUB = GitRepository("github.com", "acme/web", "main")
OWN = TrackerSettings("web", "github", repo="acme/web", token_env="GITHUB_TOKEN")
OTHER = TrackerSettings("ops", "github", repo="acme/ops", token_env="GITHUB_TOKEN")
JIRA = TrackerSettings("pay", "jira", url="https://jira.acme.example", token_env="JIRA_TOKEN", email_env="JIRA_EMAIL")


def rendered(
    system: str,
    *trackers: TrackerSettings,
    repository: GitRepository = GITHUB,
    root: str = "/srv/web",
    wishes: Wishes = Wishes(),  # noqa: B008 - it never changes
) -> str:
    settings = Settings(root, "acme/web", trackers={tracker.name: tracker for tracker in trackers})
    return pipeline(system, settings, ConfigPlace(Path(root) / "pmsync.toml", repository), PIN, wishes)[0].text


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from strings(key)
            yield from strings(held)
    elif isinstance(value, list):
        for held in value:
            yield from strings(held)
    else:
        yield str(value)


def uses(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "uses" in value:
            yield value["uses"]
        for held in value.values():
            yield from uses(held)
    elif isinstance(value, list):
        for held in value:
            yield from uses(held)


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    return workflow[True]  # YAML 1.1 reads `on` as true, and so does PyYAML


ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
RUNS = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}

# --- what all of them keep ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["action.yml", ".pre-commit-hooks.yaml", *(f"pmsync/templates/{n}.yml" for n in ("github-workflow", "gitlab-ci"))],
)
def test_every_yaml_is_yaml_even_before_it_is_filled(path: str) -> None:
    assert yaml.safe_load((ROOT / path).read_text())


@pytest.mark.parametrize("wishes", [Wishes(), Wishes("push"), Wishes("pr", comment=True)])
@pytest.mark.parametrize("trackers", [(OWN,), (OTHER,), (JIRA,), (OWN, JIRA)])
@pytest.mark.parametrize("system", ["github", "gitlab"])
def test_no_placeholder_is_left(system: str, trackers: tuple[TrackerSettings, ...], wishes: Wishes) -> None:
    text = rendered(system, *trackers, wishes=wishes)
    assert yaml.safe_load(text)
    assert not re.search("__[A-Z_]+__", text)


@pytest.mark.parametrize(
    "text", [(ROOT / "action.yml").read_text(), rendered("github", OWN, JIRA)], ids=["action", "workflow"]
)
def test_everything_it_uses_is_pinned_by_a_whole_commit_and_says_which_version(text: str) -> None:
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each) for each in uses(yaml.safe_load(text)))
    lines = [line for line in text.splitlines() if "uses:" in line]
    assert lines
    assert all(re.search(r"@[0-9a-f]{40} # v\d+\.\d+", line) for line in lines)


def test_the_workflow_and_the_action_pin_no_action_at_two_commits() -> None:
    found = {*uses(ACTION), *uses(yaml.safe_load(rendered("github", OWN)))}
    assert len({each.split("@")[0] for each in found}) == len(found) == 3


@pytest.mark.parametrize("name", RUNS)
def test_nothing_reaches_a_shell_but_through_the_environment(name: str) -> None:
    assert "${{" not in RUNS[name]["run"]
    assert RUNS[name]["shell"] == "bash"


def test_the_workflow_runs_no_shell_of_its_own() -> None:
    jobs = yaml.safe_load(rendered("github", OWN, JIRA))["jobs"]
    assert not [step for job in jobs.values() for step in job["steps"] if "run" in step]


# --- GitHub's workflow ----------------------------------------------------------------------------------------


def test_a_workflow_has_no_more_rights_than_its_jobs_need() -> None:
    workflow = yaml.safe_load(rendered("github", OWN))
    assert workflow["permissions"] == {}
    assert {name: job["permissions"] for name, job in workflow["jobs"].items()} == {
        "check": {"contents": "read"},
        "plan": {"contents": "read", "issues": "read"},
        "sync": {"contents": "read", "issues": "write"},
    }


def test_who_wishes_for_more_gets_the_rights_for_that_and_only_there() -> None:
    plain = yaml.safe_load(rendered("github", OWN))["jobs"]
    pushing = yaml.safe_load(rendered("github", OWN, wishes=Wishes("push")))["jobs"]
    proposing = yaml.safe_load(rendered("github", OWN, wishes=Wishes("pr", comment=True)))["jobs"]
    assert pushing["sync"]["permissions"] == {"contents": "write", "issues": "write"}
    assert proposing["sync"]["permissions"] == {"contents": "write", "pull-requests": "write", "issues": "write"}
    assert proposing["plan"]["permissions"] == {"contents": "read", "issues": "read", "pull-requests": "write"}
    assert pushing["plan"] == plain["plan"]
    assert pushing["check"] == proposing["check"] == plain["check"]
    assert [job["sync"]["steps"][-1]["with"].get("write-back") for job in (plain, pushing, proposing)] == [
        None,
        "push",
        "pr",
    ]


def test_who_makes_no_issues_here_gets_no_right_to_issues() -> None:
    jobs = yaml.safe_load(rendered("github", JIRA, OTHER))["jobs"]
    assert {str(job["permissions"]) for job in jobs.values()} == {"{'contents': 'read'}"}


def test_a_workflow_never_runs_with_secrets_on_a_strangers_checkout() -> None:
    assert set(triggers(yaml.safe_load(rendered("github", OWN)))) == {
        "pull_request",
        "push",
        "schedule",
        "workflow_dispatch",
    }


def test_no_sync_is_cancelled_and_none_runs_for_a_pull_request() -> None:
    jobs = yaml.safe_load(rendered("github", OWN))["jobs"]
    assert jobs["sync"]["concurrency"] == {"group": "pmsync-sync", "cancel-in-progress": False}
    assert jobs["sync"]["if"] == "github.event_name != 'pull_request' && github.ref_name == 'main'"
    assert all(jobs[name]["if"] == "github.event_name == 'pull_request'" for name in ("check", "plan"))


def test_no_checkout_keeps_its_token_and_no_ledger_is_in_a_cache() -> None:
    jobs = yaml.safe_load(rendered("github", OWN, wishes=Wishes("push")))["jobs"]
    checkouts = [step for job in jobs.values() for step in job["steps"] if "checkout" in step["uses"]]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False] * 3
    assert not [each for each in uses(jobs) if "cache" in each]


def test_secrets_are_in_the_steps_that_need_them_and_only_there() -> None:
    jobs = yaml.safe_load(rendered("github", OTHER, JIRA))["jobs"]
    assert "secrets." not in str(jobs["check"])
    for name in ("plan", "sync"):
        step = jobs[name]["steps"][-1]
        assert step["with"]["token"] == "${{ secrets.PMSYNC_TOKEN }}"
        assert step["env"] == {
            "JIRA_TOKEN": "${{ secrets.JIRA_TOKEN }}",
            "JIRA_EMAIL": "${{ secrets.JIRA_EMAIL }}",
            "PMSYNC_HOSTS": "${{ vars.PMSYNC_HOSTS }}",
        }
        assert "env" not in jobs[name]
    own = yaml.safe_load(rendered("github", OWN))["jobs"]
    assert "secrets." not in str(own), "the token that a workflow gets by itself will do"


def test_a_branch_with_marks_of_yaml_and_of_expressions_stays_a_branch() -> None:
    branch = 'it\'s-#1-"x"'
    workflow = yaml.safe_load(rendered("github", OWN, repository=GitRepository("github.com", "acme/web", branch)))
    assert triggers(workflow)["push"]["branches"] == [branch]
    assert workflow["jobs"]["sync"]["if"].endswith("== 'it''s-#1-\"x\"'")


def test_the_inputs_that_the_workflow_gives_are_those_of_the_action() -> None:
    jobs = yaml.safe_load(rendered("github", OTHER, JIRA, wishes=Wishes("pr", comment=True)))["jobs"]
    given = {key for job in jobs.values() for key in job["steps"][-1]["with"]}
    assert given == {"command", "config", "token", "write-back", "comment"}
    assert given <= set(ACTION["inputs"])
    assert all(each["description"] and "default" in each for each in ACTION["inputs"].values())


def all_workflows(*trackers: TrackerSettings) -> dict[str, str]:
    """Every kind of workflow that `init` writes, as files of a repository."""
    kinds = {"plain": Wishes(), "push": Wishes("push"), "pr": Wishes("pr", comment=True)}
    return {
        f".github/workflows/{name}.yml": rendered("github", *trackers, wishes=wishes) for name, wishes in kinds.items()
    }


@pytest.mark.parametrize("trackers", [(OWN,), (OTHER, JIRA)])
def test_actionlint_finds_nothing(tmp_path: Path, trackers: tuple[TrackerSettings, ...]) -> None:
    actionlint = shutil.which("actionlint", path=str(Path(sys.executable).parent))
    if not actionlint:
        pytest.skip("actionlint has no wheel for this machine")
    write(tmp_path, all_workflows(*trackers))
    git(tmp_path, "init", "-q")
    files = sorted((tmp_path / ".github/workflows").iterdir())
    done = subprocess.run([actionlint, "-no-color", *files], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    files[0].write_text(files[0].read_text().replace("runs-on:", "run-on:"))
    done = subprocess.run([actionlint, files[0]], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, "else it looks at nothing"


@pytest.mark.parametrize("persona", ["regular", "auditor"])
def test_zizmor_finds_nothing(tmp_path: Path, persona: str) -> None:
    zizmor = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    assert zizmor
    trackers = (OWN,) if persona == "auditor" else (OTHER, JIRA)
    write(tmp_path, {**all_workflows(*trackers), "action.yml": (ROOT / "action.yml").read_bytes()})
    done = subprocess.run(
        [zizmor, "--offline", "--no-config", "--no-progress", "--persona", persona, str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout


# --- GitLab's pipeline ----------------------------------------------------------------------------------------


def test_gitlab_syncs_one_at_a_time_on_the_default_branch_and_never_for_a_merge_request() -> None:
    jobs = yaml.safe_load(rendered("gitlab", OWN))
    sync = jobs["pmsync-sync"]
    assert (sync["resource_group"], sync["interruptible"]) == ("pmsync-sync", False)
    assert sync["rules"] == [
        {"if": '$CI_PIPELINE_SOURCE == "merge_request_event"', "when": "never"},
        {"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"},
    ]
    assert not {"cache", "default", "variables", "stages"} & set(jobs), "an included file changes no other job"


def test_gitlab_commits_what_was_written_whatever_became_of_the_sync() -> None:
    for how, word in (("push", "push"), ("pr", "mr")):
        sync = yaml.safe_load(rendered("gitlab", OWN, wishes=Wishes(how)))["pmsync-sync"]
        first, second, last = sync["script"]
        assert first.endswith("sync --write-back --written /tmp/pmsync-written || code=$?")
        assert second == f'/tmp/pmsync-source/scripts/commit-written {word} /tmp/pmsync-written "$CI_COMMIT_BRANCH"'
        assert last == "exit $code"
        assert "PMSYNC_PUSH_TOKEN" in rendered("gitlab", OWN, wishes=Wishes(how)).splitlines()[2]
    assert "variables" not in yaml.safe_load(rendered("gitlab", OWN))["pmsync-sync"]


def test_gitlab_installs_one_commit_with_hashes() -> None:
    base = yaml.safe_load(rendered("gitlab", OWN))[".pmsync"]
    assert base["variables"]["PMSYNC_COMMIT"] == PIN.commit
    assert base["variables"]["PMSYNC_SOURCE"] == "https://github.com/acme/pmsync.git"
    assert any("--require-hashes" in line for line in base["before_script"])


def test_gitlab_asks_for_the_variables_and_hosts_by_name() -> None:
    text = rendered("gitlab", OWN, JIRA)
    assert "masked and protected: GITHUB_TOKEN, JIRA_TOKEN, JIRA_EMAIL" in text
    assert "PMSYNC_HOSTS=jira.acme.example" in text


def test_every_line_of_gitlabs_scripts_is_shell() -> None:
    jobs = yaml.safe_load(rendered("gitlab", OWN, wishes=Wishes("pr"))).values()
    lines = [line for job in jobs for line in (*job.get("before_script", ()), *job.get("script", ()))]
    assert all(isinstance(line, str) for line in lines)
    done = subprocess.run(["sh", "-n"], input="\n".join(lines), text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# --- a host with cron -----------------------------------------------------------------------------------------


def host_files(top: Path, **more: Any) -> dict[str, str]:
    settings = Settings(str(top), "acme/web", trackers={"web": OWN}, **more)
    place = ConfigPlace(top / "pmsync.toml", GitRepository())
    return {part.path.name: part.text for part in units(settings, place)}


def keys(unit: str) -> dict[str, str]:
    lines = [line for line in unit.splitlines() if "=" in line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def test_the_service_runs_once_as_its_user_and_writes_nowhere_else() -> None:
    service = keys(host_files(Path("/srv/web"), ledger="/var/lib/pmsync/ledger.db")["pmsync.service"])
    assert service["Type"] == "oneshot"
    assert service["WorkingDirectory"] == "/srv/web"
    assert service["ReadWritePaths"] == "/srv/web /var/lib/pmsync"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "yes"
    assert service["UMask"] == "0077"
    assert service["MemoryDenyWriteExecute"] == "yes"
    assert service["ExecStart"].startswith("/")
    assert service["ExecStart"].endswith("--config /srv/web/pmsync.toml sync --wait 5m")
    assert not [key for key in service if "TOKEN" in key], "secrets stand in a file of their own"


def test_the_timer_catches_up_and_is_wanted() -> None:
    timer = keys(host_files(Path("/srv/web"))["pmsync.timer"])
    assert timer["OnCalendar"] == "*:0/10"
    assert timer["Persistent"] == "true"
    assert timer["WantedBy"] == "timers.target"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    files = host_files(tmp_path)
    files["pmsync.service"] = files["pmsync.service"].replace("/usr/bin/git", shutil.which("git") or "/bin/true")
    write(tmp_path, files)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / "pmsync.service", tmp_path / "pmsync.timer"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, [line for line in done.stderr.splitlines() if "pmsync" in line]) == (0, [])


def test_the_crontab_line_runs_in_its_folder_and_keeps_errors_for_the_mail() -> None:
    lines = [line for line in host_files(Path("/srv/web"))["crontab"].splitlines() if not line.startswith("#")]
    assert len(lines) == 1
    schedule, command = lines[0].split(" ", 5)[:5], lines[0].split(" ", 5)[5]
    assert schedule == ["*/10", "*", "*", "*", "*"]
    assert command.startswith("cd /srv/web && ")
    assert "%" not in command, "cron makes a line's end of it"
    assert ">" not in command
    assert subprocess.run(["sh", "-nc", command], check=False).returncode == 0


# --- the hook and the image -----------------------------------------------------------------------------------


def test_the_hook_takes_documents_and_leaves_the_rest() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert {"id", "name", "entry", "language"} <= set(hook)
    taken = re.compile(hook["files"]), re.compile(hook["exclude"])
    for path in ("postmortems/a.md", "docs/post-mortems/2026/a.md", "Incidents/a.md"):
        assert taken[0].search(path), path
        assert not taken[1].search(path), path
    assert not taken[0].search("README.md")
    assert taken[1].search("postmortems/README.md")
    assert taken[1].search("postmortems/TEMPLATE.md")


def test_the_hook_finds_what_is_wrong_in_the_files_it_is_given(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    write(tmp_path, {"pmsync.toml": CONFIG, "postmortems/a.md": DOCUMENT, "postmortems/b.md": WRONG})
    entry = [str(Path(sys.executable).with_name("pmsync")), *hook["entry"].split()[1:]]
    codes = [
        subprocess.run([*entry, f"postmortems/{name}.md"], cwd=tmp_path, capture_output=True).returncode
        for name in "ab"
    ]
    assert codes == [0, 1]


def test_the_image_is_pinned_locked_and_not_run_by_root() -> None:
    text = (ROOT / "Containerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert bases
    assert all(re.search(r":\d+\.\d+-", base) for base in bases)
    assert "--require-hashes" in text
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", text.rsplit("FROM", 1)[1], re.MULTILINE)
    copied = [words for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for words in line.split()[:-1]]
    assert copied
    assert all((ROOT / name).exists() for name in copied)


def git(folder: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=alice", "-c", "user.email=alice@example.com", *args]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def commit_all(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


CONFIG = """
[documents]
namespace = "acme/web"
since = 2026-11-01
[trackers.local]
type = "local"
[people]
alice = {}
bob = { aliases = ["bobby"] }
"""
WRONG = b"\xff is no UTF-8"


# --- docs/ci.md -----------------------------------------------------------------------------------------------

GUIDE = (ROOT / "docs/ci.md").read_text()


def test_the_guide_names_every_input_and_its_default() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) ?\| ", GUIDE, re.MULTILINE))
    assert set(rows) == set(ACTION["inputs"])
    for name, told in rows.items():
        default = ACTION["inputs"][name]["default"]
        assert told == {"": "", "${{ github.token }}": "the workflow's own"}.get(default, f"`{default}`"), name


def test_the_guides_samples_are_yaml_with_the_pins_of_the_templates() -> None:
    samples = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]
    action, alerts, pre_commit = samples
    assert {*uses(action)} - {"OWNER/pmsync@COMMIT"} <= {*uses(yaml.safe_load(rendered("github", OWN)))}
    named = set(re.findall("pmsync_[a-z_]+", alerts[0]["expr"]))
    assert named <= set(re.findall("pmsync_[a-z_]+", exposition(None, timedelta(0), ok=True))), "metrics that there are"
    (hook,) = pre_commit["repos"][0]["hooks"]
    assert hook["id"] in (ROOT / ".pre-commit-hooks.yaml").read_text()
