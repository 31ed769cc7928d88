"""Secrets that stand in a file in clear text, elsewhere than in ``authentication``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from ..expr.scope import fold
from ..source.diagnostics import Span
from ..spec.base import SpecModel
from ..spec.consumes import HttpSpec, OperationSpec, ResourceSpec
from ..spec.flows import CallStepSpec, ScriptStepSpec, UnitSpec
from ..values import Json
from .rule import Finding
from .survey import Survey

_Given: TypeAlias = tuple[str, Json, Span]

_SECRET = re.compile(
    r"(proxy)?authorization|password|passwd|(x|client|shared|webhook)?secret(key)?"
    r"|(x|xapp|user)?(api|auth|access|bearer|private|session|subscription)?token"
    r"|(x|ocpapim|goog|xgoog|xrapid)?(api|auth|access|private|subscription|secret)key"
)
_CONSUMED = (HttpSpec, ResourceSpec, OperationSpec)
_CALLER = ("rest", "tools", "mcp", "env", "$this")


def no_literal_secrets(survey: Survey) -> Iterator[Finding]:
    """Find parameters whose name says that they are secret, with a value that anybody can read."""
    words = {*_CALLER, *(getattr(server, "namespace", "") for server in survey.servers)}
    for owner in survey.models:
        # a parameter may state a variable without braces (L150)
        known = words | survey.variables if isinstance(owner, _CONSUMED) else words
        for name, value, span in _given(owner):
            if _SECRET.fullmatch(fold(name)) and _is_literal(value, known):
                message = f"{name!r} has a value in clear text, which everybody who has this file can read"
                yield Finding(message, span, "bind a variable and write '{{env.NAME}}'")


def _given(owner: SpecModel) -> Iterator[_Given]:
    """List the fixed values of consumed parameters, and what units and steps give to calls."""
    if isinstance(owner, _CONSUMED):
        for spec in owner.inputs or ():
            yield spec.name, spec.value, spec.span("value")
    elif isinstance(owner, UnitSpec | CallStepSpec | ScriptStepSpec):
        for name, value in (owner.with_ or {}).items():
            yield name, value, owner.span("with", name)


def _is_literal(value: Json, words: set[str]) -> bool:
    """Tell whether a value is text as it stands: not empty, no hole, no path, no caller's parameter."""
    if not isinstance(value, str) or not value.strip() or "{" in value or value.startswith("$"):
        return False
    return value not in words and value.partition(".")[0] not in words
