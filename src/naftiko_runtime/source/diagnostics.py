"""What we tell authors about their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from ..values import Json
from .nearest import nearest


class Severity(Enum):
    """``error``: no plan. ``refused``: this operation is not served. ``warning``: a tolerance was used."""

    ERROR = "error"
    REFUSED = "refused"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing an author should know: a code, a sentence, the place and what would be right."""

    code: str
    message: str
    span: Span
    severity: Severity
    hint: str | None = None

    def __str__(self) -> str:
        tail = f"\n  hint: {self.hint}" if self.hint else ""
        return f"{self.span}: {self.severity.value}[{self.code}]: {self.message}{tail}"

    def as_json(self) -> dict[str, Json]:
        place: dict[str, Json] = {"file": self.span.file, "line": self.span.line, "column": self.span.column}
        said: dict[str, Json] = {"severity": self.severity.value, "code": self.code, "message": self.message}
        return place | said | {"hint": self.hint}


@dataclass(slots=True)
class Report:
    """Collects diagnostics, each once; nothing is raised until the whole file has been read."""

    items: list[Diagnostic] = field(default_factory=list)
    _said: set[Diagnostic] = field(default_factory=set)

    def error(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self._add(Diagnostic(code, message, span, Severity.ERROR, hint))

    def refuse(self, code: str, message: str, span: Span, hint: str | None = None) -> Diagnostic:
        """Say that one operation cannot be served; the diagnostic is what its callers are told."""
        self._add(refused := Diagnostic(code, message, span, Severity.REFUSED, hint))
        return refused

    def warn(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self._add(Diagnostic(code, message, span, Severity.WARNING, hint))

    def take(self, items: Iterable[Diagnostic]) -> None:
        """Take over what another report heard."""
        for item in items:
            self._add(item)

    def _add(self, item: Diagnostic) -> None:
        """Keep what is new: a flow that several units refer to is linked for each of them."""
        if item not in self._said:
            self._said.add(item)
            self.items.append(item)

    def count(self, severity: Severity) -> int:
        return sum(1 for item in self.items if item.severity is severity)

    @property
    def has_errors(self) -> bool:
        return self.count(Severity.ERROR) > 0

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self.items, key=lambda item: item.span))

    def __str__(self) -> str:
        return "\n".join(str(item) for item in self)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return a hint that names the nearest known word in any case, or nothing when none is near."""
    near = nearest(word, known)
    return None if near is None else f"did you mean {near!r}?"
