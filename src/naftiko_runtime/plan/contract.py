"""What callers may send: parameters, coercion, validation, and the JSON schema of it all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import jsonschema_rs

from ..source.diagnostics import did_you_mean
from ..values import Json
from ..values.json import decode, encode_text
from .errors import BadArgument, InvalidArguments

Kind: TypeAlias = Literal["string", "number", "integer", "boolean", "array", "object"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_MAX_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Param:
    """An argument that a caller may or must give; no kind means any JSON value."""

    name: str
    kind: Kind | None = None
    required: bool = False
    description: str = ""
    pattern: str | None = None

    def schema(self) -> dict[str, Json]:
        schema: dict[str, Json] = {"type": self.kind} if self.kind else {}
        if self.kind == "array":
            schema["items"] = {}
        if self.description:
            schema["description"] = self.description
        if self.pattern is not None:
            schema["pattern"] = self.pattern
        return schema


@dataclass(frozen=True, slots=True)
class Contract:
    """All arguments of one operation; ``bind`` is the same for every face."""

    params: tuple[Param, ...] = ()
    _by_name: Mapping[str, Param] = field(init=False, repr=False, compare=False)
    _validator: jsonschema_rs.Draft202012Validator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {param.name: param for param in self.params})
        object.__setattr__(self, "_validator", jsonschema_rs.Draft202012Validator(self.schema()))

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema (2020-12) of the arguments object."""
        schema: dict[str, Json] = {"type": "object"}
        schema["properties"] = {param.name: param.schema() for param in self.params}
        if required := [param.name for param in self.params if param.required]:
            schema["required"] = list[Json](required)
        schema["additionalProperties"] = False
        return schema

    def bind(self, raw: Mapping[str, Json]) -> dict[str, Json]:
        """Coerce and check arguments; raises InvalidArguments with every problem (D13).

        An explicit null for an optional argument counts as not given.
        """
        arguments: dict[str, Json] = {}
        for name, value in raw.items():
            param = self._by_name.get(name)
            if value is None and param is not None and not param.required:
                continue
            arguments[name] = value if param is None else coerce(value, param.kind)
        if not self._validator.is_valid(arguments):
            errors = self._validator.iter_errors(arguments)
            problems = [self._problem(error) for error, _ in zip(errors, range(_MAX_PROBLEMS), strict=False)]
            raise InvalidArguments(tuple(problem for group in problems for problem in group))
        return arguments

    def _problem(self, error: jsonschema_rs.ValidationError) -> tuple[BadArgument, ...]:
        path = ".".join(str(part) for part in error.instance_path)
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
            return tuple(BadArgument(name, self._unknown(name)) for name in kind.unexpected)
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
            return (BadArgument(f"{path}.{kind.property}".lstrip("."), "is required"),)
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
            return (BadArgument(path, f"must be {' or '.join(kind.types)}, not {kind_of(error.instance)}"),)
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Pattern):
            return (BadArgument(path, f"must match {kind.pattern}"),)
        return (BadArgument(path, f"breaks the rule {error.schema_path[-1]!r}"),)

    def _unknown(self, name: str) -> str:
        hint = did_you_mean(name, self._by_name)
        return f"is not an argument of this operation{f'; {hint}' if hint else ''}"


def kind_of(value: object) -> str:
    """Name the JSON type of a value, for people."""
    names = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"))
    return (
        "null" if value is None else next((name for kind, name in names if isinstance(value, kind)), "object")
    )


def coerce(value: Json, kind: Kind | None) -> Json:
    """Turn a value into the declared kind when it is exactly one; else leave it for validation (D13)."""
    return _COERCIONS[kind](value) if kind is not None else value


_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")
_NUMBER = re.compile(r"[-+]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][-+]?[0-9]{1,3})?")
_TRUTH: Mapping[str, bool] = {"true": True, "false": False}


def _to_string(value: Json) -> Json:
    return encode_text(value) if isinstance(value, bool | int | float) else value


def _to_integer(value: Json) -> Json:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _to_number(value: Json) -> Json:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return int(value) if _INTEGER.fullmatch(value) else float(value)


def _to_boolean(value: Json) -> Json:
    return _TRUTH.get(value.lower(), value) if isinstance(value, str) else value


def _to_array(value: Json) -> Json:
    return _parsed(value, list)


def _to_object(value: Json) -> Json:
    return _parsed(value, dict)


def _parsed(value: Json, kind: type) -> Json:
    if not isinstance(value, str):
        return value
    try:
        parsed = decode(value.encode())
    except ValueError:
        return value
    return parsed if isinstance(parsed, kind) else value


_COERCIONS: Mapping[Kind, Callable[[Json], Json]] = {
    "string": _to_string,
    "integer": _to_integer,
    "number": _to_number,
    "boolean": _to_boolean,
    "array": _to_array,
    "object": _to_object,
}
