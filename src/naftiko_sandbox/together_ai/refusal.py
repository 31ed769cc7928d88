"""The errors of this API, in its own form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from ..values import JsonObject
from ..wire import BODY_LIMIT_BYTES, Answer, json_answer


@dataclass(frozen=True, slots=True)
class Problem:
    """An error answer before it is written."""

    status: int
    message: str
    code: str
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        if self.status == 429:
            return "rate_limit"
        return "server_error" if self.status >= 500 else "invalid_request_error"

    def body(self) -> JsonObject:
        error: JsonObject = {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        return {"error": error}

    def answer(self) -> Answer:
        return json_answer(self.status, self.body(), self.headers)


class Refusal(Exception):
    """Ends an operation with an error answer."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def refuse_value(param: str, message: str) -> NoReturn:
    """Answer 400 about one field or parameter."""
    raise Refusal(Problem(400, message, "invalid_value", param))


def too_large() -> Problem:
    return Problem(413, f"the request's body is larger than {BODY_LIMIT_BYTES} bytes", "request_too_large")


def refuse_unknown_job(job_id: str) -> NoReturn:
    raise Refusal(Problem(404, f"fine-tune job {job_id!r} was not found", "not_found"))
