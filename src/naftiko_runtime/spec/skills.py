"""Agent Skills, as a skill server lists them."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from .base import Free, SpecModel


class SkillSourceSpec(SpecModel):
    """The tool or operation of a sibling server."""

    namespace: str = Field(alias="sourceNamespace")
    action: str


class SkillToolSpec(SpecModel):
    """A tool of a skill: one of a sibling server, or an instruction."""

    name: str
    description: str | None = None
    source: SkillSourceSpec | None = Field(None, alias="from")
    instruction: str | None = None


class AgentSkillSpec(SpecModel):
    """One skill, with the words of the Agent Skills format."""

    name: str
    description: str | None = None
    license: str | None = None
    compatibility: str | None = None
    metadata: Mapping[str, Free] | None = None
    allowed_tools: str | None = Field(None, alias="allowed-tools")
    argument_hint: str | None = Field(None, alias="argument-hint")
    user_invocable: bool | None = Field(None, alias="user-invocable")
    disable_model_invocation: bool | None = Field(None, alias="disable-model-invocation")
    location: str | None = None
    tools: tuple[SkillToolSpec, ...] | None = None
