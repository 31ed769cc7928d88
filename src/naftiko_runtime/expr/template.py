"""Text with holes, ``{{a.b}}`` and in paths ``{a}``, compiled for the place where it lands.

Mustache as JMustache reads it, without its HTML escapes: every value is encoded for its place instead.
Sections, inverted sections and comments are for free text; partials, other braces and ``{{$…}}`` are refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..values import Text
from ..values.record import dataclass
from ..values.secret import join
from .builder import Lookup, build
from .scope import Const, Expr, Ref, Scope, Value
from .sections import Hole, Parts
from .sink import Sink, Unsendable, check_segment, path_text, plain_text, write
from .tags import Tag, tokens

_MAX_HOLES = 100


def _nothing(word: str) -> Expr | None:
    return None


@dataclass(frozen=True, slots=True)
class Template:
    """Fixed text, holes and sections in turn; every value is encoded by one sink."""

    parts: Parts
    sink: Sink = plain_text

    def evaluate(self, scope: Scope) -> Value:
        return self.write(scope)

    def write(self, scope: Scope) -> Text | None:
        """Return the text, or nothing as soon as a hole that is not in a section has no value."""
        pieces: list[Text] = []
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part)
            elif isinstance(part, Hole):
                value = part.value.evaluate(scope)
                if value is None:
                    return None
                pieces.append(write(value, self.sink))
            else:
                pieces.extend(part.write(scope, (), self.sink))
        return pieces[0] if len(pieces) == 1 else join(pieces)

    def refs(self) -> tuple[Ref, ...]:
        return tuple(ref for part in self.parts if not isinstance(part, str) for ref in part.refs())

    def needs(self) -> tuple[Ref, ...]:
        """List the names without which there is no text."""
        return tuple(ref for part in self.parts if isinstance(part, Hole) for ref in part.refs())

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """A URL path; the number of its segments is fixed by the file, whatever the values are."""

    segments: tuple[str | Template, ...]

    def render(self, scope: Scope) -> Text:
        """Write the path; raises Unsendable, naming the hole, for a value that cannot be a segment."""
        return join(
            [
                segment if isinstance(segment, str) else self._segment(segment, scope)
                for segment in self.segments
            ]
        )

    def _segment(self, template: Template, scope: Scope) -> Text:
        try:
            text = template.write(scope)
            if text is None:
                raise Unsendable("is missing, but the path needs it")
            return (
                f"/{check_segment(text)}" if isinstance(text, str) else join(("/", text.map(check_segment)))
            )
        except Unsendable as error:
            names = ", ".join(part.text for part in template.parts if isinstance(part, Hole))
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
    return "/" + "".join(
        f"{{{part.text}}}" if isinstance(part, Hole) else str(part) for part in segment.parts
    )


def hole_names(text: str, *, single: bool = False) -> tuple[str, ...]:
    """List the words in the holes of a text; ``single`` counts ``{x}`` too."""
    return tuple(
        token.word for token in tokens(text, single=single) if isinstance(token, Tag) and not token.mark
    )


def check_holes_only(text: str, place: str) -> None:
    """Raise ValueError for sections and comments in a place that only holes can fill, and for many holes."""
    holes = 0
    for token in tokens(text, single=True):
        if isinstance(token, Tag):
            holes += 1
            if token.mark:
                raise ValueError(
                    f"{token.text!r} cannot stand in {place}, where only holes such as {{{{x}}}} can"
                )
    if holes > _MAX_HOLES:
        raise ValueError(f"{place} cannot have more than {_MAX_HOLES} holes; this one has {holes}")


def compile_template(
    text: str, lookup: Lookup, sink: Sink = plain_text, *, inside: Lookup = _nothing
) -> Expr:
    """Compile a text with holes and sections. A hole that fills the whole text keeps its type.

    Words that ``lookup`` does not know stay as they are written; it has reported them. Inside sections words
    may be fields of elements; what they mean where no element has such a field, ``inside`` knows.
    Raises ValueError, with a sentence about the tag, for what cannot be compiled.
    """
    parts = build(tokens(text), lookup, inside)
    fixed = [part for part in parts if isinstance(part, str)]
    if len(fixed) == len(parts):
        return Const("".join(fixed))
    if len(parts) == 1 and isinstance(parts[0], Hole) and sink is plain_text:
        return parts[0].value
    return Template(parts, sink)


def compile_path_template(path: str, lookup: Lookup) -> PathTemplate:
    """Compile a path with ``{x}`` or ``{{x}}`` holes, also inside a segment; raises ValueError for sections.

    Authors may leave out the first slash; a path of nothing stays nothing.
    """
    check_holes_only(path, "a path")
    segments: list[str | Template] = []
    for segment in path.removeprefix("/").split("/") if path else ():
        parts = build(tokens(segment, single=True), lookup, _nothing)
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
