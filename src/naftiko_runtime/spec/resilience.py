"""Our extension of consumed APIs: how hard they are tried, and what their errors mean."""

from __future__ import annotations

from pydantic import Field

from .base import Free, SpecModel


class BreakerSpec(SpecModel):
    """When an API is left alone."""

    failures: int | None = None
    open_for: int | None = Field(None, alias="openFor")


class RateLimitSpec(SpecModel):
    """How often an API is asked."""

    requests: int
    per: int = 1000
    burst: int | None = None
    follow_headers: bool = Field(False, alias="followHeaders")


class ResilienceSpec(SpecModel):
    """How calls of an API or of one operation are made; times are in milliseconds."""

    timeout: int | None = None
    retries: int | None = None
    retry_on: tuple[int, ...] | None = Field(None, alias="retryOn")
    retry_on_network_errors: bool | None = Field(None, alias="retryOnNetworkErrors")
    backoff: str | None = None
    backoff_base: int | None = Field(None, alias="backoffBase")
    jitter_factor: float | None = Field(None, alias="jitterFactor")
    coalesce: bool | None = None
    connect_timeout: int | None = Field(None, alias="connectTimeout")
    idle_timeout: int | None = Field(None, alias="idleTimeout")
    max_concurrent: int | None = Field(None, alias="maxConcurrent")
    queue: int | None = None
    circuit_breaker: BreakerSpec | None = Field(None, alias="circuitBreaker")
    rate_limit: RateLimitSpec | None = Field(None, alias="rateLimit")


class ErrorSpec(SpecModel):
    """What an error of an API means to callers."""

    status: Free = None
    when: str | None = None
    equals: Free = None
    code: str
    message: str | None = None
    hint: str | None = None
    retryable: bool | None = None
    retry_after: int | None = Field(None, alias="retryAfter")
