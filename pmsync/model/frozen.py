"""`@frozen`: a frozen dataclass with slots that is quick to define, for the classes that `pmsync status` starts with.

`@dataclass(frozen=True, slots=True)` compiles six methods for each class, which takes most of a millisecond. Here the
classes share theirs. In exchange an instance takes longer to make: use it for values of which a command makes a few.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """The class as a frozen dataclass with slots; `fields`, `replace` and `asdict` of dataclasses work on it."""
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    for name in ("__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"):
        setattr(made, name, vars(_Shared)[name])
    return made


class _Shared:
    """The methods of every frozen class."""

    def __init__(self, *args: Any, **values: Any) -> None:
        names = [each.name for each in fields(self)]  # type: ignore[arg-type]
        if len(args) > len(names) or not values.keys() <= {*names[len(args) :]}:
            raise TypeError(f"{type(self).__name__} takes {', '.join(names)}; not {args} and {values}")
        values.update(zip(names, args, strict=False))
        for each in fields(self):  # type: ignore[arg-type]
            object.__setattr__(self, each.name, values[each.name] if each.name in values else _default(self, each))

    def __repr__(self) -> str:
        shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)  # type: ignore[arg-type]
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(_compared(self))

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}: {value!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")


def _default(instance: Any, each: Any) -> Any:
    if each.default_factory is not MISSING:
        return each.default_factory()
    if each.default is MISSING:
        raise TypeError(f"{type(instance).__name__} needs a value for {each.name!r}")
    return each.default


def _compared(instance: Any) -> tuple[Any, ...]:
    return tuple(getattr(instance, each.name) for each in fields(instance) if each.compare)
