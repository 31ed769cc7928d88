"""What an exposed unit answers, cut from what it got (D8)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..expr.builder import Lookup
from ..expr.compose import compile_value
from ..expr.path import Path, Root, Steps, compile_path
from ..expr.scope import Const, Expr
from ..expr.shape import Computed, Fields, OnlyField, Rows, Selected, Shape
from ..expr.template import compile_template
from ..plan.contract import KINDS, coerce
from ..plan.surfaces import Part
from ..source.diagnostics import Diagnostic, Report, Span
from ..spec.flows import OutputSpec
from ..values import Json
from ..values.record import dataclass

# `$5.00` is a price
_PATH = re.compile(r"\$([.\[].*)?")


def is_untouched(outputs: tuple[OutputSpec, ...] | None) -> bool:
    """Tell whether the answer goes to the caller as it comes: no outputs, or one that is the root."""
    if not outputs:
        return True
    only = outputs[0]
    is_selected = not _states(only) and not only.properties and not only.items
    return len(outputs) == 1 and is_selected and path_text(only).strip() in ("$", "$.")


def is_stated(outputs: tuple[OutputSpec, ...] | None) -> bool:
    """Tell whether outputs need no upstream: somewhere a value is stated (D7, mock)."""
    return any(_states(output) for output in outputs or ())


def _states(output: OutputSpec) -> bool:
    inner = (*(output.properties or {}).values(), *items_of(output))
    stated = output.value if output.value is not None else output.const
    return (stated is not None and not _is_path(stated)) or any(_states(part) for part in inner)


def parts_of(outputs: tuple[OutputSpec, ...]) -> tuple[Part, ...]:
    """Tell which content outputs are, when one of them says what media type it has; several have keys."""
    if all(output.media_type is None for output in outputs):
        return ()
    is_alone = len(outputs) == 1
    return tuple(
        Part(
            key=output.name if is_alone else output.name or str(number),
            media_type=(output.media_type or "").partition(";")[0].strip().lower(),
            is_base64=(output.encoding or "").lower() == "base64",
            uri=output.uri,
        )
        for number, output in enumerate(outputs)
    )


@dataclass(slots=True)
class OutputLinker:
    """Links the outputs of one unit; a path that nobody can read refuses it (L014)."""

    lookup: Callable[[Span], Lookup]
    report: Report
    inside: Callable[[Span], Lookup]
    is_repeated: bool = False  # the answer's format writes a list as a name that comes again
    refusal: Diagnostic | None = None

    def link(self, outputs: tuple[OutputSpec, ...]) -> Shape:
        """Link outputs: one gives its value, several give an object of their names."""
        named = [(output.name, output) for output in outputs if output.name is not None]
        if len(outputs) > 1 and not named:
            message = "of several outputs without a name only the first is answered"
            self.report.warn("L114", message, outputs[0].span())
        if len(outputs) == 1 or not named:
            return self._link(outputs[0])
        return Fields(tuple((name, self._link(output)) for name, output in named))

    def mock(self, outputs: tuple[OutputSpec, ...]) -> Shape:
        """Link outputs that the file states; they answer under their names, nameless ones as they are."""
        if len(outputs) == 1 and outputs[0].name is None:
            return self._link(outputs[0])
        if parts := parts_of(outputs):
            pairs = zip(parts, outputs, strict=True)
            return Fields(tuple((part.key or "", self._link(output, output.name)) for part, output in pairs))
        return Fields(tuple((output.name or "value", self._link(output, output.name)) for output in outputs))

    def stated(self, spec: OutputSpec) -> Shape | None:
        """Link an output whose value stands in the file."""
        stated = spec.value if spec.value is not None else spec.const
        if stated is None or _is_path(stated):
            return None
        return Computed(self._compile(stated, spec), spec.type)

    def below(self, spec: OutputSpec) -> Shape:
        """Link what an output keeps of a value that is already found."""
        return self._cut(spec, Root())

    def _link(self, spec: OutputSpec, name: str | None = None) -> Shape:
        """Link an output; a part without a path, also inside, is found by its name."""
        if (stated := self.stated(spec)) is not None:
            return stated
        return self._cut(spec, Steps((name,)) if name and not has_path(spec) else self._path(spec))

    def _cut(self, spec: OutputSpec, path: Path) -> Shape:
        if spec.properties:
            parts = tuple((name, self._link(part, name)) for name, part in spec.properties.items())
            return Fields(parts, path)
        if items := items_of(spec):
            is_wrapped = self.is_repeated and path == Root()
            if is_wrapped:
                message = "an XML answer is no list; the only child of its root is read as one"
                self.report.warn("L135", message, spec.span("mapping"), "write the name of the child: $.name")
            return Rows(OnlyField() if is_wrapped else path, self.mock(items), self.is_repeated)
        return Selected(path, spec.type)

    def _path(self, spec: OutputSpec) -> Path:
        text = path_text(spec)
        try:
            if "{{" in text:
                raise ValueError(f"path {text!r} is a text with holes")
            return compile_path(text)
        except ValueError as error:
            hint = "text goes into 'value'" if "{{" in text else None
            self.refusal = self.report.refuse("L014", str(error), spec.span("mapping"), hint)
            return Root()

    def _compile(self, stated: Json, spec: OutputSpec) -> Expr:
        """Compile a stated value; a constant is of the declared kind when it can be read as one."""
        span = spec.span("value" if spec.value is not None else "const")
        lookup, inside = self.lookup(span), self.inside(span)
        try:
            found = compile_value(stated, lambda text: compile_template(text, lookup, inside=inside))
        except ValueError as error:
            self.refusal = self.report.refuse("L060", str(error), span)
            return Const(None)
        declared = next((known for known in KINDS if known == spec.type), None)
        return Const(coerce(found.value, declared)) if isinstance(found, Const) else found


def has_path(spec: OutputSpec) -> bool:
    """Tell whether an output, or a part of it, says where it comes from."""
    inner = (*(spec.properties or {}).values(), *items_of(spec))
    stated = spec.mapping is not None or spec.value is not None or spec.const is not None
    return stated or any(has_path(part) for part in inner)


def items_of(spec: OutputSpec) -> tuple[OutputSpec, ...]:
    return spec.items if isinstance(spec.items, tuple) else (spec.items,) if spec.items else ()


def path_text(spec: OutputSpec) -> str:
    """Return where an output is selected from; a stated path is one that was written as ``value``."""
    return spec.mapping if spec.mapping is not None else str(spec.value or spec.const or "$")


def _is_path(stated: Json) -> bool:
    return isinstance(stated, str) and _PATH.fullmatch(stated) is not None
