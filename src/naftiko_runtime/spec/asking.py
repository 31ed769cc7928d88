"""What clients are asked by steps and prompts, an extension of ours (docs/extensions.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from .base import Free, SpecModel


class ElicitSpec(SpecModel):
    """A form for the person behind a client, or an address that the person is to open."""

    message: str
    requested_schema: Free = Field(None, alias="requestedSchema")
    url: str | None = None


class SaidSpec(SpecModel):
    """One message of what the model behind a client is asked."""

    role: str = "user"
    content: str


class SampleSpec(SpecModel):
    """A question to the model behind a client."""

    prompt: str | None = None
    messages: tuple[SaidSpec, ...] | None = None
    max_tokens: int = Field(alias="maxTokens")
    system_prompt: str | None = Field(None, alias="systemPrompt")
    temperature: float | None = None
    stop_sequences: tuple[str, ...] | None = Field(None, alias="stopSequences")


class QuestionSpec(SpecModel):
    """One question, of one of three kinds."""

    elicit: ElicitSpec | None = None
    sample: SampleSpec | None = None
    roots: bool | None = None
    required: bool | None = None


class AskStepSpec(QuestionSpec):
    """A step that asks whoever is behind the client: one question, or several at once."""

    type: Literal["ask"]
    name: str | None = None
    questions: Mapping[str, QuestionSpec] | None = None
