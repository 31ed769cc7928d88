"""The step that finds rows of what an earlier step found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..expr.scope import Expr, Scope, StepResult, Value, match_name
from ..expr.sink import as_text
from ..plan.asking import Query
from ..plan.call import HttpCall
from ..plan.flow import Answer, Effects
from ..values import Json, Secret
from ..values.record import dataclass


@dataclass(frozen=True, slots=True)
class LookupStep:
    """Keeps the named fields of the first row that matches, for a list of values those of all (spec 2.14).

    Values match when they are written alike: 7 and "7" do. What no row matches is nothing, or left out of
    the list. Fields go by their names, else by the only one that differs in case, hyphens and underscores:
    the schema does not allow an underscore in ``match``.
    """

    name: str
    index: StepResult
    match: str
    value: Expr
    fields: tuple[str, ...]

    @property
    def calls(self) -> tuple[HttpCall, ...]:
        return ()

    @property
    def asks(self) -> tuple[Query, ...]:
        return ()

    def parts(self) -> Iterator[tuple[str, str, Expr]]:
        yield "lookup", self.match, self.value

    async def run(self, scope: Scope, effects: Effects) -> Answer:
        rows = self._rows(self.index.evaluate(scope))
        wanted = self.value.evaluate(scope)
        if isinstance(wanted, list):
            found = [self._cut(rows[key]) for item in wanted if (key := _key(item)) in rows]
            return Answer(200, (), [*found])
        key = _key(wanted)
        return Answer(200, (), self._cut(rows[key]) if key in rows else None)

    def _rows(self, index: Value) -> Mapping[str, dict[str, Json]]:
        """List the rows by their key; of several with the same one the first counts."""
        found: dict[str, dict[str, Json]] = {}
        for row in index if isinstance(index, list) else (index,):
            if isinstance(row, dict) and (key := _key(_field(row, self.match))):
                found.setdefault(key, row)
        return found

    def _cut(self, row: dict[str, Json]) -> Json:
        return {name: _field(row, name) for name in self.fields}

    def __str__(self) -> str:
        fields = ", ".join(self.fields)
        return f"finds {fields} in {self.index} where {self.match} is {self.value}"


def _field(row: dict[str, Json], name: str) -> Json:
    if name in row:
        return row[name]
    alike = match_name(name, row)
    return row[alike] if alike is not None else None


def _key(value: Value) -> str:
    """Write a value as it is compared; nothing, and what is secret, equals nothing."""
    return "" if value is None or isinstance(value, Secret) else as_text(value)
