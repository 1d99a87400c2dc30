"""The frame of the command line: names, options, errors and exit codes."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from pmsync import __version__
from pmsync.cli.app import App
from pmsync.cli.main import COMMANDS, cli, pass_app
from pmsync.errors import LedgerError
from tests.cli.conftest import CONFIG, DOCUMENT, Run, write

PMSYNC = [sys.executable, "-c", "import sys; from pmsync.cli.main import main; sys.exit(main())"]
Register = Callable[[Callable[[], object]], None]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Let `pmsync status` do something else, such as fail."""

    def register(action: Callable[[], object]) -> None:
        made = click.Command("status", callback=action)
        output_format = click.Option(["--format", "output_format"], expose_value=False)
        made.params.append(output_format)
        monkeypatch.setattr(cli, "get_command", lambda ctx, name: made)

    return register


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").out == f"pmsync {__version__}\n"


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_help_lists_every_command_with_a_line(run: Run, flag: str) -> None:
    answer = run(flag)
    assert answer.code == 0
    for name, (_, summary) in COMMANDS.items():
        assert f"  {name}" in answer.out
        assert summary in answer.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_keeps_its_examples_a_line_each(run: Run, name: str) -> None:
    answer = run(name, "--help")
    assert answer.code == 0
    assert "\\b" not in answer.out
    assert "\b" not in answer.out
    examples = answer.out.partition("Examples:\n")[2].partition("\n\n")[0].splitlines()
    assert examples
    assert all(line.startswith("    pmsync ") for line in examples)


def test_an_unknown_command_is_wrong_usage_and_names_the_nearest(run: Run) -> None:
    answer = run("statsu")
    assert answer.code == 2
    assert answer.err == "error: no such command 'statsu'\nhint: did you mean `status`?\n"
    assert answer.out == ""


def test_an_unknown_option_names_the_nearest_and_is_not_guessed(run: Run) -> None:
    answer = run("--verbos", "check")
    assert answer.code == 2
    assert "did you mean `--verbose`" in answer.err


@pytest.mark.parametrize(
    ("args", "right"),
    [
        (["plan", "-v"], "pmsync -v plan"),
        (["tickets", "list", "--quiet"], "pmsync --quiet tickets list"),
        (["status", "--color", "never"], "pmsync --color … status"),
    ],
)
def test_an_option_of_all_commands_behind_one_names_the_right_call(run: Run, args: list[str], right: str) -> None:
    answer = run(*args)
    assert answer.code == 2
    assert f"hint: put it before the command: `{right}`\n" in answer.err


@pytest.mark.parametrize("args", [(), ("tcsh",)])
def test_a_wrong_shell_is_told_on_one_line(run: Run, args: tuple[str, ...]) -> None:
    answer = run("completion", *args)
    assert answer.code == 2
    error, hint = answer.err.splitlines()
    assert "SHELL" in error
    assert "bash" in error
    assert hint == "hint: see `pmsync completion --help`"


def test_no_command_shows_the_help_as_wrong_usage(run: Run) -> None:
    answer = run()
    assert answer.code == 2
    assert "Usage: pmsync" in answer.out + answer.err


def test_a_failure_is_an_error_with_a_hint_on_stderr(run: Run, broken: Register) -> None:
    broken(raising(LedgerError("ledger 'x.db' is damaged\nmove it aside")))
    answer = run("status")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "error: ledger 'x.db' is damaged\nhint: move it aside\n"


def test_a_failure_with_json_is_one_object_on_one_line_of_stderr(run: Run, broken: Register) -> None:
    broken(raising(LedgerError("ledger 'x.db' is damaged\nmove it aside")))
    answer = run("status", "--format", "json")
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert json.loads(answer.err) == {
        "message_type": "error",
        "code": 1,
        "message": "ledger 'x.db' is damaged\nmove it aside",
    }


def test_all_problems_of_a_configuration_are_listed_and_it_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"pmsync.toml": "[documents]\nsince = 1\n[trackers.a]\ntype = 'x'\n"})
    answer = run("check")
    assert answer.code == 2
    bullets = [line for line in answer.err.splitlines() if line.startswith("  - ")]
    assert len(bullets) == 3
    assert answer.err.startswith("error: the configuration has 3 problems\n")


def test_without_configuration_the_searched_folders_and_init_are_named(run: Run, tmp_path: Path) -> None:
    answer = run("doctor")
    assert answer.code == 2
    assert str(tmp_path) in answer.out
    assert "pmsync init" in answer.out


def test_an_interrupt_is_130(run: Run, broken: Register) -> None:
    broken(raising(KeyboardInterrupt()))
    answer = run("status")
    assert (answer.code, answer.err.strip()) == (130, "error: interrupted")


def test_a_bug_is_3_and_its_traceback_is_in_a_private_file(
    run: Run, broken: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(click, "get_app_dir", lambda name: str(tmp_path / "app" / name))
    monkeypatch.setenv("SECRET_TOKEN", "hunter2-hunter2")
    broken(raising(ZeroDivisionError("by nothing")))
    answer = run("status")
    assert answer.code == 3
    (log,) = (tmp_path / "app" / "pmsync").iterdir()
    assert str(log) in answer.err
    assert "Traceback" not in answer.err
    text = log.read_text()
    assert "ZeroDivisionError: by nothing" in text
    assert "hunter2" not in text
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_bug_without_a_home_folder_is_logged_among_the_temporary_files(
    run: Run, broken: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocker = write(tmp_path, {"file": ""}) / "file"
    monkeypatch.setattr(click, "get_app_dir", lambda name: str(blocker / name))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    broken(raising(ZeroDivisionError()))
    assert run("status").code == 3
    assert list(tmp_path.glob("bug-*.log"))


def test_debug_shows_the_traceback_of_an_ordinary_failure(run: Run, broken: Register) -> None:
    broken(raising(LedgerError("locked")))
    answer = run("--debug", "status")
    assert answer.code == 1
    assert "Traceback" in answer.err


def test_a_command_gets_configuration_environment_and_verbosity(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[App] = []
    monkeypatch.setattr(cli, "get_command", lambda ctx, name: click.Command("status", callback=pass_app(seen.append)))
    run("-vv", "status", environ={"PMSYNC_CONFIG": "other.toml"})
    run("-q", "--config", "third.toml", "status", environ={"PMSYNC_CONFIG": "other.toml"})
    assert [(app.config, app.verbosity) for app in seen] == [(Path("other.toml"), 2), (Path("third.toml"), -1)]
    assert seen[0].cwd == tmp_path


def test_the_configuration_named_by_the_environment_is_used(run: Run, tmp_path: Path) -> None:
    write(tmp_path, {"conf/other.toml": CONFIG, "conf/postmortems/a.md": DOCUMENT})
    answer = run("check", environ={"PMSYNC_CONFIG": "conf/other.toml"})
    assert "2 items in 1 document" in answer.out


def imported_by(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_the_version_imports_nothing_heavy() -> None:
    loaded = imported_by("from pmsync.cli.main import main; main(['--version'])")
    assert "click" in loaded
    assert not loaded & {"github", "jira", "requests", "sqlite_utils", "rich", "markdown_it", "yaml", "tenacity"}


def test_every_command_can_be_loaded_without_a_tracker_client() -> None:
    loaded = imported_by(
        "import click\nfrom pmsync.cli.main import cli, COMMANDS\nfor n in COMMANDS: cli.get_command(None, n)"
    )
    assert not loaded & {"github", "jira", "requests", "sqlite_utils", "tenacity"}


def test_a_reader_that_leaves_early_breaks_nothing(tmp_path: Path) -> None:
    long = DOCUMENT + "".join(f"- Write page {n} of the runbook (owner: alice)\n" for n in range(5000))
    write(tmp_path, {"long.md": long})
    command = [*PMSYNC, "extract", str(tmp_path / "long.md")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_ctrl_c_in_a_real_process_ends_it_with_130(tmp_path: Path) -> None:
    pipe = tmp_path / "never"
    os.mkfifo(pipe)
    reading = "import pmsync.cli.commands.extract as e; "
    reading += "e.read_each = lambda *a: (print(flush=True), open(sys.argv[-1]).read())"
    code = f"import sys; {reading}; from pmsync.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "extract", str(pipe)]
    # a suite that runs in the background of a shell has inherited that Ctrl-C is ignored
    ends = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, preexec_fn=ends, **pipes) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1)  # from the line to the call that waits
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "Traceback" not in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_for_pmsync(run: Run, shell: str) -> None:
    answer = run("completion", shell)
    assert answer.code == 0
    assert "_PMSYNC_COMPLETE" in answer.out


def test_completion_offers_the_commands() -> None:
    environ = {**os.environ, "_PMSYNC_COMPLETE": "bash_complete", "COMP_WORDS": "pmsync st", "COMP_CWORD": "1"}
    done = subprocess.run(PMSYNC, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "plain,status\n"
