"""Our extension of consumed APIs: settings of calls, limits of an API, and rules for its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar, cast, get_args

from ..expr.path import Path, compile_path
from ..plan.remedy import ErrorRule
from ..plan.resilience import Backoff, Effort, Limits, Rate
from ..source.diagnostics import Report, did_you_mean
from ..spec.base import SpecModel
from ..spec.consumes import HttpSpec, OperationSpec
from ..spec.resilience import BreakerSpec, ErrorSpec, RateLimitSpec, ResilienceSpec
from ..values import Json
from ..values.record import dataclass

_N = TypeVar("_N", int, float)
_Bounds: TypeAlias = tuple[float, float]

_DAY_MS = 86_400_000
_BACKOFFS: tuple[str, ...] = get_args(Backoff)
_FAMILY = re.compile(r"([1-5])(xx|XX)")
_ERRORS = frozenset(range(400, 600))
_BOUNDS: Mapping[str, _Bounds] = {
    "timeout": (1, _DAY_MS),
    "retries": (0, 20),
    "backoff_base": (0, _DAY_MS),
    "jitter_factor": (0, 1),
    "connect_timeout": (1, _DAY_MS),
    "idle_timeout": (1, _DAY_MS),
    "max_concurrent": (1, 100_000),
    "queue": (0, 1_000_000),
    "failures": (0, 1_000_000),
    "open_for": (1, _DAY_MS),
    "requests": (1, 1_000_000_000),
    "per": (1, _DAY_MS),
    "burst": (1, 1_000_000_000),
    "retry_after": (0, 86_400),
}
_OF_AN_API = ("connect_timeout", "idle_timeout", "max_concurrent", "queue", "circuit_breaker", "rate_limit")


def effort_of(api: HttpSpec, operation: OperationSpec | None = None) -> Effort:
    """Say how an operation is called: by its own settings, then by those of its API."""
    effort = _within(Effort(), api.resilience)
    return _within(effort, operation.resilience) if operation else effort


def limits_of(spec: ResilienceSpec | None) -> Limits:
    """Say what an API is asked at most."""
    if spec is None:
        return Limits()
    breaker, given = spec.circuit_breaker or BreakerSpec.model_validate({}), Limits()
    return Limits(
        concurrency=_or(spec.max_concurrent, given.concurrency),
        queue=_or(spec.queue, given.queue),
        failures=_or(breaker.failures, given.failures),
        open_s=_or(breaker.open_for, given.open_s * 1000) / 1000,
        rate=_rate(spec.rate_limit),
        connect_s=_or(spec.connect_timeout, given.connect_s * 1000) / 1000,
        idle_s=None if spec.idle_timeout is None else spec.idle_timeout / 1000,
    )


def _within(outer: Effort, spec: ResilienceSpec | None) -> Effort:
    if spec is None:
        return outer
    given: dict[str, object] = {
        "timeout_s": None if spec.timeout is None else spec.timeout / 1000,
        "retries": spec.retries,
        "retry_on": None if spec.retry_on is None else frozenset(spec.retry_on),
        "retries_network_errors": spec.retry_on_network_errors,
        "backoff": spec.backoff,
        "backoff_s": None if spec.backoff_base is None else spec.backoff_base / 1000,
        "jitter": spec.jitter_factor,
        "coalesces": spec.coalesce,
    }
    said = {name: value for name, value in given.items() if value is not None}
    # the names are those of Effort, and the types those of the grammar
    return replace(outer, **cast("dict[str, Any]", said))


@dataclass(frozen=True, slots=True)
class ResilienceLinker:
    """Reads the settings; what cannot be is an error (L065), what has no effect a warning (L195)."""

    report: Report

    def check(self, api: HttpSpec) -> None:
        """Say what is wrong with the settings of an API and of its operations, once."""
        self._check(api.resilience)
        for resource in api.resources or ():
            for operation in resource.operations or ():
                self._check(operation.resilience)
                self._check_scope(operation.resilience)

    def rules(self, specs: tuple[ErrorSpec, ...] | None) -> tuple[ErrorRule, ...]:
        """Compile what the errors of an API mean; a rule that cannot be read is an error (L066)."""
        return tuple(self._rule(spec) for spec in specs or ())

    def _check(self, spec: ResilienceSpec | None) -> None:
        if spec is None:
            return
        for model in (spec, spec.circuit_breaker, spec.rate_limit):
            if model is not None:
                self._check_bounds(model)
        for status in spec.retry_on or ():
            if not 400 <= status <= 599:
                hint = "error statuses are 400 to 599"
                self.report.error("L065", f"{status} is not a status to retry on", spec.span("retryOn"), hint)
        if spec.backoff is not None and spec.backoff not in _BACKOFFS:
            hint = did_you_mean(spec.backoff, _BACKOFFS) or f"known are {', '.join(_BACKOFFS)}"
            self.report.error("L065", f"unknown backoff {spec.backoff!r}", spec.span("backoff"), hint)

    def _check_bounds(self, model: SpecModel) -> None:
        for name, info in type(model).model_fields.items():
            value, bounds = getattr(model, name), _BOUNDS.get(name)
            if value is None or bounds is None or bounds[0] <= value <= bounds[1]:
                continue
            key = info.alias or name
            message = f"{key!r} cannot be {value}"
            self.report.error("L065", message, model.span(key), f"it is {bounds[0]:g} to {bounds[1]:.12g}")

    def _check_scope(self, spec: ResilienceSpec | None) -> None:
        for name in _OF_AN_API:
            if spec is not None and getattr(spec, name) is not None:
                key = ResilienceSpec.model_fields[name].alias or name
                message = f"{key!r} has no effect on one operation: it is about the whole API"
                self.report.warn("L195", message, spec.span(key), "write it into the 'resilience' of the API")

    def _rule(self, spec: ErrorSpec) -> ErrorRule:
        self._check_bounds(spec)
        message = spec.message
        return ErrorRule(
            statuses=self._statuses(spec),
            code=spec.code,
            when=None if spec.when is None else self._path(spec, "when", spec.when),
            equals=None if spec.equals is None else _text(spec.equals),
            message=self._path(spec, "message", message) if message and message.startswith("$") else message,
            hint=spec.hint,
            is_retryable=spec.retryable,
            retry_after_s=spec.retry_after,
        )

    def _path(self, spec: ErrorSpec, key: str, text: str) -> Path:
        try:
            return compile_path(text)
        except ValueError as error:
            self.report.error("L066", str(error), spec.span(key))
            return compile_path("$")

    def _statuses(self, spec: ErrorSpec) -> frozenset[int]:
        if spec.status is None:
            return _ERRORS
        words = spec.status if isinstance(spec.status, list) else [spec.status]
        found = frozenset(status for word in words for status in _numbers(word))
        if not found or not found <= _ERRORS:
            message = f"{_shown(spec.status)} is not an error status"
            self.report.error("L066", message, spec.span("status"), "write 409, 4xx or a list of them")
        return found


def _numbers(word: Json) -> Iterator[int]:
    text = _text(word)
    if family := _FAMILY.fullmatch(text):
        yield from range(int(family[1]) * 100, int(family[1]) * 100 + 100)
    else:
        yield int(text) if re.fullmatch(r"[0-9]{3}", text) else 0


def _rate(spec: RateLimitSpec | None) -> Rate | None:
    if spec is None:
        return None
    burst = spec.requests if spec.burst is None else spec.burst
    return Rate(spec.requests * 1000 / max(1, spec.per), burst, spec.follow_headers)


def _or(given: int | None, otherwise: _N) -> int | _N:
    return otherwise if given is None else given


def _text(value: Json) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _shown(value: Json) -> str:
    return repr(value) if isinstance(value, str) else str(value)
