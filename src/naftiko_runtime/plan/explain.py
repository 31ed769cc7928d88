"""The plan of a whole file, and how it is printed: what is exposed, what it calls, by which rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path

from ..expr.scope import Argument
from ..source.diagnostics import Span
from ..values.record import dataclass
from .call import HttpCall
from .credential import Credential
from .flow import Flow
from .forward import Forward
from .remedy import ErrorRule
from .resilience import Limits
from .surfaces import Completion, McpSurface, Operation, PassThrough, Refused, RestSurface, Surface
from .tls import Tls


@dataclass(frozen=True, slots=True)
class Api:
    """A consumed API; no base URI means that the operator has to give one."""

    namespace: str
    base_uri: str | None
    credential: Credential | None
    span: Span
    limits: Limits = field(default_factory=Limits)
    errors: tuple[ErrorRule, ...] = ()
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class BindUse:
    """A place that needs a bound variable, and whether it can be a text of several lines."""

    what: str
    span: Span
    may_hold_lines: bool = False


@dataclass(frozen=True, slots=True)
class BindFile:
    """A file that values are read from: as the author wrote it, and where that is."""

    location: str
    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class Bind:
    """A variable that something uses: its key in expressions, and the name its provider knows it by.

    What no file has is in the environment.
    """

    key: str
    source: str
    span: Span
    uses: tuple[BindUse, ...] = ()
    file: BindFile | None = None

    @property
    def may_hold_lines(self) -> bool:
        """Tell whether nothing that uses it minds a line break."""
        return bool(self.uses) and all(use.may_hold_lines for use in self.uses)


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled capability: immutable, free of secrets, ready to be bound and served."""

    file: str
    title: str
    version: str
    apis: Mapping[str, Api]
    binds: tuple[Bind, ...]
    surfaces: tuple[Surface, ...]

    def operations(self) -> Iterator[Operation]:
        for surface in self.surfaces:
            for _, operation in exposed(surface):
                yield operation

    def explain(self) -> str:
        """Print the plan for people: one paragraph for every exposed operation."""
        return "\n".join(_explain(self)) + "\n"

    def explain_only(self, word: str) -> str:
        """Print what a word names, see ``words``, each below its server; empty when it names nothing."""
        lines = [line for surface in self.surfaces for line in _surface(surface, word)]
        return "\n".join(lines).lstrip("\n") + "\n" if lines else ""

    def find(self, word: str) -> tuple[tuple[str, Operation], ...]:
        """List what a word names, as callers see it; what is named in full goes before what is in part."""
        units = [unit for surface in self.surfaces for unit in exposed(surface)]
        named = [unit for unit in units if word in (unit[0], unit[1].name)]
        return tuple(named or (unit for unit in units if _names(word, *unit)))

    def words(self) -> Iterator[str]:
        """List the words that name operations: ``GET /v1/jobs`` or a tool's name, and names of operations."""
        for surface in self.surfaces:
            for shown, operation in exposed(surface):
                yield from (shown, operation.name)


def exposed(surface: Surface) -> Iterator[tuple[str, Operation]]:
    """List what callers of a server see: ``GET /v1/jobs`` or a tool's name, with its operation."""
    if isinstance(surface, RestSurface):
        yield from ((f"{route.method} {route.path}", route.operation) for route in surface.routes)
        yield from ((f"* {forward.path}", forward.operation) for forward in surface.forwards)
    else:
        yield from ((tool.name, tool.operation) for tool in surface.tools)
        for resource in surface.resources:
            if resource.operation is not None:
                yield str(resource.uri), resource.operation
        for owner, of_owner in _completed(surface):
            yield from ((f"{owner} completes {name}", each.operation) for name, each in of_owner.items())


def _completed(surface: McpSurface) -> Iterator[tuple[str, Mapping[str, Completion]]]:
    yield from ((str(resource.uri), resource.completions) for resource in surface.resources)
    yield from ((prompt.name, prompt.completions) for prompt in surface.prompts)


def _explain(plan: Plan) -> Iterator[str]:
    yield f"{plan.title} ({plan.file})"
    for api in plan.apis.values():
        signed = f", signed by {api.credential}" if api.credential else ""
        secured = f", over TLS with {api.tls}" if api.tls else ""
        yield f"consumes {api.namespace}: {api.base_uri or 'base URI not stated'}{signed}{secured}"
        if limits := str(api.limits):
            yield f"  limits: {limits}"
        for rule in api.errors:
            yield f"  error {rule}"
    for bind in plan.binds:
        place = bind.file.location if bind.file else "the environment"
        yield f"needs {bind.key}: {bind.source} from {place}"
    for surface in plan.surfaces:
        yield from _surface(surface, None)


def _surface(surface: Surface, word: str | None) -> Iterator[str]:
    """Print a server with its operations, or with those that a word names if there are any."""
    wanted = [found for found in exposed(surface) if word is None or _names(word, *found)]
    if word is None or wanted:
        kind = "mcp" if isinstance(surface, McpSurface) else "rest"
        place = "stdio" if surface.port is None else f"port {surface.port}"
        yield f"\n{kind} {surface.namespace} on {place}"
        if surface.verifier is not None:
            yield f"  callers: {surface.verifier}"
    for shown, operation in wanted:
        yield from (f"  {line}" for line in _operation(shown, operation))


def _names(word: str, shown: str, operation: Operation) -> bool:
    """Tell whether a word is what callers see, its path alone, or an operation's name or the end of it."""
    return shown == word or shown.endswith(f" {word}") or f".{operation.name}".endswith(f".{word}")


def _operation(shown: str, operation: Operation) -> Iterator[str]:
    yield shown
    body = operation.body
    if isinstance(body, Refused):
        yield f"  refused {body.diagnostic.code}: {body.diagnostic.message}"
        return
    if isinstance(body, Forward):
        yield from _forward(body)
        return
    yield from _runs(body)
    if operation.choice:
        yield f"  by {f'{operation.choice.code} {operation.choice.rule}'.strip()}"
    for param in operation.contract.params:
        need = "required" if param.required else "optional"
        lands = ", ".join(_landings(param.name, body)) or "not sent"
        yield f"  in  {param.name}: {param.kind or 'any'}, {need} -> {lands}"
    if isinstance(body, PassThrough) and body.call.streams_body:
        yield "  in  the body: any bytes, streamed -> body"
    yield f"  out {body if isinstance(body, PassThrough) else body.result}"


def _forward(body: Forward) -> Iterator[str]:
    yield f"  -> {body.call.name}: any method, path, query and body as they come"
    yield from (f"  in  {place} {name}: stated" for place, name, _ in body.call.parts())
    yield "  out the answer as it comes"


def _runs(body: PassThrough | Flow) -> Iterator[str]:
    if isinstance(body, PassThrough):
        yield f"  -> {body.call.name}: {body.call.method} {body.call.path}"
        yield from _tried(body.call)
        return
    for step in body.steps:
        yield f"  step {step.name} {step}" if len(body.steps) > 1 else f"  {step}"
        for call in step.calls:
            yield from _tried(call)


def _tried(call: HttpCall) -> Iterator[str]:
    if effort := str(call.effort):
        yield f"     {call.name} is given {effort}"


def _landings(argument: str, body: PassThrough | Flow) -> Iterator[str]:
    """Say where an argument goes; of several steps, to which ones."""
    steps = body.steps if isinstance(body, Flow) else ()
    sites = [(f" of {step.name}" if len(steps) > 1 else "", step.parts()) for step in steps]
    for site, parts in sites if isinstance(body, Flow) else [("", body.call.parts())]:
        for place, name, value in parts:
            if any(isinstance(ref, Argument) and ref.name == argument for ref in value.refs()):
                yield f"{place} {name}".strip() + site
