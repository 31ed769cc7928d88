"""The servers a capability exposes: rest, mcp, skill, control."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from .base import Free, SpecModel
from .consumes import AuthenticationSpec
from .flows import InputSpec, UnitSpec


class RouteSpec(UnitSpec):
    """A method on an exposed path."""

    method: str = "GET"


class ExposedResourceSpec(SpecModel):
    """An exposed path and the methods it answers."""

    path: str
    name: str | None = None
    label: str | None = None
    description: str | None = None
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    operations: tuple[RouteSpec, ...] | None = None
    forward: Free = None


class RestSpec(SpecModel):
    """A REST server."""

    type: Literal["rest"]
    namespace: str
    description: str | None = None
    address: str | None = None
    port: int = Field(ge=1, le=65535)
    authentication: AuthenticationSpec | None = None
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


class McpSpec(SpecModel):
    """An MCP server."""

    type: Literal["mcp"]
    namespace: str
    description: str | None = None
    address: str | None = None
    port: int | None = Field(None, ge=1, le=65535)
    transport: Literal["http", "stdio"] = "http"
    authentication: AuthenticationSpec | None = None
    tools: tuple[ToolSpec, ...] | None = None
    resources: Free = None
    prompts: Free = None


class SkillSpec(SpecModel):
    """A catalogue of Agent Skills."""

    type: Literal["skill"]
    namespace: str
    description: str | None = None
    address: str | None = None
    port: int = Field(ge=1, le=65535)
    authentication: AuthenticationSpec | None = None
    skills: Free = None


class ControlSpec(SpecModel):
    """The control port."""

    type: Literal["control"]
    address: str | None = None
    port: int = Field(ge=1, le=65535)
    authentication: AuthenticationSpec | None = None
    management: Free = None
    observability: Free = None


ServerSpec: TypeAlias = Annotated[RestSpec | McpSpec | SkillSpec | ControlSpec, Field(discriminator="type")]
