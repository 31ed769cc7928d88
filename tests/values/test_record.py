"""Our dataclasses do what those of the standard library do."""

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any

import pytest

from naftiko_runtime.values import record

Make = Callable[[Callable[..., Any], bool], Any]


def settings(frozen: bool) -> Any:
    return {"slots": True, "frozen": frozen}


def of_many(dataclass: Callable[..., Any], frozen: bool) -> Any:
    @dataclass(**settings(frozen))
    class Ship:
        imo: int
        name: str = "?"
        crew: list[str] = field(default_factory=list)
        note: str = field(default="", repr=False, compare=False)
        seen: set[str] = field(default_factory=set, init=False)
        flag: str = field(default="NL", init=False)

    return Ship


def of_one(dataclass: Callable[..., Any], frozen: bool) -> Any:
    @dataclass(**settings(frozen))
    class Port:
        imo: int

        def __repr__(self) -> str:
            return "a port"

    return Port


def derived(dataclass: Callable[..., Any], frozen: bool) -> Any:
    @dataclass(**settings(frozen))
    class Tug(of_many(dataclass, frozen)):  # type: ignore[misc]
        """Tows."""

        pull: float = 1.5
        total: float = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "total", self.pull * 2)

        def __eq__(self, other: object) -> bool:
            return False

        __hash__ = object.__hash__

    return Tug


def both(make: Make, frozen: bool) -> tuple[Any, Any]:
    return make(dataclasses.dataclass, frozen), make(record.dataclass, frozen)


def outcome(what: Callable[[], object]) -> object:
    """Give what is answered, or the kind and words of what is raised."""
    try:
        return what()
    except (TypeError, AttributeError) as error:
        return type(error), str(error).split("test_record")[-1]


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("make", [of_many, of_one, derived])
@pytest.mark.parametrize(
    "use",
    [
        lambda Ship: repr(Ship(1)),
        lambda Ship: repr(Ship(imo=1)),
        lambda Ship: Ship(),
        lambda Ship: Ship(1, other=2),
        lambda Ship: Ship(1) == Ship(1),
        lambda Ship: Ship(1) == Ship(2),
        lambda Ship: Ship(1) != Ship(1),
        lambda Ship: Ship(1) == 1,
        lambda Ship: Ship(1) < Ship(2),
        lambda Ship: repr(replace(Ship(1), imo=2)),
        lambda Ship: repr(copy.copy(Ship(3))),
        lambda Ship: [each.name for each in fields(Ship)],
        lambda Ship: Ship.__match_args__,
        lambda Ship: Ship.__slots__,
        lambda Ship: Ship.__eq__ is object.__eq__,
        lambda Ship: (Ship.__name__, Ship.__init__.__qualname__ if Ship(1) else ""),
        lambda Ship: setattr(Ship(1), "imo", 2),
        lambda Ship: delattr(Ship(1), "imo"),
        lambda Ship: repr(Ship(1, "Ever", ["Ada"])),
        lambda Ship: Ship(1, "Ever", note="a") == Ship(1, "Ever", note="b"),
        lambda Ship: Ship(1).crew is Ship(1).crew,
        lambda Ship: Ship(1).total,
        lambda Ship: Ship(1).flag,
    ],
)
def test_what_they_answer_and_raise_is_the_same(
    make: Make, use: Callable[[Any], object], frozen: bool
) -> None:
    theirs, ours = both(make, frozen)
    assert outcome(lambda: use(ours)) == outcome(lambda: use(theirs))


def test_frozen_ones_are_keys_and_others_are_not() -> None:
    ours = of_one(record.dataclass, True)
    assert {ours(1): "one"}[ours(1)] == "one"
    assert hash(ours(1)) != hash(ours(2))
    with pytest.raises(TypeError, match="unhashable"):
        hash(of_one(record.dataclass, False)(1))


@record.dataclass(slots=True, frozen=True)
class Pair:
    left: int
    right: tuple[str, ...] = ()


@record.dataclass(slots=True, frozen=True)
class Nothing:
    pass


def test_frozen_ones_can_be_sent_to_other_processes() -> None:
    received = pickle.loads(pickle.dumps(Pair(1, ("a",))))  # noqa: S301 - our own
    assert received == Pair(1, ("a",))
    with pytest.raises(FrozenInstanceError, match=r"^cannot assign to field 'left'$"):
        received.left = 2


def test_one_without_fields_is_made_and_compared() -> None:
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1


def test_a_class_without_a_docstring_has_its_name_for_one() -> None:
    assert (Nothing.__doc__, derived(record.dataclass, True).__doc__) == ("Nothing", "Tows.")


def test_nothing_is_compiled_before_one_is_made() -> None:
    ours = of_many(record.dataclass, True)
    before = ours.__init__
    assert ours(1).name == "?"
    compiled = ours.__init__
    assert compiled is not before
    assert ours(2) != ours(1)
    assert ours.__init__ is compiled
    assert before(ours.__new__(ours), 3) is None  # whoever kept it can still call it
