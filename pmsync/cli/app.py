"""What every command gets from the frame: where it runs, with which configuration, and how much it may say."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmsync.model.frozen import frozen

if TYPE_CHECKING:
    from pmsync.config.settings import Settings


@frozen
class App:
    """The world outside as one value, so that tests can bring their own.

    `config` is the file named by `--config` or `PMSYNC_CONFIG`, None where it is to be looked for. `verbosity` is -1
    for `--quiet`, else the number of `-v`.
    """

    config: Path | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    cwd: Path = field(default_factory=Path.cwd)
    verbosity: int = 0
    debug: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def settings(self, *, whole: bool = True) -> Settings:
        """The configuration; raises ConfigError where there is none, or with all that is wrong in it.

        Who only reads documents needs no `whole` one.
        """
        from pmsync.config.file import load  # noqa: PLC0415 (not every command reads a configuration)

        return load(self.config, self.environ, self.cwd, whole=whole)


def asks_json(args: Sequence[str], option: str) -> bool:
    """Whether the option has the value json; works on arguments that cannot be parsed, too."""
    pairs = zip(args, [*args[1:], ""], strict=False)
    return any(one == f"{option}=json" or (one, two) == (option, "json") for one, two in pairs)


pass_app = click.make_pass_decorator(App)
