"""Tells on standard error what a call does, when it does it: requests, answers, outputs, times."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import field
from time import perf_counter

from ..exposers.boundary import phrase
from ..expr.scope import Scope
from ..expr.shape import Augmented, Fields, Shape
from ..plan.call import Headers, Inbound, Relayed
from ..plan.errors import CallError
from ..plan.flow import Step
from ..runtime.observing import Sent
from ..runtime.quoting import hidden, without
from ..values import Json, Secret
from ..values.json import encode_text
from ..values.record import dataclass
from .curl import curl

_LONGEST = 200
_TOLD_FROM_WORDS = 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# what they give is as good as a password
_CREDENTIALS = frozenset({"set-cookie", "set-cookie2", "authentication-info"})


@dataclass(slots=True)
class Story:
    """Watches a call; ``upload`` is where a streamed body comes from."""

    upload: str | None = None
    _binds: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    _last: Sent | None = field(default=None, repr=False)

    def bound(self, binds: Mapping[str, Secret]) -> None:
        self._binds = binds

    @asynccontextmanager
    async def sends(
        self, sent: Sent, sending: AbstractAsyncContextManager[Inbound]
    ) -> AsyncIterator[Inbound]:
        again, self._last = sent == self._last, sent
        self.say("the same request again" if again else self.command(sent))
        began, counted = perf_counter(), None
        try:
            async with sending as inbound:
                self.say(f"{inbound.status} {phrase(inbound.status)} after {_since(began)}")
                self._say_headers(inbound.headers)
                counted = _Counted(inbound)
                yield counted
        except CallError as error:
            self.say(f"no answer after {_since(began)}: {error.sentence}")
            raise
        finally:
            if counted is not None:
                self.say(f"  {counted.size} bytes, read after {_since(began)}")

    def command(self, sent: Sent) -> str:
        """Write a request; an upstream that tells secrets may have put them into this one, too."""
        return without(curl(sent, self.upload), self._binds.values(), _TOLD_FROM_WORDS)

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        began = perf_counter()
        self.say(f"step {step.name!r} {step}")
        try:
            yield
        finally:
            self.say(f"step {step.name!r} took {_since(began)}")

    def selects(self, shape: Shape, value: Json, scope: Scope) -> None:
        for name, what, found in _selected("", shape, value, scope):
            told = "null, there is nothing" if found is None else encode_text(found)
            self.say(f"  output{f' {name}' if name else ''} = {what}: {self._hidden(told)}")

    def _say_headers(self, headers: Headers) -> None:
        for name, value in headers:
            told = "***" if name in _CREDENTIALS else value
            self.say(f"  {name}: {self._hidden(told)}")

    def _hidden(self, text: str) -> str:
        return _short(_CONTROL.sub("?", hidden(text, self._binds.values())))

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


@dataclass(slots=True)
class _Counted(Relayed):
    """An answer whose bytes are counted on their way."""

    inbound: Inbound
    size: int = 0

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self.inbound.chunks():
            self.size += len(chunk)
            yield chunk


def _selected(name: str, shape: Shape, value: Json, scope: Scope) -> Iterator[tuple[str, str, Json]]:
    """List what each output takes from where, those of an object one by one."""
    if isinstance(shape, Augmented) and not isinstance(value, list):
        shape = shape.fields
    if isinstance(shape, Fields):
        inner = shape.path.select(value)
        for key, part in shape.fields:
            yield from _selected(f"{name}.{key}" if name else key, part, inner, scope)
    else:
        yield name, str(shape), shape.project(value, scope)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} … ({len(text)} characters)"


def _since(began: float) -> str:
    return f"{(perf_counter() - began) * 1000:.1f} ms"
