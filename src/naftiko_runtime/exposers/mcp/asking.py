"""Questions that a client answers by calling again: protocol revision 2026-07-28.

A call that asks ends with its questions and a state, which the client hands back with the answers. The state
is the journal of the call: nothing is kept here, so that any process may go on with it. The SDK seals it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from ...plan.asking import Kind, Question, Suspended
from ...plan.journal import Journal, Record
from ...values import Json
from ...values.json import decode, encode_text
from ...values.record import dataclass
from .protocol import INTERNAL_ERROR, INVALID_PARAMS, Fields, Params, ProtocolError, mapping
from .usual import CLIENT_CAPABILITIES

CALLER = "naftiko.caller"  # in the scope of a request: a digest of the credential it came with
_LIMIT_BYTES = 1 << 20


def can_be_asked(capabilities: Mapping[str, Json], kind: Kind) -> bool:
    """Tell whether a client says so; it can show forms where it says nothing closer."""
    asked = capabilities.get("elicitation")
    match kind:
        case "form":
            return isinstance(asked, dict) and (not asked or "form" in asked)
        case "url":
            return isinstance(asked, dict) and "url" in asked
        case "sampling" | "roots":
            return kind in capabilities
        case never:
            assert_never(never)


@dataclass(slots=True)
class Returning:
    """Asks the client of one call by its answer; ``given`` are answers to what is asked next."""

    capabilities: Mapping[str, Json]
    journal: Journal
    given: Mapping[str, Json]
    goes_on: bool

    @classmethod
    def of(cls, params: Params) -> Returning:
        """Read what a request brings along; its state has been unsealed."""
        capabilities = mapping(mapping(params.get("_meta")).get(CLIENT_CAPABILITIES))
        answers = mapping(params.get("inputResponses"))
        state = params.get("requestState")
        if not isinstance(state, str):
            return cls(capabilities, Journal(), answers, goes_on=False)
        records, given = _read(state)
        return cls(capabilities, Journal(records), {**given, **answers}, goes_on=True)

    def can(self, kind: Kind) -> bool:
        """Tell whether the client says so in this request."""
        return can_be_asked(self.capabilities, kind)

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        """Return what the client has answered, once it is all there; else wait for the rest.

        Only what is asked next can have been answered. Who calls without a state has called nothing yet, so
        that its answers count only where nothing was called before the question either.
        """
        given = self.given if self.goes_on or not self.journal.records else {}
        self.given = {}
        answers = {
            name: given[name]
            for name, question in questions.items()
            if name in given and question.problem(given[name]) is None
        }
        missing = {name: question for name, question in questions.items() if name not in answers}
        if missing:
            self.given = answers
            raise Suspended(missing)
        return answers

    def waiting(self, questions: Mapping[str, Question]) -> Fields:
        """Write the answer of a call that waits: its questions, and what it needs to go on."""
        records: list[Json] = [[record.what, record.status, record.value] for record in self.journal.records]
        state = encode_text({"done": records, "given": {**self.given}})
        if (size := len(state.encode())) > _LIMIT_BYTES:
            sentence = f"what this call found before it asks has {size} bytes, more than the {_LIMIT_BYTES}"
            raise ProtocolError(INTERNAL_ERROR, f"{sentence} that a client is given to keep")
        requests: Fields = {
            name: {"method": question.method, "params": {**question.params}}
            for name, question in questions.items()
        }
        return {"resultType": "input_required", "inputRequests": requests, "requestState": state}


def _read(state: str) -> tuple[list[Record], Mapping[str, Json]]:
    """Read a state that was sealed here; only another release can have written it otherwise."""
    try:
        value = mapping(decode(state.encode()))
        done = value.get("done")
        records = [_record(row) for row in done] if isinstance(done, list) else []
    except ValueError:
        raise ProtocolError(INVALID_PARAMS, "Invalid or expired requestState") from None
    return records, mapping(value.get("given"))


def _record(row: Json) -> Record:
    match row:
        case [str(what), int(status), value]:
            return Record(what, status, value)
        case _:
            raise ValueError("no record")
