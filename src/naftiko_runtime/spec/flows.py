"""What an exposed unit does: call, with, steps, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Discriminator, Field, Tag

from .base import Free, SpecModel


class OutputSpec(SpecModel):
    """An output parameter in any of its forms: mapped, constant, nested (spec: output parameters)."""

    name: str | None = None
    type: str | None = None
    description: str | None = None
    mapping: str | None = None
    value: Free = None
    const: Free = None
    properties: Mapping[str, OutputSpec] | None = None
    items: OneOrMany | None = None


def _form(items: object) -> str:
    return "<list>" if isinstance(items, list | tuple) else "<one>"


# an author who wrote a list hears about the list; the tags are such as nobody writes, see document.py
OneOrMany: TypeAlias = Annotated[
    Annotated[OutputSpec, Tag("<one>")] | Annotated[tuple[OutputSpec, ...], Tag("<list>")],
    Discriminator(_form),
]


class InputSpec(SpecModel):
    """A parameter of a consumed operation, a route or a tool.

    The schema gives consumed parameters neither type nor requiredness; four files in five write them.
    """

    name: str
    location: str | None = Field(None, alias="in")
    type: str | None = None
    description: str | None = None
    required: bool | None = None
    pattern: str | None = None
    value: Free = None


class UnitSpec(SpecModel):
    """What routes and tools have in common: their inputs, what they run, and what they answer."""

    name: str | None = None
    label: str | None = None
    description: str | None = None
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    ref: str | None = None
    call: str | None = None
    with_: Mapping[str, Free] | None = Field(None, alias="with")
    steps: Free = None
    mappings: Free = None
    outputs: tuple[OutputSpec, ...] | None = Field(None, alias="outputParameters")
