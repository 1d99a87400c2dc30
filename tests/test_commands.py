"""Every command has a module, help that helps, and a place in the README."""

from __future__ import annotations

import importlib
from pathlib import Path

import click
import pytest

from pmsync.cli.main import COMMANDS, cli, main

README = Path(__file__).parents[1] / "README.md"


def command(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_module_has_the_command(name: str) -> None:
    module = importlib.import_module(f"pmsync.cli.commands.{name.replace('-', '_')}")
    assert isinstance(module.command, click.Command)


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_help_explains_and_gives_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Usage: pmsync {name}")
    assert f"  pmsync {name}" in text.split("Options:")[0].partition("\n")[2], "an example"
    assert "-h, --help" in text


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_option_says_what_it_does(name: str) -> None:
    found = command(name)
    parts = [found, *found.commands.values()] if isinstance(found, click.Group) else [found]
    for part in parts:
        silent = [p.name for p in part.params if isinstance(p, click.Option) and not (p.help or p.hidden)]
        assert silent == [], part.name


def test_the_global_options_say_what_they_do() -> None:
    assert [p.name for p in cli.params if isinstance(p, click.Option) and not p.help] == []


@pytest.mark.skipif(len(README.read_text(encoding="utf-8")) < 500, reason="there is no README yet")
@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_readme_mentions_the_command(name: str) -> None:
    assert f"pmsync {name}" in README.read_text(encoding="utf-8")
