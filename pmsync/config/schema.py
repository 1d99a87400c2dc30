"""Keys of the configuration as fields of the settings: what a key means, how it is read, and its default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from typing import Any, Literal

from pmsync.model.frozen import frozen

Reader = Literal[
    "text", "required", "texts", "choice", "variable", "url", "flag", "number", "day", "days", "moment", "span", "limit"
]
"""The methods of `Table` that read a value."""


@frozen
class Key:
    """A key of the configuration. `about` says what it means, in the words of config.example.toml.

    `field` is the settings' field, and `name` the key in the file. `table` is the one of several tables that has the
    key. `types` are the tracker types that have it, all if empty; `by_type` are defaults for single types. `options`
    are further arguments of the reader.
    """

    field: str
    name: str
    about: str
    read: Reader
    default: Any
    table: str
    types: tuple[str, ...]
    by_type: Mapping[str, Any]
    options: Mapping[str, Any]

    def default_for(self, kind: str) -> Any:
        return self.by_type.get(kind, self.default)


def key(
    read: Reader,
    about: str,
    default: Any = None,
    *,
    name: str = "",
    table: str = "",
    types: tuple[str, ...] = (),
    by_type: Mapping[str, Any] | None = None,
    repr: bool = True,  # noqa: A002 (as dataclasses call it)
    **options: Any,
) -> Any:
    """A dataclass field that is read from the configuration; a `required` one needs no default."""
    described = {
        "name": name, "about": about, "read": read, "default": default, "table": table, "types": types,
        "by_type": by_type or {}, "options": options,
    }  # fmt: skip
    if read == "required" and default is None:
        return field(repr=repr, metadata=described)
    return field(default=default, repr=repr, metadata=described)


def keys(settings: type) -> Iterator[Key]:
    """All keys that a settings class is read from."""
    for each in fields(settings):
        if each.metadata:
            yield Key(each.name, **{**each.metadata, "name": each.metadata["name"] or each.name})


def default_of(settings: type, name: str, kind: str = "") -> Any:
    """The default of a field, for trackers of one type where that matters."""
    return next(each for each in keys(settings) if each.field == name).default_for(kind)
