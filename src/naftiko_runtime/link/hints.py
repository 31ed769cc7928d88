"""What a tool does to the world, told to clients before they call it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from ..plan.flow import Flow
from ..plan.forward import Forward
from ..plan.surfaces import Body, PassThrough, Refused
from ..spec.aggregates import SemanticsSpec
from ..spec.exposes import HintsSpec

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_IDEMPOTENT = _SAFE | {"PUT", "DELETE"}


def link_hints(body: Body, semantics: SemanticsSpec | None, spec: HintsSpec | None) -> dict[str, bool]:
    """Say what the file says; what it leaves open follows from the methods of the calls (RFC 9110, 9.2)."""
    told = _of_semantics(semantics) | _of_spec(spec)
    if isinstance(body, Refused):
        return told
    derived = _of_methods(set(_methods(body)))
    is_read_only = told.get("readOnly", derived["readOnly"])
    if is_read_only != derived["readOnly"]:  # the author knows better, so the methods say nothing
        derived |= {"destructive": not is_read_only, "idempotent": is_read_only}
    return derived | told


def _methods(body: PassThrough | Forward | Flow) -> Iterator[str]:
    match body:
        case PassThrough(call) | Forward(call):
            yield call.method.upper()
        case Flow():
            yield from (call.method.upper() for call in body.calls)
        case _:
            assert_never(body)


def _of_methods(methods: set[str]) -> dict[str, bool]:
    is_safe = methods <= _SAFE
    found = {"readOnly": is_safe, "destructive": not is_safe, "openWorld": bool(methods)}
    return found | {"idempotent": methods <= _IDEMPOTENT}


def _of_semantics(semantics: SemanticsSpec | None) -> dict[str, bool]:
    """Say what a tool that runs a flow does (spec 2.15)."""
    if semantics is None:
        return {}
    hints: dict[str, bool] = {}
    if semantics.safe is not None:
        hints["readOnly"] = semantics.safe
    if semantics.safe:
        hints["destructive"] = False
    if semantics.idempotent is not None:
        hints["idempotent"] = semantics.idempotent
    return hints


def _of_spec(spec: HintsSpec | None) -> dict[str, bool]:
    if spec is None:
        return {}
    given = {
        "readOnly": spec.read_only,
        "destructive": spec.destructive,
        "idempotent": spec.idempotent,
        "openWorld": spec.open_world,
    }
    return {name: value for name, value in given.items() if value is not None}
