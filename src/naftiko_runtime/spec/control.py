"""What the control port offers: management and observability."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, Tag

from .base import SpecModel


class LogsSpec(SpecModel):
    """Which endpoints for logs there are."""

    level_control: bool | None = Field(None, alias="level-control")
    stream: bool | None = None
    max_subscribers: int | None = Field(None, alias="max-subscribers")


class ScriptingSpec(SpecModel):
    """Defaults and limits of script steps."""

    enabled: bool | None = None
    default_location: str | None = Field(None, alias="defaultLocation")
    default_language: str | None = Field(None, alias="defaultLanguage")
    timeout: int | None = None
    statement_limit: int | None = Field(None, alias="statementLimit")
    allowed_languages: tuple[str, ...] | None = Field(None, alias="allowedLanguages")


def _form(logs: object) -> str:
    return "<parts>" if isinstance(logs, dict | LogsSpec) else "<all>"


class ManagementSpec(SpecModel):
    """Which management endpoints there are."""

    health: bool | None = None
    info: bool | None = None
    reload: bool | None = None
    validate_: bool | None = Field(None, alias="validate")
    logs: (
        Annotated[Annotated[bool, Tag("<all>")] | Annotated[LogsSpec, Tag("<parts>")], Discriminator(_form)]
        | None
    ) = None
    scripting: ScriptingSpec | None = None


class LocalSpec(SpecModel):
    """An endpoint of the control port itself."""

    enabled: bool | None = None
    buffer_size: int | None = Field(None, alias="buffer-size")


class MetricsSpec(SpecModel):
    """Where metrics are shown."""

    local: LocalSpec | None = None


class TracesSpec(SpecModel):
    """How traces are sampled, passed on and shown."""

    sampling: float | None = None
    propagation: str | None = None
    local: LocalSpec | None = None


class OtlpSpec(SpecModel):
    """Where an OTLP exporter sends."""

    endpoint: str


class ExportersSpec(SpecModel):
    """Who is sent what was observed."""

    otlp: OtlpSpec | None = None


class ObservabilitySpec(SpecModel):
    """Metrics, traces and exporters."""

    enabled: bool | None = None
    metrics: MetricsSpec | None = None
    traces: TracesSpec | None = None
    exporters: ExportersSpec | None = None
