"""Frozen values behave as frozen dataclasses with slots do."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from pmsync.model.frozen import frozen


def defined(decorate: Any) -> Any:
    class Person:
        """Somebody."""

        id: str
        email: str = field(default="", repr=False)
        seen: int = field(default=0, compare=False)
        names: list[str] = field(default_factory=list)

        @property
        def first(self) -> str:
            return self.names[0]

    return decorate(Person)


Person = defined(frozen)
Usual = defined(dataclass(frozen=True, slots=True))


def test_values_are_made_compared_and_shown_as_those_of_a_frozen_dataclass() -> None:
    for make in (Person, Usual):
        one = make("alice", names=["Al"])
        assert (one.id, one.email, one.first) == ("alice", "", "Al")
        assert one == make("alice", seen=7, names=["Al"])
        assert one != make("bob", names=["Al"])
        assert replace(one, email="a@b.example").email == "a@b.example"
        assert asdict(one) == {"id": "alice", "email": "", "seen": 0, "names": ["Al"]}
        assert repr(one).endswith("Person(id='alice', seen=0, names=['Al'])")
        assert make("alice").names is not make("alice").names
    assert [each.name for each in fields(Person)] == [each.name for each in fields(Usual)]
    assert Person("alice") != Usual("alice")


def test_equal_values_have_equal_hashes() -> None:
    assert hash(Person("alice", names=())) == hash(Person("alice", seen=1, names=()))


@pytest.mark.parametrize(
    ("args", "values"), [((), {}), (("a", "b", 1, [], 5), {}), (("a",), {"id": "b"}), (("a",), {"x": 1})]
)
def test_wrong_arguments_are_refused(args: Any, values: Any) -> None:
    for make in (Person, Usual):
        with pytest.raises(TypeError):
            make(*args, **values)


def test_nothing_is_changed_or_added() -> None:
    for make in (Person, Usual):
        one = make("alice")
        with pytest.raises(FrozenInstanceError):
            one.id = "bob"
        with pytest.raises(FrozenInstanceError):
            del one.id
        with pytest.raises((FrozenInstanceError, TypeError, AttributeError)):
            one.other = 1
        assert not hasattr(one, "__dict__")
