"""Whose a marker is: the namespace and the place (repository and folder) that it names. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pmsync.model import Marker


@dataclass(frozen=True, slots=True)
class Belonging:
    """The names of this configuration. `homes` are the names of its place, the usual one first; none if unknown.

    `formerly` are its former namespaces and places, as configured.
    """

    namespace: str
    homes: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        return self.homes[0] if self.homes else ""

    def owns(self, marker: Marker) -> bool:
        """Whether the marker is ours. A part that it lacks does not count against it."""
        return self.is_our_namespace(marker.namespace) and self.is_here(marker.home)

    def is_of_another(self, marker: Marker) -> bool:
        """Whether another configuration uses our namespace."""
        return marker.namespace == self.namespace and not self.is_here(marker.home)

    def is_of_before(self, marker: Marker) -> bool:
        """Whether it was written here, under another namespace."""
        is_here = bool(marker.home and self.homes) and self.is_here(marker.home)
        return is_here and not self.is_our_namespace(marker.namespace)

    def is_our_namespace(self, namespace: str) -> bool:
        return namespace in {self.namespace, "", *self.formerly}

    def is_here(self, home: str) -> bool:
        return not home or not self.homes or home in self.formerly or is_one_of(home, self.homes)


def home_name(repository: str, folder: str) -> str:
    """Return a place's name: `github.com/acme/web:services/pay`. The repository is '' if unknown; the folder is '.' for
    the top of the work tree.
    """
    return f"{repository.lower()}:{folder or '.'}"


def is_one_of(home: str, homes: Iterable[str]) -> bool:
    """Whether a place is one of these; an unknown repository matches any."""
    repository, _, folder = home.partition(":")
    return any(
        folder == folder2 and (not repository or not repository2 or repository == repository2)
        for repository2, _, folder2 in (each.partition(":") for each in homes)
    )


def named(values: Collection[str]) -> str:
    """Return the values in quotes, for a message; of many, the first three."""
    first = sorted(values)
    return ", ".join(repr(each) for each in first[:3]) + (" …" if len(first) > 3 else "")
