"""What goes wrong in a call.

CallError
├── InvalidArguments     400  all bad arguments at once
├── NotAuthenticated     401
├── NotAllowed           403
├── UnknownOperation     404
├── WrongMethod          405
├── TooLarge             413
├── WrongMediaType       415
├── WrongHost            421
├── TooMany              429
├── Busy                 503
├── NotLinked            501  the file's diagnostic, by code
├── CannotAsk            501  a question for a client that cannot be asked
├── Unanswered           409  a person who declines, or gives no answer
├── UpstreamError
│   ├── UpstreamRefused       the upstream's own status and answer
│   │   └── UpstreamExplained   what the file says that they mean
│   ├── UpstreamTimeout  504
│   ├── UpstreamUnreachable 502
│   │   └── AddressRefused
│   ├── UpstreamDown     503  after many failures in a row
│   ├── UndecodableAnswer   502
│   └── Oversized           502
└── StepFailed           500
"""

from __future__ import annotations

from typing import Self

from ..source.diagnostics import Diagnostic
from ..values.record import dataclass


class CallError(Exception):
    """A call that failed; ``sentence`` is for the caller, ``detail`` for the log only."""

    status = 500
    title = "call failed"

    def __init__(self, sentence: str, *, detail: str = "", headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence, self.detail, self.headers = sentence, detail, headers
        self.place, self.done = "", tuple[str, ...]()

    def __copy__(self) -> Self:
        """Give the same failure to another caller; the usual way would ask for the arguments again."""
        twin = type(self).__new__(type(self))
        twin.args = self.args
        twin.__dict__.update(self.__dict__)
        return twin

    def within(self, step: str, done: tuple[str, ...]) -> None:
        """Remember the innermost of several steps that failed, and which ones were carried out before it."""
        if not self.place:
            after = f", after {', '.join(repr(name) for name in done)}" if done else ""
            self.place, self.done = f"in step {step!r}{after}", done


@dataclass(frozen=True, slots=True)
class BadArgument:
    """One thing wrong with what the caller sent; ``path`` is like ``body.epochs``."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}" if self.path else self.problem


class InvalidArguments(CallError):
    """The caller's arguments, every bad one named."""

    status = 400
    title = "invalid arguments"

    def __init__(self, problems: tuple[BadArgument, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class NotAuthenticated(CallError):
    """No credential, or not the right one."""

    status, title = 401, "not authenticated"


class NotAllowed(CallError):
    """A known caller who may not do this, or a page that may not call."""

    status, title = 403, "not allowed"


class UnknownOperation(CallError):
    """Nothing is exposed under this name or path."""

    status, title = 404, "not exposed"


class WrongMethod(CallError):
    """The path is exposed, the method is not; carries ``Allow``."""

    status, title = 405, "method not allowed"


class TooLarge(CallError):
    """More bytes than this server takes."""

    status, title = 413, "request too large"


class WrongMediaType(CallError):
    """A body in a format that this operation does not read."""

    status, title = 415, "unsupported media type"


class WrongHost(CallError):
    """The Host header names a server that we are not."""

    status, title = 421, "wrong host"


class TooMany(CallError):
    """More requests than a consumed API may be sent; carries ``Retry-After``."""

    status, title = 429, "too many requests"


class Busy(CallError):
    """This server is stopping or full."""

    status, title = 503, "busy"


class NotLinked(CallError):
    """The file does not say what to call; its diagnostic says why."""

    status, title = 501, "operation refused"

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(f"this operation is refused ({diagnostic.code}): {diagnostic.message}")
        self.code = diagnostic.code


class CannotAsk(CallError):
    """The operation asks, and whoever calls cannot be asked; ``kinds`` are those of the questions."""

    status, title = 501, "cannot ask"

    def __init__(self, kinds: tuple[str, ...]) -> None:
        asked = ", ".join(kinds)
        super().__init__(
            f"this operation asks whoever calls it ({asked}): call it by an MCP client that can be"
        )
        self.kinds = kinds


class Unanswered(CallError):
    """A question that was put and not answered."""

    status, title = 409, "not answered"


class UpstreamError(CallError):
    """The consumed API did not give a usable answer."""

    status, title = 502, "upstream failed"


class UpstreamTimeout(UpstreamError):
    """No answer in time."""

    status, title = 504, "upstream timed out"


class UpstreamUnreachable(UpstreamError):
    """No connection, or one that broke; ``was_sent`` when the upstream may have seen the request.

    ``is_lasting`` when another attempt cannot help: a wrong certificate, a name that nobody has.
    """

    title = "upstream unreachable"

    def __init__(
        self, sentence: str, *, was_sent: bool = True, is_lasting: bool = False, detail: str = ""
    ) -> None:
        super().__init__(sentence, detail=detail)
        self.was_sent, self.is_lasting = was_sent, is_lasting


class AddressRefused(UpstreamUnreachable):
    """A host with addresses that may not be connected to; callers are not told which."""

    title = "address refused"

    def __init__(self, sentence: str, *, detail: str) -> None:
        super().__init__(sentence, was_sent=False, is_lasting=True, detail=detail)


class UpstreamDown(UpstreamError):
    """The consumed API has failed again and again, and is left alone for a while; nothing was sent."""

    status, title = 503, "upstream down"


class UndecodableAnswer(UpstreamError):
    """An answer that is not what the file declares."""

    title = "undecodable answer"


class Oversized(UpstreamError):
    """A good answer, but more than can be held."""

    title = "answer too large"

    def __init__(self, size: str, limit_bytes: int | None = None) -> None:
        limit = "can be held here" if limit_bytes is None else f"the {limit_bytes} that are passed on"
        super().__init__(f"the call succeeded, but its answer has {size} bytes, more than {limit}")
        self.size = size


class UpstreamRefused(UpstreamError):
    """The consumed API answered with an error status; on REST it is passed on as it is (D4)."""

    title = "upstream refused"

    def __init__(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        super().__init__(f"the upstream answered {status}", headers=headers)
        self.status, self.body = status, body


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a file says of an error; what it leaves out is found as for any other."""

    code: str
    message: str | None = None
    hint: str | None = None
    is_retryable: bool | None = None
    retry_after_s: int | None = None


class UpstreamExplained(UpstreamRefused):
    """An error that the file gives a meaning; callers are told that, and not the upstream's answer."""

    title = "upstream error"

    def __init__(
        self, status: int, headers: tuple[tuple[str, str], ...], body: bytes, meaning: Meaning
    ) -> None:
        super().__init__(status, headers, body)
        self.meaning = meaning
        self.sentence = meaning.message or self.sentence


class StepFailed(CallError):
    """A step that could not go on."""

    title = "step failed"
