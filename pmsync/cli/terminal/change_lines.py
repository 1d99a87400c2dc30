"""Lines about a thing and its changes, wrapped between the changes if they are too long."""

from __future__ import annotations

from collections.abc import Sequence

from pmsync.cli.terminal import output
from pmsync.cli.terminal.output import Part
from pmsync.planning.field_changes import FieldChange


def echo_with(first: Sequence[Part], about: Sequence[Part], hang: int) -> None:
    """A thing with a remark beside it, or below it if the line is too short."""
    if not about or output.fits(*first, "  ", *about):
        output.echo(*first, *(["  "] if about else []), *about)
        return
    output.echo(*first, hang=hang)
    output.echo(" " * hang, *about, hang=hang)


def echo_changes(first: Sequence[Part], changes: Sequence[FieldChange], hang: int) -> None:
    """A thing, and its changes below it, a line each."""
    output.echo(*first, hang=hang)
    for change in changes:
        output.echo(" " * hang, output.dim(change.words), hang=hang + 2)
