"""One inbound call while it runs: what its steps may do, within its deadline."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ..formats import Hints, decoder
from ..plan.asking import NOBODY, Asker, Question, cannot_ask
from ..plan.call import Headers, HttpCall, Inbound, Outbound
from ..plan.errors import UndecodableAnswer, UpstreamError, UpstreamRefused
from ..plan.flow import Answer
from ..plan.reading import charset, read
from ..plan.remedy import ErrorRule, explain_error
from ..values import Json, Secret
from .deadlines import Deadline
from .policies import Request, Sender
from .policies.held import Held
from .policies.whole import Whole, read_whole
from .quoting import beginning

log = logging.getLogger("naftiko.calls")

_ANSWER_LIMIT_BYTES = 32 * 1024 * 1024
_AT_ONCE_BYTES = 64 * 1024  # a longer answer is decoded beside the event loop, which has other calls
_ERROR_LIMIT_BYTES = 64 * 1024
_DEFAULT_HEADERS: Headers = (("Accept", "*/*"), ("Accept-Encoding", "identity"))


@dataclass(slots=True)  # one for every call: writing fields of a frozen one takes three times as long
class Running:
    """A call with its deadline, which all its requests share; ``retries`` is what the operator says.

    ``binds`` are what no log may show.
    """

    senders: Mapping[str, Sender]
    errors: Mapping[str, tuple[ErrorRule, ...]]
    deadline: Deadline
    retries: int | None = None
    binds: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    asker: Asker = NOBODY

    async def send(self, call: HttpCall, outbound: Outbound, held: Held) -> Inbound:
        """Send a request; the answer's body must be read before what is held is given back.

        Raises UpstreamExplained for an error that the file gives a meaning.
        """
        effort = call.effort if self.retries is None else replace(call.effort, retries=self.retries)
        inbound = await self.senders[call.api].send(Request(outbound, effort, self.deadline), held)
        if inbound.status >= 400 and (rules := self.errors[call.api]):
            return await _unless_explained(inbound, rules)
        return inbound

    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        """Send a request for a step and decode its answer by the declared format."""
        held = Held()
        try:
            inbound = await self.send(call, with_headers(outbound, ()), held)
            body = await read(inbound, _ANSWER_LIMIT_BYTES)
            status, headers = inbound.status, inbound.headers
        finally:
            await held.aclose()
        if status >= 300:  # a redirect that could be followed has been
            raise UpstreamRefused(status, headers, body)
        if status == 204:
            return Answer(status, headers, None)
        if len(body) <= _AT_ONCE_BYTES:
            return Answer(status, headers, _decode(call, body, headers, self.binds.values()))
        value = await asyncio.to_thread(_decode, call, body, headers, self.binds.values())
        return Answer(status, headers, value)

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        """Put the questions that the client can be asked; the deadline waits while somebody thinks."""
        askable = {name: question for name, question in questions.items() if self.asker.can(question.kind)}
        missing = [
            question.kind
            for name, question in questions.items()
            if question.is_required and name not in askable
        ]
        if missing:
            raise cannot_ask(missing)
        if not askable:
            return {}
        loop, ends = asyncio.get_running_loop(), self.deadline.when()
        left_s = None if ends is None else ends - loop.time()
        self.deadline.reschedule(None)
        try:
            return await self.asker.ask(askable)
        finally:
            self.deadline.reschedule(None if left_s is None else loop.time() + left_s)


def with_headers(outbound: Outbound, passed: Headers) -> Outbound:
    """Add what the caller says, and what every request needs; what the file says goes before both."""
    if not outbound.headers and not passed:  # as most are
        return outbound.with_headers(_DEFAULT_HEADERS)
    said = {name.lower() for name, _ in outbound.headers}
    added: Headers = ()
    if passed:
        added = tuple([pair for pair in passed if pair[0].lower() not in said])
        said.update([name.lower() for name, _ in added])
    needed = [pair for pair in _DEFAULT_HEADERS if pair[0].lower() not in said]
    return outbound.with_headers((*outbound.headers, *added, *needed))


async def _unless_explained(inbound: Inbound, rules: tuple[ErrorRule, ...]) -> Inbound:
    """Read an error and raise what the file says of it; one that is too large is judged by its status."""
    inbound = await read_whole(inbound, _ERROR_LIMIT_BYTES)
    body = b""
    if isinstance(inbound, Whole):
        with suppress(UpstreamError):  # what cannot be unpacked says nothing
            body = await read(inbound, _ERROR_LIMIT_BYTES)
    explained = explain_error(rules, inbound.status, inbound.headers, body)
    if explained is not None:
        raise explained
    return inbound


def _decode(call: HttpCall, body: bytes, headers: Headers, secrets: Iterable[Secret]) -> Json:
    """Decode by the declared format; what the upstream wrote is only told at debug level."""
    try:
        return decoder(call.answer_format)(body, Hints(charset(headers), call.answer_schema))
    except ValueError as error:
        log.debug("%s answered %s", call.name, beginning(body, secrets))
        sentence = f"{call.api} did not answer in {call.answer_format}: {error}"
        raise UndecodableAnswer(sentence, detail=str(error)) from None
