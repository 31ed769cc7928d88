"""Aggregates: flows that routes and tools refer to."""

from __future__ import annotations

from pydantic import Field

from .base import SpecModel
from .flows import UnitSpec


class SemanticsSpec(SpecModel):
    """What a flow does to the world."""

    safe: bool | None = None
    idempotent: bool | None = None
    cacheable: bool | None = None


class FlowSpec(UnitSpec):
    """A unit that others run by ``ref``."""

    semantics: SemanticsSpec | None = None
    media_type: str | None = Field(None, alias="outputMediaType")


class AggregateSpec(SpecModel):
    """The flows of one domain."""

    namespace: str | None = None
    label: str | None = None
    description: str | None = None
    flows: tuple[FlowSpec, ...] | None = None
