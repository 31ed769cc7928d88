"""Bound variables: which ones are declared, and which ones are used where (D10)."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..expr.scope import BindValue
from ..plan.explain import Bind, BindUse
from ..source.diagnostics import Report, Span
from ..spec.document import BindSpec


@dataclass(frozen=True, slots=True)
class _Declared:
    key: str
    namespace: str
    source: str
    span: Span
    location: str | None = None


@dataclass(slots=True)
class BindTable:
    """Finds variables by ``{{ns.X}}``, ``{{env.X}}`` and ``{{X}}``, and remembers who asked."""

    report: Report
    specs: tuple[BindSpec, ...]
    _used: dict[str, tuple[_Declared, list[BindUse]]] = field(default_factory=dict)

    def knows(self, word: str) -> bool:
        """Tell whether a word in a hole names a declared variable."""
        return self._declared(word) is not None

    def resolve(self, word: str, what: str, span: Span) -> BindValue:
        """Link a variable; one that no bind declares comes from the environment, with a warning (L110)."""
        found = self._declared(word)
        if found is None:
            variable = _dotted(word).rpartition(".")[2]
            self.report.warn("L110", f"no bind declares {word!r}; it is read from the environment", span)
            found = _Declared(f"env.{variable}", "environment", variable, span)
        elif found.location is not None and found.key not in self._used:
            self.report.error(
                "L011", f"binds from {found.location!r} are not read by this release", found.span
            )
        self._used.setdefault(found.key, (found, []))[1].append(BindUse(what, span))
        return BindValue(found.key)

    def used(self) -> tuple[Bind, ...]:
        return tuple(
            Bind(found.key, found.namespace, found.source, found.span, tuple(uses))
            for found, uses in self._used.values()
        )

    def _declared(self, word: str) -> _Declared | None:
        namespace, _, variable = _dotted(word).rpartition(".")
        for spec in self.specs:
            if variable in spec.keys and namespace in ("", "env", spec.namespace):
                source = "environment" if spec.location is None else spec.location
                key = f"{spec.namespace}.{variable}"
                return _Declared(key, source, spec.keys[variable], spec.span("keys", variable), spec.location)
        return None


def _dotted(word: str) -> str:
    """Read ``ns:X``, which some authors write, as ``ns.X``."""
    return word.replace(":", ".")
