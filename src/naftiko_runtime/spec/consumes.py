"""The HTTP APIs a capability consumes: resources, operations, bodies, authentication."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Free, SpecModel
from .flows import InputSpec, OutputSpec


class AuthenticationSpec(SpecModel):
    """Credentials of any declared scheme; which fields matter depends on ``type``."""

    type: str
    token: str | None = None
    username: str | None = None
    password: str | None = None
    key: str | None = None
    value: str | None = None
    placement: str | None = None


class OperationSpec(SpecModel):
    """One call of the consumed API."""

    name: str
    label: str | None = None
    description: str | None = None
    method: str = "GET"
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    outputs: tuple[OutputSpec, ...] | None = Field(None, alias="outputParameters")
    output_format: str | None = Field(None, alias="outputRawFormat")
    output_schema: str | None = Field(None, alias="outputSchema")
    body: Free = None


class ResourceSpec(SpecModel):
    """A path of the consumed API and the operations on it."""

    name: str
    label: str | None = None
    description: str | None = None
    path: str
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    operations: tuple[OperationSpec, ...] | None = None


class HttpSpec(SpecModel):
    """One consumed HTTP API."""

    type: Literal["http"]
    namespace: str
    description: str | None = None
    base_uri: str = Field(alias="baseUri")
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    authentication: AuthenticationSpec | None = None
    resources: tuple[ResourceSpec, ...] | None = None
