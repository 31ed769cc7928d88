"""Input schemas that authors write as a whole, an extension of ours (docs/extensions.md)."""

from __future__ import annotations

from collections.abc import Mapping

from ..plan.contract import Contract, is_schema
from ..source.diagnostics import Diagnostic, Report
from ..spec.exposes import ToolSpec
from ..spec.flows import InputSpec
from ..values import Json

# What large hosts refuse at the top, and with it all tools of a server. It is served all the same: the
# protocol wants schemas to arrive as they are written, and its conformance suite looks whether they do.
_UNPORTABLE = ("oneOf", "anyOf", "allOf", "not", "if", "then", "else", "enum", "$ref")


def with_inputs(spec: ToolSpec) -> ToolSpec:
    """Show the properties of a tool's schema as its inputs, so that calls find them."""
    schema = _schema(spec)
    if schema is None:
        return spec
    required = _list(schema.get("required"))
    inputs = []
    for name, part in _mapping(schema.get("properties")).items():
        kind = _mapping(part).get("type")
        known = {"type": kind} if isinstance(kind, str) else {}
        inputs.append(InputSpec.model_validate({"name": name, "required": name in required, **known}))
    return spec.model_copy(update={"inputs": tuple(inputs)})


def whole_contract(spec: ToolSpec, contract: Contract, report: Report) -> Contract | Diagnostic:
    """Take a tool's own schema over into its contract (L070, L201)."""
    span = spec.span("inputSchema")
    if spec.input_schema is None:
        return contract
    schema = _schema(spec)
    if schema is None or schema.get("type") != "object" or not is_schema(schema):
        message = "'inputSchema' is not a JSON Schema of an object"
        return report.refuse("L070", message, span, "begin with 'type: object' and 'properties'")
    if found := [word for word in _UNPORTABLE if word in schema]:
        message = (
            f"{', '.join(map(repr, found))} at the top of 'inputSchema' is more than some MCP clients take"
        )
        report.warn("L201", message, span, "say it in the description, or below 'properties'")
    return Contract(contract.params, schema)


def _schema(spec: ToolSpec) -> dict[str, Json] | None:
    return {**spec.input_schema} if isinstance(spec.input_schema, dict) else None


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
