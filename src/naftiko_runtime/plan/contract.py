"""What callers may send: parameters, coercion, validation, and the JSON schema of it all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from math import copysign, inf
from typing import Literal, TypeAlias, cast, get_args

import jsonschema_rs

from ..source.diagnostics import did_you_mean
from ..values import Json
from ..values.json import decode, encode_text
from ..values.record import dataclass
from .errors import BadArgument, InvalidArguments

Kind: TypeAlias = Literal["string", "number", "integer", "boolean", "array", "object"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_KINDS: Mapping[str, Kind] = {kind: kind for kind in KINDS}

_MAX_PROBLEMS = 20
_MAX_MESSAGE = 300
# keywords that look into a list or an object, or compare all of it
_INSIDE = frozenset(
    ("enum", "minItems", "maxItems", "uniqueItems", "items", "properties", "required", "additionalProperties")
)
_MAX_NAME = 64
_FAR = 2**63


@dataclass(frozen=True, slots=True)
class Param:
    """An argument that a caller may or must give; no kind means any JSON value."""

    name: str
    kind: Kind | None = None
    required: bool = False
    description: str = ""
    pattern: str | None = None
    keywords: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_described_inside(self) -> bool:
        return not _INSIDE.isdisjoint(self.keywords)

    def schema(self) -> dict[str, Json]:
        schema: dict[str, Json] = {"type": self.kind} if self.kind else {}
        if self.kind == "array":
            schema["items"] = {}
        if self.description:
            schema["description"] = self.description
        if self.pattern is not None:
            schema["pattern"] = self.pattern
        return {**schema, **self.keywords}


@dataclass(frozen=True, slots=True)
class Contract:
    """All arguments of one operation; ``bind`` is the same for every face."""

    params: tuple[Param, ...] = ()
    given: Mapping[str, Json] | None = None  # a schema that the author wrote as a whole
    _by_name: Mapping[str, Param] = field(init=False, repr=False, compare=False)
    _defaults: Mapping[str, Json] = field(init=False, repr=False, compare=False)
    _validator: jsonschema_rs.Draft202012Validator = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {param.name: param for param in self.params})
        defaults = {
            param.name: coerce(param.keywords["default"], param.kind)
            for param in self.params
            if "default" in param.keywords
        }
        object.__setattr__(self, "_defaults", defaults)
        object.__setattr__(self, "_validator", jsonschema_rs.Draft202012Validator(self.schema()))

    def schema(self) -> dict[str, Json]:
        """Return the JSON Schema (2020-12) of the arguments object."""
        if self.given is not None:
            return {**self.given}
        schema: dict[str, Json] = {"type": "object"}
        schema["properties"] = {param.name: param.schema() for param in self.params}
        if required := [param.name for param in self.params if param.required]:
            schema["required"] = list[Json](required)
        schema["additionalProperties"] = False
        return schema

    def bind(self, raw: Mapping[str, Json]) -> dict[str, Json]:
        """Coerce and check arguments; raises InvalidArguments with every problem (D13).

        An explicit null counts as not given; what is not given is its default, if the file states one.
        """
        arguments: dict[str, Json] = {}
        outline: dict[str, Json] = {}
        are_known = True
        for name, value in raw.items():
            param = self._by_name.get(name)
            if param is None:
                are_known = False
            elif value is not None:
                coerced = arguments[name] = value if param.kind is None else _COERCIONS[param.kind](value)
                outline[name] = coerced if isinstance(coerced, str) else self._checked(param, coerced)
        if are_known and self._validator.is_valid(outline):
            return {**self._defaults, **arguments} if self._defaults else arguments
        problems = (*self._unknown(raw), *self._violations(outline))
        raise InvalidArguments(problems[:_MAX_PROBLEMS])

    def _checked(self, param: Param, value: Json) -> Json:
        """Give of a value what the validator looks at."""
        return _in_range(value) if self.given or param.is_described_inside else _outline(value)

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
                yield BadArgument(".".join(filter(None, (path, kind.property))), "is required")
            elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Type):
                yield BadArgument(path, f"must be {' or '.join(kind.types)}, not {kind_of(error.instance)}")
            elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Pattern):
                yield BadArgument(path, f"must match {kind.pattern}")
            elif isinstance(kind, jsonschema_rs.ValidationErrorKind.Enum):
                options = ", ".join(encode_text(cast("Json", option)) for option in kind.options)
                yield BadArgument(path, f"must be one of {options}"[:_MAX_MESSAGE])
            else:
                yield BadArgument(path, error.message[:_MAX_MESSAGE])


def is_pattern(text: str) -> bool:
    """Tell whether a text can be used as the pattern of a parameter."""
    return is_schema({"pattern": text})


def is_schema(schema: Mapping[str, Json]) -> bool:
    """Tell whether keywords make a JSON Schema (2020-12)."""
    try:
        jsonschema_rs.Draft202012Validator({**schema})
    except ValueError:
        return False
    return True


def violation(schema: Mapping[str, Json], value: Json) -> str | None:
    """Say what is wrong with an object by the schema of one; None for nothing."""
    if not isinstance(value, dict):
        return f"it is {kind_of(value)}, not an object"
    outline = {name: _in_range(part) for name, part in value.items()}
    return next((str(problem) for problem in Contract(given=schema)._violations(outline)), None)


def _in_range(value: Json) -> Json:
    """Make integers as small as the validator takes them; what they are is checked all the same."""
    if isinstance(value, dict):
        return {name: _in_range(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_in_range(part) for part in value]
    if isinstance(value, int) and not -_FAR < value < _FAR:
        return copysign(float(_FAR), value)
    return value


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
    if isinstance(value, str):  # as most are
        return value
    return encode_text(value) if isinstance(value, (bool, int, float)) else value


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
