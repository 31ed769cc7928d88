"""The JSON Schema of the canonical grammar, for editors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from ..values import Json
from .dialects.versions import DIALECTS
from .document import Document
from .flows import OTHER
from .words import KNOWN, MEANINGS, SYNONYMS

_SECTIONS = ("consumes", "exposes", "aggregates", "binds")
_VERSIONS = tuple(number for (root, number), rules in DIALECTS.items() if root == "naftiko" and not rules)
_WORDS = {**KNOWN, "Document.naftiko": _VERSIONS}


def describe_grammar() -> dict[str, Json]:
    """Describe what authors may write, as JSON Schema 2020-12 with a sentence on every key."""
    schema = Document.model_json_schema(by_alias=True, schema_generator=_ForEditors)
    types = schema["$defs"]
    del types["ImportedSpec"]
    _let_import(schema["properties"])
    _let_import(types["CapabilitySpec"]["properties"])
    # an entry that has only a location, and perhaps a namespace, is a bind
    types["ImportSpec"]["anyOf"] = [{"required": ["from"]}, {"required": ["location", "import"]}]
    # a file that is there for others to import needs no capability
    schema["required"] = ["naftiko"]
    schema["anyOf"] = [{"required": [key]} for key in ("capability", *_SECTIONS)]
    return {"$schema": _ForEditors.schema_dialect, "title": "Naftiko capability file", **schema}


def _let_import(properties: dict[str, Any]) -> None:
    """Allow entries of other files in the sections, from where the upgrade takes them."""
    del properties["imported"]
    for section in _SECTIONS:
        own = properties[section]["items"]
        properties[section]["items"] = {"anyOf": [*own.get("oneOf", [own]), {"$ref": "#/$defs/ImportSpec"}]}


class _ForEditors(GenerateJsonSchema):
    """Writes a schema in authors' words: no names of classes, no absent values, no unread keys."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        return _authored([base.__name__ for base in schema["cls"].__mro__], made)

    def field_title_should_be_set(self, schema: object) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        made = super().default_schema(schema)
        return {key: value for key, value in made.items() if (key, value) != ("default", None)}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        # the parser reads numbers without quotes as texts
        return {**super().str_schema(schema), "type": ["string", "number"]}

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        made = self.generate_inner(schema["schema"])
        if "type" not in made:
            return {"anyOf": [made, {"type": "null"}]}
        kinds = made["type"] if isinstance(made["type"], list) else [made["type"]]
        return {**made, "type": [*kinds, "null"]}

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        choices = {tag: choice for tag, choice in schema["choices"].items() if tag != OTHER}
        return {"oneOf": super().tagged_union_schema({**schema, "choices": choices})["oneOf"]}


def _authored(lineage: Sequence[str], made: JsonSchemaValue) -> JsonSchemaValue:
    """Turn the schema of a type into that of a mapping with described keys and their synonyms."""
    found = {key: _described(lineage, key, value) for key, value in made["properties"].items()}
    others = {
        key: other
        for name in lineage
        for other, key in SYNONYMS.get(name, {}).items()
        if key in found and other not in found
    }
    for key, other in others.items():
        found[other] = {**found[key], "description": f"Another word for {key!r}."}
    needed = made.get("required", [])
    schema: JsonSchemaValue = {"type": "object", "properties": found, "additionalProperties": False}
    if always := [key for key in needed if key not in others]:
        schema["required"] = always
    for key in (key for key in needed if key in others):  # no type has more than one
        schema["anyOf"] = [{"required": [key]}, {"required": [others[key]]}]
    return schema


def _described(lineage: Sequence[str], key: str, made: JsonSchemaValue) -> JsonSchemaValue:
    """Say what a key means, and offer the words that it is made for."""
    names = [f"{name}.{key}" for name in lineage]
    words = next((_WORDS[name] for name in names if name in _WORDS), None)
    default = {"default": made["default"]} if "default" in made else {}
    offered = {"anyOf": [{"enum": list(words)}, {"type": made["type"]}], **default} if words else made
    return {**offered, "description": next((MEANINGS[name] for name in names if name in MEANINGS), "")}
