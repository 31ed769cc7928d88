"""What a unit does: call, with, steps, mappings, outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag

from ..source.diagnostics import Report
from .asking import AskStepSpec
from .base import Free, SpecModel
from .keywords import KeywordsSpec
from .listed import look_at_type

STEPS = ("call", "lookup", "script", "ask")
OTHER = "<other>"  # the tag of what authors made up


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
    media_type: str | None = Field(default=None, alias="contentMediaType")
    encoding: str | None = Field(default=None, alias="contentEncoding")
    uri: str | None = None

    def look(self, report: Report) -> None:
        look_at_type(self.type, self.span("type"), report)


def _form(items: object) -> str:
    return "<list>" if isinstance(items, list | tuple) else "<one>"


# an author who wrote a list hears about the list; the tags are such as nobody writes, see document.py
OneOrMany: TypeAlias = Annotated[
    Annotated[OutputSpec, Tag("<one>")] | Annotated[tuple[OutputSpec, ...], Tag("<list>")],
    Discriminator(_form),
]


class InputSpec(KeywordsSpec):
    """A parameter of a consumed operation, a route, a tool or a flow.

    The schema gives consumed parameters neither type nor requiredness; four files in five write them.
    """

    name: str
    location: str | None = Field(None, alias="in")
    type: str | None = None
    label: str | None = None
    description: str | None = None
    required: bool | None = None
    pattern: str | None = None
    value: Free = None

    def look(self, report: Report) -> None:
        look_at_type(self.type, self.span("type"), report, also=("file",))


class CallStepSpec(SpecModel):
    """A step that calls a consumed operation."""

    type: Literal["call"]
    name: str | None = None
    call: str
    with_: Mapping[str, Free] | None = Field(None, alias="with")

    def as_unit(self) -> UnitSpec:
        """Show the step as a unit that does nothing but call."""
        unit = UnitSpec.model_validate({"call": self.call, "with": self.with_})
        unit.place(self._at)
        return unit


class LookupStepSpec(SpecModel):
    """A step that finds a row of what an earlier step answered."""

    type: Literal["lookup"]
    name: str | None = None
    index: str
    match: str
    lookup_value: str = Field(alias="lookupValue")
    outputs: tuple[str, ...] = Field(alias="outputParameters")


class ScriptStepSpec(SpecModel):
    """A step that runs a script."""

    type: Literal["script"]
    name: str | None = None
    file: str
    language: str | None = None
    location: str | None = None
    dependencies: tuple[str, ...] | None = None
    with_: Mapping[str, Free] | None = Field(None, alias="with")


class OtherStepSpec(SpecModel):
    """A step of a kind that no version has; its unit is refused, whatever else it says."""

    type: str
    name: str | None = None


def _kind(step: object) -> str | None:
    kind = step.get("type") if isinstance(step, dict) else getattr(step, "type", None)
    if isinstance(kind, str):
        return f"<{kind}>" if kind in STEPS else OTHER
    return None if kind is None else f"<{kind}>"


StepSpec: TypeAlias = Annotated[
    Annotated[CallStepSpec, Tag("<call>")]
    | Annotated[LookupStepSpec, Tag("<lookup>")]
    | Annotated[ScriptStepSpec, Tag("<script>")]
    | Annotated[AskStepSpec, Tag("<ask>")]
    | Annotated[OtherStepSpec, Tag(OTHER)],
    Discriminator(_kind),
]


class MappingSpec(SpecModel):
    """Where a part of the answer of a unit with steps comes from."""

    target: str
    value: str


class UnitSpec(SpecModel):
    """What routes, tools and flows have in common: inputs, what they run, and what they answer."""

    name: str | None = None
    label: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    ref: str | None = None
    call: str | None = None
    with_: Mapping[str, Free] | None = Field(None, alias="with")
    steps: tuple[StepSpec, ...] | None = None
    mappings: tuple[MappingSpec, ...] | None = None
    outputs: tuple[OutputSpec, ...] | None = Field(None, alias="outputParameters")
