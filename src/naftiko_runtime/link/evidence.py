"""What stands around a call, and which operations of its name that speaks for: one function a code (D3).

Name similarity is not used: it is wrong in one of thirty real cases.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias, TypeVar

from ..expr.scope import fold
from ..spec.exposes import ExposedResourceSpec, RouteSpec
from ..spec.flows import InputSpec, UnitSpec
from ..values import record
from .consumes import Candidate
from .variables import VARIABLE

_Key = TypeVar("_Key", bound=Hashable)


@record.dataclass(frozen=True, slots=True)
class Unit:
    """An exposed route or tool that is being linked, and the resource it stands in.

    ``shared`` are the inputs that its server and its resource declare for all of their units.
    """

    spec: UnitSpec
    resource: ExposedResourceSpec | None = None
    shared: tuple[InputSpec, ...] = ()


@dataclass(frozen=True)
class Meanings:
    """The operations of one name, perhaps thousands; a rule finds them by what they say of themselves."""

    candidates: tuple[Candidate, ...]

    @cached_property
    def by_resource(self) -> Mapping[str, list[Candidate]]:
        return self._by(lambda found: fold(found.resource.name))

    @cached_property
    def by_path(self) -> Mapping[tuple[str, str], list[Candidate]]:
        return self._by(lambda found: (found.method, _path(found.path)))

    @cached_property
    def path_lengths(self) -> tuple[int, ...]:
        """List how long the paths are; one of no length says nothing."""
        return tuple({len(path) for _, path in self.by_path} - {0})

    @cached_property
    def by_description(self) -> Mapping[str, list[Candidate]]:
        return self._by(lambda found: (found.operation.description or "").strip())

    @cached_property
    def by_parameters(self) -> Mapping[frozenset[str], list[Candidate]]:
        return self._by(
            lambda found: frozenset(fold(param.name) for param in found.params if param.fixed is None)
        )

    def _by(self, say: Callable[[Candidate], _Key]) -> dict[_Key, list[Candidate]]:
        said: dict[_Key, list[Candidate]] = {}
        for candidate in self.candidates:
            said.setdefault(say(candidate), []).append(candidate)
        return said


Rule: TypeAlias = Callable[[Unit, Meanings], Sequence[Candidate]]


def same_resource(unit: Unit, meant: Meanings) -> Sequence[Candidate]:
    """L101: the consumed resource is named like the exposed one."""
    name = unit.resource.name if unit.resource else None
    return () if name is None else meant.by_resource.get(fold(name), ())


def same_path(unit: Unit, meant: Meanings) -> Sequence[Candidate]:
    """L102: the exposed path ends in the consumed path, and the method is the same."""
    if unit.resource is None or not isinstance(unit.spec, RouteSpec):
        return ()
    method, path = unit.spec.method.upper(), _path(unit.resource.path)
    ends = (path[-length:] for length in meant.path_lengths if length <= len(path))
    return [found for end in ends for found in meant.by_path.get((method, end), ())]


def same_description(unit: Unit, meant: Meanings) -> Sequence[Candidate]:
    """L103: both are described by the same words."""
    described = (unit.spec.description or "").strip()
    return meant.by_description.get(described, ()) if described else ()


def same_parameters(unit: Unit, meant: Meanings) -> Sequence[Candidate]:
    """L104: ``with`` names exactly the operation's parameters; without ``with`` nothing is said (D12)."""
    given = frozenset(fold(key) for key in unit.spec.with_ or {})
    return meant.by_parameters.get(given, ()) if given else ()


RULES: Mapping[str, tuple[str, Rule]] = {
    "L101": ("the name of its resource", same_resource),
    "L102": ("its path and method", same_path),
    "L103": ("its description", same_description),
    "L104": ("the set of its parameters", same_parameters),
}


def _path(path: str) -> str:
    """Bring spellings of a path together, its variables too."""
    return fold(VARIABLE.sub(r"{\1}", path)).rstrip("/")
