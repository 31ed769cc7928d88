"""What an exposed unit answers, cut from what it got (D8)."""

from __future__ import annotations

from ..expr.path import Root, compile_path
from ..expr.scope import Const, Expr
from ..expr.shape import Computed, Fields, Rows, Selected, Shape
from ..expr.template import Lookup, compile_template
from ..plan.contract import KINDS, coerce
from ..source.diagnostics import Report
from ..spec.flows import OutputSpec
from ..values import Json


def is_untouched(outputs: tuple[OutputSpec, ...] | None) -> bool:
    """Tell whether the answer goes to the caller as it comes: no outputs, or one that is the root."""
    if not outputs:
        return True
    only = outputs[0]
    stated = only.value is not None or only.const is not None or only.properties or only.items
    return len(outputs) == 1 and not stated and (only.mapping or "$").strip() in ("$", "$.")


def is_stated(outputs: tuple[OutputSpec, ...] | None) -> bool:
    """Tell whether outputs need no upstream: somewhere a value is stated (D7, mock)."""
    return any(_states(output) for output in outputs or ())


def _states(output: OutputSpec) -> bool:
    inner = (*(output.properties or {}).values(), *_items(output))
    return output.value is not None or output.const is not None or any(_states(part) for part in inner)


def link_outputs(outputs: tuple[OutputSpec, ...], lookup: Lookup, report: Report) -> Shape:
    """Link outputs: one gives its value, several give an object of their names."""
    if len(outputs) == 1:
        return _link(outputs[0], lookup, report)
    named = [(output.name, output) for output in outputs if output.name is not None]
    if not named:
        report.warn("L114", "of several outputs without a name only the first is answered", outputs[0].span())
        return _link(outputs[0], lookup, report)
    return Fields(tuple((name, _link(output, lookup, report)) for name, output in named))


def link_mock(outputs: tuple[OutputSpec, ...], lookup: Lookup, report: Report) -> Shape:
    """Link outputs that the file states; they answer under their names, nameless ones as they are."""
    if len(outputs) == 1 and outputs[0].name is None:
        return _link(outputs[0], lookup, report)
    return Fields(tuple((output.name or "value", _link(output, lookup, report)) for output in outputs))


def _link(spec: OutputSpec, lookup: Lookup, report: Report) -> Shape:
    stated = spec.value if spec.value is not None else spec.const
    if stated is not None and not _is_path(stated):
        return Computed(_compile(stated, spec.type, lookup), spec.type)
    path_text = spec.mapping if spec.mapping is not None else str(stated or "$")
    try:
        path = compile_path(path_text)
    except ValueError as error:
        report.error("L014", str(error), spec.span("mapping"))
        path = Root()
    if spec.properties:
        fields = tuple((name, _link(part, lookup, report)) for name, part in spec.properties.items())
        return Fields(fields, path)
    if items := _items(spec):
        inner = items[0] if len(items) == 1 and items[0].name is None else None
        item = _link(inner, lookup, report) if inner else link_mock(items, lookup, report)
        return Rows(path, item)
    return Selected(path, spec.type)


def _items(spec: OutputSpec) -> tuple[OutputSpec, ...]:
    return spec.items if isinstance(spec.items, tuple) else (spec.items,) if spec.items else ()


def _is_path(stated: Json) -> bool:
    return isinstance(stated, str) and stated.startswith("$")


def _compile(stated: Json, kind: str | None, lookup: Lookup) -> Expr:
    """Compile a stated value; a constant is of the declared kind when it can be read as one."""
    found = compile_template(stated, lookup) if isinstance(stated, str) else Const(stated)
    declared = next((known for known in KINDS if known == kind), None)
    return Const(coerce(found.value, declared)) if isinstance(found, Const) else found
