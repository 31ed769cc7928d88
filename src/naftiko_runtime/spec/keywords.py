"""Keywords of JSON Schema that an input may have, an extension of ours (docs/extensions.md)."""

from __future__ import annotations

from pydantic import Field

from ..values import Json
from .base import Free, SpecModel


class KeywordsSpec(SpecModel):
    """What values may look like, beside their type."""

    enum: Free = None
    default: Free = None
    examples: Free = None
    format: Free = None
    minimum: Free = None
    maximum: Free = None
    exclusive_minimum: Free = Field(None, alias="exclusiveMinimum")
    exclusive_maximum: Free = Field(None, alias="exclusiveMaximum")
    multiple_of: Free = Field(None, alias="multipleOf")
    min_length: Free = Field(None, alias="minLength")
    max_length: Free = Field(None, alias="maxLength")
    min_items: Free = Field(None, alias="minItems")
    max_items: Free = Field(None, alias="maxItems")
    unique_items: Free = Field(None, alias="uniqueItems")
    items: Free = None
    properties: Free = None
    additional_properties: Free = Field(None, alias="additionalProperties")
    mcp_header: Free = Field(None, alias="x-mcp-header")

    def keywords(self) -> dict[str, Json]:
        """Return those that the author wrote, by their names."""
        found: dict[str, Json] = {}
        for name, info in KeywordsSpec.model_fields.items():
            value: Json = getattr(self, name)
            if value is not None:
                found[info.alias or name] = value
        return found
