"""Limits: how many days something may take."""

from __future__ import annotations

from pmsync.model.frozen import frozen


@frozen
class Limit:
    """A number of days, or of business days."""

    days: int
    business: bool = False

    @property
    def most(self) -> int:
        """The most days that a configuration can give: a hundred years, or four of business days."""
        return 1_000 if self.business else 36_500
