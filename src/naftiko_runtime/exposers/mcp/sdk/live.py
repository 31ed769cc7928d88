"""Questions that are put while a call runs, to clients of older revisions whose connection lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import anyio
from mcp import types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.message import ServerMessageMetadata
from pydantic import BaseModel, ConfigDict, ValidationError

from ....plan.asking import Kind, Question
from ....plan.errors import CallError, StepFailed, Unanswered
from ....values import Json
from ..asking import can_be_asked

_Exchange: TypeAlias = ServerRequestContext[Any]

_REQUESTS: Mapping[Kind, type[types.ElicitRequest | types.CreateMessageRequest | types.ListRootsRequest]] = {
    "form": types.ElicitRequest,
    "url": types.ElicitRequest,
    "sampling": types.CreateMessageRequest,
    "roots": types.ListRootsRequest,
}
_QUOTED = 200


class _Said(BaseModel):
    """What a client answers, as it says it; the SDK has checked that it is what its revision allows."""

    model_config = ConfigDict(extra="allow")


@dataclass(slots=True)
class Waiting:
    """All questions of one server that wait for an answer: none does for ever, nor when the server stops."""

    answer_s: float = 600.0
    _scopes: set[anyio.CancelScope] = field(default_factory=set)
    _is_over: bool = False

    def stop(self) -> None:
        """Let everybody know that no answer will come."""
        self._is_over = True
        for scope in self._scopes:
            scope.cancel()

    async def ask(self, exchange: _Exchange, name: str, question: Question) -> Json:
        """Put a question and wait for the answer; raises Unanswered, or StepFailed for what is no answer."""
        with anyio.CancelScope() as scope:
            if self._is_over:
                scope.cancel()
            self._scopes.add(scope)
            try:
                return await self._sent(exchange, question)
            except MCPError as error:
                raise self._told(name, error) from None
            except ValidationError:
                raise StepFailed(f"the client did not answer {name!r} as its protocol says") from None
            finally:
                self._scopes.discard(scope)
        raise Unanswered(f"the server stops before {name!r} was answered")

    async def _sent(self, exchange: _Exchange, question: Question) -> Json:
        wire = {"method": question.method, **({"params": {**question.params}} if question.params else {})}
        said = await exchange.session.send_request(
            _REQUESTS[question.kind].model_validate(wire),
            _Said,
            self.answer_s,
            # on the stream of the call that asks, which is the one that the client reads
            ServerMessageMetadata(related_request_id=exchange.request_id),
        )
        answer: Json = said.model_dump(mode="json")
        return answer

    def _told(self, name: str, error: MCPError) -> CallError:
        if error.code == types.REQUEST_TIMEOUT:
            return Unanswered(f"nobody answered {name!r} within {self.answer_s:g} s")
        return Unanswered(f"the client did not answer {name!r}: {error.message[:_QUOTED]}")


@dataclass(frozen=True, slots=True)
class Live:
    """Asks the client of one call, one question after the other."""

    exchange: _Exchange
    waiting: Waiting

    def can(self, kind: Kind) -> bool:
        """Tell whether the client said when it began that it can be asked so."""
        session = self.exchange.session
        if session.client_capabilities is None or not session.can_send_request:
            return False
        said = session.client_capabilities.model_dump(by_alias=True, mode="json", exclude_none=True)
        return can_be_asked(said, kind)

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        """Return the answers; what is not required and was refused with an error is not among them."""
        answers: dict[str, Json] = {}
        for name, question in questions.items():
            try:
                answers[name] = await self.waiting.ask(self.exchange, name, question)
            except Unanswered:
                if question.is_required:
                    raise
        return answers
