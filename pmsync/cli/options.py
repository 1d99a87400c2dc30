"""Options that several commands share."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from pmsync.config.toml_table import parse_span


class Duration(click.ParamType[timedelta]):
    """A length of time: `30s`, `5m`, `1h`, `7d`."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        span = parse_span(str(value))
        if span is None:
            self.fail(f"{value!r} is not a length of time; write it like 30s, 5m, 1h or 7d", param, ctx)
        return span


paths = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
allow = click.option("--allow", multiple=True, metavar="KIND=N", help="Raise a limit for this run, e.g. creates=120.")
wait = click.option("--wait", type=Duration(), default="0", help="How long to wait for another run, e.g. 5m.")
metrics = click.option(
    "--metrics",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write figures for Prometheus to FILE (*.prom).",
)
changed_since = click.option(
    "--changed-since",
    "--diff-base",
    "changed_since",
    metavar="REV",
    help="Only documents that this branch changed since it left REV.",
)

full = click.option(
    "--full", is_flag=True, help="Read every ticket, not only changed ones: finds what was deleted or moved."
)
written = click.option(
    "--written",
    "list_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="List the changed documents in FILE, NUL after each, for `git add --pathspec-from-file`.",
)
