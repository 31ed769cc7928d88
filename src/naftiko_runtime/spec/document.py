"""The whole file: root, info, binds; and how it is read."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, ValidationError

from ..source.diagnostics import Report
from ..source.tree import Source
from .aggregates import AggregateSpec
from .base import SpecModel, attach
from .consumes import HttpSpec
from .exposes import ServerSpec
from .imports import ImportedSpec
from .structure import describe

_SECTIONS = ("consumes", "exposes", "aggregates", "binds")


class PersonSpec(SpecModel):
    """Somebody who has a part in the capability."""

    role: str | None = None
    full_name: str | None = Field(None, alias="fullName")
    email: str | None = None


class InfoSpec(SpecModel):
    """Who wrote the capability, and what for."""

    label: str | None = None
    display: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    created: str | None = None
    modified: str | None = None
    version: str | None = None
    stakeholders: tuple[PersonSpec, ...] | None = None


class BindSpec(SpecModel):
    """Variables and where their values come from; no location means the environment."""

    namespace: str
    description: str | None = None
    location: str | None = None
    keys: Mapping[str, str]


class CapabilitySpec(SpecModel):
    """What is consumed, and what is exposed."""

    consumes: tuple[HttpSpec, ...] | None = None
    exposes: tuple[ServerSpec, ...] | None = None
    binds: tuple[BindSpec, ...] | None = None
    aggregates: tuple[AggregateSpec, ...] | None = None
    imported: ImportedSpec | None = None


class Document(SpecModel):
    """A capability file, as its author wrote it."""

    naftiko: str
    info: InfoSpec | None = None
    binds: tuple[BindSpec, ...] | None = None
    consumes: tuple[HttpSpec, ...] | None = None
    exposes: tuple[ServerSpec, ...] | None = None
    aggregates: tuple[AggregateSpec, ...] | None = None
    imported: ImportedSpec | None = None
    capability: CapabilitySpec

    @property
    def is_shared(self) -> bool:
        """Tell whether there is something to import here, and no word of a server."""
        parts = (self, self.imported, self.capability, self.capability.imported)
        held = {name for part in parts if part for name in _SECTIONS if getattr(part, name) is not None}
        return bool(held) and "exposes" not in held


def parse(source: Source, report: Report) -> Document | None:
    """Read upgraded data as a document; every structural mistake goes into the report (S001)."""
    try:
        document = Document.model_validate(source.data)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            message, span, hint = describe(item, source)
            report.error("S001", message, span, hint)
        return None
    attach(document, source.positions, report)
    return document
