"""The servers a capability exposes: rest, mcp, skill, control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from ..source.diagnostics import Report
from .asking import QuestionSpec
from .base import Free, SpecModel
from .completing import CompletedInputSpec
from .consumes import AuthenticationSpec
from .control import ManagementSpec, ObservabilitySpec
from .flows import InputSpec, UnitSpec
from .listed import look_at_method
from .skills import AgentSkillSpec


class ContentSpec(SpecModel):
    """One media type of a response."""

    binary: bool | None = None
    schema_: Free = Field(None, alias="schema")


class ResponseSpec(SpecModel):
    """What a route answers under one status."""

    description: str | None = None
    content: Mapping[str, ContentSpec] | None = None


class BinaryResponseSpec(SpecModel):
    """The short form of a response that is bytes."""

    status: int | None = None
    media_type: str = Field(alias="mediaType")
    description: str | None = None


class RouteSpec(UnitSpec):
    """A method on an exposed path."""

    method: str = "GET"
    responses: Mapping[str, ResponseSpec] | None = None
    binary_response: BinaryResponseSpec | None = Field(None, alias="responseBinary")

    def look(self, report: Report) -> None:
        look_at_method(self.method, self.span("method"), report)


class ForwardSpec(SpecModel):
    """A consumed API that gets whatever comes, and the headers it gets."""

    namespace: str = Field(alias="targetNamespace")
    headers: tuple[str, ...] | None = Field(None, alias="trustedHeaders")


class ExposedResourceSpec(SpecModel):
    """An exposed path and the methods it answers."""

    path: str
    name: str | None = None
    label: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    operations: tuple[RouteSpec, ...] | None = None
    forward: ForwardSpec | None = None


class RestSpec(SpecModel):
    """A REST server."""

    type: Literal["rest"]
    namespace: str
    description: str | None = None
    address: str | None = None
    port: int = Field(ge=1, le=65535)
    authentication: AuthenticationSpec | None = None
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    max_binary_size: str | None = Field(None, alias="maxBinarySize")
    resources: tuple[ExposedResourceSpec, ...] | None = None


class HintsSpec(SpecModel):
    """What a tool does to the world; becomes the MCP annotations."""

    read_only: bool | None = Field(None, alias="readOnly")
    destructive: bool | None = None
    idempotent: bool | None = None
    open_world: bool | None = Field(None, alias="openWorld")


class ToolSpec(UnitSpec):
    """An MCP tool."""

    hints: HintsSpec | None = None
    input_schema: Free = Field(None, alias="inputSchema")


class McpResourceSpec(UnitSpec):
    """An MCP resource: a call, steps, or the files of a directory."""

    inputs: tuple[CompletedInputSpec, ...] | None = Field(None, alias="inputParameters")
    uri: str
    media_type: str | None = Field(None, alias="mimeType")
    binary: bool | None = None
    location: str | None = None


class MessageSpec(SpecModel):
    """One message of a prompt."""

    role: str
    content: str
    media_type: str | None = Field(default=None, alias="contentMediaType")
    encoding: str | None = Field(default=None, alias="contentEncoding")
    uri: str | None = None


class PromptSpec(SpecModel):
    """An MCP prompt: messages with holes, or a file."""

    name: str
    label: str | None = None
    description: str | None = None
    arguments: tuple[CompletedInputSpec, ...] | None = None
    ask: Mapping[str, QuestionSpec] | None = None
    template: tuple[MessageSpec, ...] | None = None
    location: str | None = None


class McpSpec(SpecModel):
    """An MCP server."""

    type: Literal["mcp"]
    namespace: str
    description: str | None = None
    address: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    transport: Literal["http", "stdio"] = "http"
    authentication: AuthenticationSpec | None = None
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    max_binary_size: str | None = Field(None, alias="maxBinarySize")
    ttl_ms: int | None = Field(None, alias="ttlMs")
    cache_scope: str | None = Field(None, alias="cacheScope")
    tools: tuple[ToolSpec, ...] | None = None
    resources: tuple[McpResourceSpec, ...] | None = None
    prompts: tuple[PromptSpec, ...] | None = None


class SkillSpec(SpecModel):
    """A server of skills."""

    type: Literal["skill"]
    namespace: str
    description: str | None = None
    address: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    authentication: AuthenticationSpec | None = None
    skills: tuple[AgentSkillSpec, ...] | None = None


class ControlSpec(SpecModel):
    """The control port."""

    type: Literal["control"]
    address: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    authentication: AuthenticationSpec | None = None
    management: ManagementSpec | None = None
    observability: ObservabilitySpec | None = None


ServerSpec: TypeAlias = Annotated[RestSpec | McpSpec | SkillSpec | ControlSpec, Field(discriminator="type")]
