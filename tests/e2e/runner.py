"""A small GitHub Actions for the files that pmsync ships: the jobs of a workflow that an event starts, step by step.

It knows what those files use: `if`, `env`, `with`, expressions, actions/checkout (as its v7 fetches), and pmsync's own
composite action, whose shell runs as a runner runs it. A job's token can do what `permissions` grant, and no more. Not
modelled: matrices, outputs, `needs`, concurrency, services; anything else that a file uses is an error here.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tests.fakes.github import FakeGitHub
from tests.fakes.github_state import Token

ROOT = Path(__file__).parents[2]
BOT = "github-actions[bot]"
REPO = "acme/web"
_NUMBERS = count(1)
_TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*)|(?P<mark>&&|\|\||==|!=|[!()]))")


@dataclass(frozen=True)
class Event:
    """What happened: a push to `branch` (of the commit `sha`; '' for its tip), its schedule, or a pull request `number`
    (from a `fork`?) into it.
    """

    name: str
    branch: str = "main"
    sha: str = ""
    number: int = 0
    base: str = ""
    fork: bool = False


@dataclass(frozen=True)
class Job:
    """How a job ended; `log` is everything that its steps printed, `checkout` what it left behind."""

    code: int
    log: str
    summary: str
    checkout: Path


@dataclass
class Runner:
    """Runs the jobs of `workflow` in folders below `folder`. `environ` is what the machine itself sets."""

    github: FakeGitHub
    folder: Path
    workflow: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)

    def started_by(self, event: Event, only: str = "") -> dict[str, Job]:
        """Run every job that the event starts (or the one named), one after the other, by its name."""
        workflow = yaml.safe_load(self.workflow)
        on = workflow[True]  # YAML 1.1 reads `on` as true
        if event.name not in on or (event.name == "push" and event.branch not in on["push"]["branches"]):
            return {}
        jobs = [(name, job) for name, job in workflow["jobs"].items() if only in {"", name}]
        return {name: self.job(job, event) for name, job in jobs if _truth(job["if"], self._context(event, ""))}

    def job(self, job: Mapping[str, Any], event: Event) -> Job:
        """Run one job on a machine of its own, with a token of its own."""
        number = next(_NUMBERS)
        secret = f"ghs_token{number}"
        granted = {
            name.replace("-", "_"): "read" if event.fork else level for name, level in job["permissions"].items()
        }
        self.github.state.tokens[secret] = Token(BOT, installation=True, permissions=granted)
        machine = _Machine(self, self.folder / f"job{number}", event, self._context(event, secret))
        try:
            return machine.run(job["steps"])
        finally:
            del self.github.state.tokens[secret]

    def _context(self, event: Event, token: str) -> dict[str, Any]:
        pull = {"pull_request": {"number": event.number, "base": {"sha": event.base}}} if event.number else {}
        return {
            "github": {
                "token": token,
                "event_name": event.name,
                "ref_name": f"{event.number}/merge" if event.number else event.branch,
                "repository": REPO,
                "event": {**pull, "repository": {"default_branch": "main"}},
            },
            "secrets": {} if event.fork else self.secrets,
            "vars": {},
        }


class _Machine:
    def __init__(self, runner: Runner, folder: Path, event: Event, context: dict[str, Any]) -> None:
        self.runner, self.event, self.context = runner, event, context
        self.checkout, self.temp = folder / "work", folder / "temp"
        self.failed, self.log = 0, ""
        (self.temp / "pmsync/bin").mkdir(parents=True)
        self.checkout.mkdir()
        for name in ("pmsync", "python"):  # no links: Python looks for its libraries from where it was called
            file = self.temp / "pmsync/bin" / name
            file.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).with_name(name)}" "$@"\n')
            file.chmod(0o755)

    def run(self, steps: list[dict[str, Any]]) -> Job:
        for step in steps:
            self._step(step)
        summary = self.temp / "summary.md"
        return Job(self.failed, self.log, summary.read_text() if summary.exists() else "", self.checkout)

    def _step(self, step: Mapping[str, Any]) -> None:
        uses = step["uses"].partition("@")[0]
        if self.failed:
            return
        given = {name: _filled(value, self.context) for name, value in step.get("with", {}).items()}
        env = {name: _filled(value, self.context) for name, value in step.get("env", {}).items()}
        if uses == "actions/checkout":
            self._check_out(given)
        else:
            assert uses == "acme/pmsync", uses
            self._action(given, env)

    # --- actions/checkout -----------------------------------------------------------------------------------------

    def _check_out(self, given: Mapping[str, Any]) -> None:
        assert set(given) <= {"fetch-depth", "persist-credentials"}
        token = base64.b64encode(f"x-access-token:{self.context['github']['token']}".encode()).decode()
        header = ("http.extraheader", f"AUTHORIZATION: basic {token}")
        depth = [] if str(given.get("fetch-depth", 1)) == "0" else ["--depth=1"]
        self._git("init", "-q", "-b", "main")
        self._git("remote", "add", "origin", f"{self.runner.github.server.url}/{REPO}.git")
        if str(given.get("persist-credentials", True)).lower() != "false":
            self._git("config", *header)
        if self.event.number:
            pull = f"pull/{self.event.number}/merge"
            wanted = [f"+refs/{pull}:refs/remotes/{pull}"]
            target = ["--detach", f"refs/remotes/{pull}"]
        else:
            commit = self.event.sha or f"refs/heads/{self.event.branch}"
            wanted = [f"+{commit}:refs/remotes/origin/{self.event.branch}"]
            target = ["-B", self.event.branch, f"refs/remotes/origin/{self.event.branch}"]
        if not depth:
            wanted.append("+refs/heads/*:refs/remotes/origin/*")
        self._git("-c", "=".join(header), "fetch", "-q", "--no-tags", "--prune", *depth, "origin", *wanted)
        self._git("checkout", "-q", "--force", *target)

    def _git(self, *args: str) -> None:
        subprocess.run(["git", *args], cwd=self.checkout, check=True, capture_output=True, env=self._base())

    # --- pmsync's action ------------------------------------------------------------------------------------------

    def _action(self, given: Mapping[str, Any], env: Mapping[str, str]) -> None:
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        assert set(given) <= set(action["inputs"])
        defaults = {name: _filled(each["default"], self.context) for name, each in action["inputs"].items()}
        here = {**self.context, "inputs": defaults | {name: _plain(value) for name, value in given.items()}}
        for step in action["runs"]["steps"]:
            wanted = _truth(str(step.get("if", "success()")), here, failed=bool(self.failed))
            # What they install comes from the network; tests/test_action.py has the installing for itself.
            if wanted and "run" in step and step["name"] != "Install pmsync":
                own = {name: str(_filled(value, here)) for name, value in step.get("env", {}).items()}
                self._shell(step["run"], {**env, **own})

    def _shell(self, script: str, env: Mapping[str, str]) -> None:
        file = self.temp / "step.sh"
        file.write_text(script)
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", file],
            cwd=self.checkout, env={**self._base(), **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False,
        )  # fmt: skip
        self.log += done.stdout
        self.failed = self.failed or done.returncode

    def _base(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.temp),
            "GIT_CONFIG_NOSYSTEM": "1",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.runner.github.api_url,
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_REF_NAME": self.context["github"]["ref_name"],
            "GITHUB_REPOSITORY": REPO,
            "GITHUB_SERVER_URL": self.runner.github.server.url,
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary.md"),
            "RUNNER_TEMP": str(self.temp),
            **self.runner.environ,
        }


# --- expressions --------------------------------------------------------------------------------------------------


def _filled(value: Any, context: Mapping[str, Any]) -> Any:
    """A value of a file with its expressions worked out, as text."""
    text = _plain(value)
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: _plain(_value(found[1], context)), text)


def _truth(text: str, context: Mapping[str, Any], *, failed: bool = False) -> bool:
    """What an `if` comes to; one that asks for no status runs only while nothing has failed."""
    expression = re.sub(r"^\s*\$\{\{(.*)\}\}\s*$", r"\1", text)
    value = _value(expression, context, failed=failed)
    asks = re.search(r"\b(always|cancelled|failure|success)\(\)", expression)
    return bool(value) and (bool(asks) or not failed)


def _value(text: str, context: Mapping[str, Any], *, failed: bool = False) -> Any:
    """An expression is Python's but for the spelling of its operators."""
    marks = {"&&": " and ", "||": " or ", "!": " not "}
    parts, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        assert found, f"{text[at:]!r} is more than this runner knows"
        at = found.end()
        if found["text"]:
            parts.append(repr(found["text"][1:-1].replace("''", "'")))
        elif found["mark"]:
            parts.append(marks.get(found["mark"], found["mark"]))
        elif found["name"] in {"always", "cancelled", "failure", "success", "true", "false"}:
            parts.append(found["name"])
        else:
            parts.append(f"look({found['name']!r})")
    names: dict[str, Any] = {
        "look": lambda name: _looked_up(name, context),
        "always": lambda: True, "cancelled": lambda: False, "failure": lambda: failed, "success": lambda: not failed,
        "true": True, "false": False,
    }  # fmt: skip
    return eval("".join(parts), {"__builtins__": {}}, names)


def _looked_up(name: str, context: Mapping[str, Any]) -> Any:
    value: Any = context
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, Mapping) else ""
    return value


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
