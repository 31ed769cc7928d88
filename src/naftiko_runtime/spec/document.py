"""The whole file: root, info, binds; and how it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..source.diagnostics import Report
from ..source.tree import Source
from .base import Free, SpecModel, attach
from .consumes import HttpSpec
from .exposes import ServerSpec

_INSTANCE = re.compile(r" or instance of \w+")


class InfoSpec(SpecModel):
    """Who wrote the capability, and what for."""

    label: str | None = None
    display: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    created: str | None = None
    modified: str | None = None
    version: str | None = None
    stakeholders: Free = None


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
    aggregates: Free = None


class Document(SpecModel):
    """A capability file, as its author wrote it."""

    naftiko: str
    info: InfoSpec | None = None
    binds: tuple[BindSpec, ...] | None = None
    capability: CapabilitySpec


def parse(source: Source, report: Report) -> Document | None:
    """Read upgraded data as a document; every structural mistake goes into the report (S001)."""
    try:
        document = Document.model_validate(source.data)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            report.error("S001", _sentence(item), source.locate(item["loc"]))
        return None
    attach(document, source.positions, report)
    return document


def _sentence(item: ErrorDetails) -> str:
    """Say what pydantic found in an author's words: the key, what is wrong, what would be right."""
    keys = [str(part) for part in item["loc"] if not isinstance(part, int)]
    key, context = keys[-1] if keys else "the file", item.get("ctx", {})
    if item["type"] == "missing":
        return f"{key!r} is missing"
    if item["type"] == "union_tag_invalid":
        return f"type {context['tag']!r} is unknown; known are {context['expected_tags']}"
    if item["type"] == "union_tag_not_found":
        return "'type' is missing"
    message = _INSTANCE.sub("", item["msg"]).removeprefix("Input ").replace("valid dictionary", "mapping")
    message = message.replace("tuple", "list")
    return f"{key!r} {message[0].lower()}{message[1:]}"
