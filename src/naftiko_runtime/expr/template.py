"""Text with holes, ``{{a.b}}`` and in paths ``{a}``, compiled for the place where it lands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ..values import Secret, Text
from ..values.secret import apply, join
from .scope import Const, Expr, Ref, Scope, Value
from .sink import Sink, Unsendable, as_text, check_segment, path_text, plain_text

Lookup: TypeAlias = Callable[[str], Expr | None]

_DOUBLE = re.compile(r"\{\{\{([^{}]+)\}\}\}|\{\{([^{}]+)\}\}")
_EITHER = re.compile(_DOUBLE.pattern + r"|\{([^{}/]+)\}")
_MARKS = "&+ \t\r\n"  # `{{&x}}` is text as it is, `{x+}` any number of segments: neither is part of the name


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a value goes; ``text`` is the author's word for it."""

    text: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Template:
    """Fixed text and holes in turn; every value is encoded by one sink."""

    parts: tuple[str | Hole, ...]
    sink: Sink = plain_text

    def evaluate(self, scope: Scope) -> Value:
        """Return the text, or nothing as soon as one hole has no value."""
        pieces: list[Text] = []
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part)
                continue
            value = part.value.evaluate(scope)
            if value is None:
                return None
            pieces.append(write(value, self.sink))
        return join(pieces)

    def refs(self) -> tuple[Ref, ...]:
        holes = (part for part in self.parts if isinstance(part, Hole))
        return tuple(ref for hole in holes for ref in hole.value.refs())

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"{{{{{part.value}}}}}" for part in self.parts)


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A URL path; the number of its segments is fixed by the file, whatever the values are."""

    segments: tuple[str | Template, ...]

    def render(self, scope: Scope) -> Text:
        """Write the path; raises Unsendable, naming the hole, for a value that cannot be a segment."""
        return join(
            segment if isinstance(segment, str) else self._segment(segment, scope)
            for segment in self.segments
        )

    def _segment(self, template: Template, scope: Scope) -> Text:
        names = ", ".join(part.text for part in template.parts if isinstance(part, Hole))
        try:
            text = template.evaluate(scope)
            if text is None:
                raise Unsendable("is missing, but the path needs it")
            return join(("/", apply(check_segment, write(text, plain_text))))
        except Unsendable as error:
            raise Unsendable(f"{names}: {error}") from None

    def holes(self) -> tuple[Hole, ...]:
        templates = (segment for segment in self.segments if isinstance(segment, Template))
        return tuple(part for template in templates for part in template.parts if isinstance(part, Hole))

    def __str__(self) -> str:
        return "".join(_spell(segment) for segment in self.segments) or "/"


def _spell(segment: str | Template) -> str:
    """Write a segment as authors do: ``/{id}``."""
    if isinstance(segment, str):
        return segment
    return "/" + "".join(part if isinstance(part, str) else f"{{{part.text}}}" for part in segment.parts)


def write(value: Value, sink: Sink) -> Text:
    """Encode a value for its place; a secret stays one."""
    return value.map(sink) if isinstance(value, Secret) else sink(as_text(value))


def hole_names(text: str, *, single: bool = False) -> tuple[str, ...]:
    """List the words in the holes of a text; ``single`` counts ``{x}`` too."""
    return tuple(name for name, _ in _holes(text, single) if name is not None)


def compile_template(text: str, lookup: Lookup, sink: Sink = plain_text) -> Expr:
    """Compile a text with ``{{x}}`` holes. A hole that fills the whole text keeps its type.

    Words that ``lookup`` does not know stay as they are written; it has reported them.
    """
    parts = _parts(text, lookup, single=False)
    if all(isinstance(part, str) for part in parts):
        return Const(text)
    if len(parts) == 1 and isinstance(parts[0], Hole) and sink is plain_text:
        return parts[0].value
    return Template(parts, sink)


def compile_path_template(path: str, lookup: Lookup) -> PathTemplate:
    """Compile a path with ``{x}`` or ``{{x}}`` holes, also inside a segment.

    Authors may leave out the first slash; a path of nothing stays nothing.
    """
    segments: list[str | Template] = []
    for segment in path.removeprefix("/").split("/") if path else ():
        parts = _parts(segment, lookup, single=True)
        if all(isinstance(part, str) for part in parts):
            segments.append(f"/{segment}")
        else:
            segments.append(Template(parts, path_text))
    return PathTemplate(tuple(_merge(segments)))


def _merge(segments: list[str | Template]) -> Iterator[str | Template]:
    """Join neighbouring fixed segments, so that rendering has less to do."""
    fixed = ""
    for segment in segments:
        if isinstance(segment, str):
            fixed += segment
            continue
        if fixed:
            yield fixed
        yield segment
        fixed = ""
    if fixed:
        yield fixed


def _parts(text: str, lookup: Lookup, *, single: bool) -> tuple[str | Hole, ...]:
    parts: list[str | Hole] = []
    for name, piece in _holes(text, single):
        value = lookup(name) if name is not None else None
        if name is not None and value is not None:
            parts.append(Hole(name, value))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += piece
        else:
            parts.append(piece)
    return tuple(parts)


def _holes(text: str, single: bool) -> Iterator[tuple[str | None, str]]:
    """Yield (word, as written) for holes and (None, text) for what lies between."""
    at = 0
    for found in (_EITHER if single else _DOUBLE).finditer(text):
        word = found[found.lastindex or 0].strip(_MARKS)
        if not word:
            continue
        if found.start() > at:
            yield None, text[at : found.start()]
        yield word, found[0]
        at = found.end()
    if at < len(text):
        yield None, text[at:]
