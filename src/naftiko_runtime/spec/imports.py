"""What a file takes from other files."""

from __future__ import annotations

from pydantic import Field

from .base import SpecModel


class ImportSpec(SpecModel):
    """An entry of a section that stands in another file; ``alias`` is its namespace here."""

    source: str | None = Field(None, alias="from")
    name: str | None = Field(None, alias="import")
    alias: str | None = Field(None, alias="as")
    description: str | None = None


class ImportedSpec(SpecModel):
    """The imports of each section; the upgrade takes them out of the sections themselves."""

    consumes: tuple[ImportSpec, ...] | None = None
    exposes: tuple[ImportSpec, ...] | None = None
    aggregates: tuple[ImportSpec, ...] | None = None
    binds: tuple[ImportSpec, ...] | None = None
