"""The whole file: root, info, binds; and how it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from ..source.diagnostics import Report
from ..source.tree import Source
from ..values import Json
from .aggregates import AggregateSpec
from .base import SpecModel, attach
from .consumes import HttpSpec
from .exposes import ServerSpec
from .imports import ImportedSpec

_PYTHON = re.compile(r"^Input | or instance of \w+| or object to extract fields from")

_SECTIONS = ("consumes", "exposes", "aggregates", "binds")
_TYPE = {"union_tag_invalid": ("type",)}  # pydantic gives the place of the whole mapping


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
            report.error("S001", _sentence(item), source.locate((*item["loc"], *_TYPE.get(item["type"], ()))))
        return None
    attach(document, source.positions, report)
    return document


def _sentence(item: ErrorDetails) -> str:
    """Say what pydantic found in an author's words: the key, what is wrong, what would be right."""
    if item["type"] == "union_tag_not_found" or (item["type"] == "union_tag_invalid" and _type(item) is None):
        return "'type' is missing"
    if item["type"] == "union_tag_invalid":
        return f"type {_type(item)!r} is unknown; known are {_known(item)}"
    subject = _subject(item["loc"])
    if item["type"] == "missing":
        return f"{subject} is missing"
    message = _PYTHON.sub("", item["msg"]).replace("valid dictionary", "mapping").replace("tuple", "list")
    return f"{subject} {message[0].lower()}{message[1:]}"


def _known(item: ErrorDetails) -> str:
    return re.sub("[<>]", "", str(item["ctx"]["expected_tags"]))


def _type(item: ErrorDetails) -> Json:
    given: Json = item["input"]["type"]
    return given


def _subject(location: tuple[int | str, ...]) -> str:
    """Name a key, or an element of a list by its number from 1; tags in angle brackets are ours."""
    words = [part for part in location if isinstance(part, int) or not part.startswith("<")]
    key = next(part for part in reversed(words) if isinstance(part, str))
    return f"{key!r}" if not isinstance(words[-1], int) else f"element {words[-1] + 1} of {key!r}"
