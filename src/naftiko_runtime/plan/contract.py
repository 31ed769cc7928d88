"""What callers may send: parameters, coercion, validation, and the JSON schema of it all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Literal, TypeAlias, get_args

import jsonschema_rs

from ..source.diagnostics import did_you_mean
from ..values import Json
from ..values.json import decode, encode_text
from .errors import BadArgument, InvalidArguments

Kind: TypeAlias = Literal["string", "number", "integer", "boolean", "array", "object"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_KINDS: Mapping[str, Kind] = {kind: kind for kind in KINDS}

_MAX_PROBLEMS = 20
_MAX_NAME = 64


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

        An explicit null counts as not given.
        """
        arguments = {
            name: coerce(value, self._by_name[name].kind)
            for name, value in raw.items()
            if name in self._by_name and value is not None
        }
        outline = {name: _outline(value) for name, value in arguments.items()}
        if raw.keys() <= self._by_name.keys() and self._validator.is_valid(outline):
            return arguments
        problems = (*self._unknown(raw), *self._violations(outline))
        raise InvalidArguments(problems[:_MAX_PROBLEMS])

    def _unknown(self, raw: Mapping[str, Json]) -> Iterator[BadArgument]:
        """Name arguments that do not exist; their names are the caller's, so they are cut and escaped."""
        for name in [name for name in raw if name not in self._by_name][:_MAX_PROBLEMS]:
            shown = name[:_MAX_NAME].encode(errors="backslashreplace").decode()
            hint = did_you_mean(shown, self._by_name)
            yield BadArgument(shown, f"is not an argument of this operation{f'; {hint}' if hint else ''}")

    def _violations(self, arguments: dict[str, Json]) -> Iterator[BadArgument]:
        for error in self._validator.iter_errors(arguments):
            path, kind = ".".join(str(part) for part in error.instance_path), error.kind
            if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required):
                yield BadArgument(kind.property, "is required")
            elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
                yield BadArgument(path, f"must be {' or '.join(kind.types)}, not {kind_of(error.instance)}")
            else:
                yield BadArgument(path, f"must match {self._by_name[path].pattern}")


def is_pattern(text: str) -> bool:
    """Tell whether a text can be used as the pattern of a parameter."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": text})
    except ValueError:
        return False
    return True


def _outline(value: Json) -> Json:
    """Leave away what no parameter describes; the validator would refuse or copy it, however much it is."""
    if isinstance(value, dict):
        return {}
    return [] if isinstance(value, list) else value


def kind_named(word: str | None) -> Kind | None:
    """Find a kind by an author's word for it, in any case."""
    return _KINDS.get((word or "").lower())


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
    number = int(value) if _INTEGER.fullmatch(value) else float(value)
    return value if number in (inf, -inf) else number


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
