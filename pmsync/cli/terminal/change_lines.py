"""Lines about one thing and what is different about it: broken where their meaning does, if they have to be."""

from __future__ import annotations

from collections.abc import Sequence

from pmsync.cli.terminal import output
from pmsync.cli.terminal.output import Part
from pmsync.planning.field_changes import FieldChange


def echo_with(first: Sequence[Part], about: Sequence[Part], hang: int) -> None:
    """A thing and what there is to say of it: beside it, or below it where there is no room."""
    if not about or output.fits(*first, "  ", *about):
        output.echo(*first, *(["  "] if about else []), *about)
        return
    output.echo(*first, hang=hang)
    output.echo(" " * hang, *about, hang=hang)


def echo_changes(first: Sequence[Part], changes: Sequence[FieldChange], hang: int) -> None:
    """A thing, and below it what changes of it, a line each."""
    output.echo(*first, hang=hang)
    for change in changes:
        output.echo(" " * hang, output.dim(change.words), hang=hang + 2)
