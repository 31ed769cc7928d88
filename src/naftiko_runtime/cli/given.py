"""What an operation is given on the command line; everything that is wrong with it is told at once."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from pathlib import Path

from ..plan.contract import Contract, Param, kind_of
from ..plan.errors import BadArgument, InvalidArguments
from ..plan.surfaces import Context, Operation, PassThrough
from ..values import Json
from ..values.json import decode
from ..values.record import dataclass
from .failure import WrongUsage
from .upload import Upload

_FACE = "call"


@dataclass(frozen=True, slots=True)
class Given:
    """The arguments of a call, and what it has beside them."""

    raw: Mapping[str, Json]
    context: Context


def read_given(words: Namespace, operation: Operation) -> Given:
    """Read what an operation is given; raises WrongUsage with everything that is wrong."""
    reading = _Reading(operation)
    raw = reading.texts(words.arg) if words.json is None else reading.members(words.json)
    context = reading.context(words.body)
    reading.check(raw)
    if reading.problems:
        raise wrong_arguments(reading.problems, operation.contract)
    return Given(raw, context)


def wrong_arguments(problems: Iterable[BadArgument], contract: Contract) -> WrongUsage:
    """Say what is wrong with arguments, a line each; of those that lack, what they are."""
    about = {param.name: _about(param) for param in contract.params}
    lines = [
        f"  {problem}{about.get(problem.path, '') if problem.problem == 'is required' else ''}"
        for problem in problems
    ]
    return WrongUsage("\n".join((f"{len(lines)} wrong argument{'s' if len(lines) > 1 else ''}", *lines)))


def _about(param: Param) -> str:
    return f" ({': '.join(part for part in (param.kind or 'any', param.description) if part)})"


def check_standard_input(words: Namespace) -> None:
    """Raise WrongUsage when several things would be read from standard input."""
    readers = [words.file, words.json, words.body, *(text[1:] for _, text in words.arg if text == "@-")]
    if readers.count("-") > 1:
        raise WrongUsage(
            "standard input can be read once: give only one of FILE, --arg, --json and --body as -"
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads for one operation, and collects what is wrong."""

    operation: Operation
    problems: list[BadArgument] = field(default_factory=list)

    def texts(self, pairs: Iterable[tuple[str, str]]) -> dict[str, Json]:
        """Collect arguments that are texts; what is given again is a list, if it may be one."""
        given: dict[str, list[str]] = {}
        for name, text in pairs:
            given.setdefault(name, []).extend(self._text(name, text))
        lists = {param.name for param in self.operation.contract.params if param.kind == "array"}
        return dict(self._valued(given, lists))

    def _valued(self, given: Mapping[str, list[str]], lists: set[str]) -> Iterator[tuple[str, Json]]:
        for name, texts in given.items():
            if name in lists and not (len(texts) == 1 and texts[0].startswith("[")):
                yield name, [*texts]
            elif len(texts) == 1:
                yield name, texts[0]
            elif texts:
                self._problem(name, "is given more than once, and is no list")

    def _text(self, name: str, text: str) -> Iterator[str]:
        """Give the text of an argument; none if it is in a file that cannot be read."""
        if text.startswith("@@") or not text.startswith("@"):
            yield text.removeprefix("@")
            return
        try:
            yield _read(text[1:]).decode()
        except UnicodeDecodeError as error:
            self._problem(name, f"byte {error.start} of {text[1:]} is not UTF-8")
        except (OSError, ValueError) as error:
            self._problem(name, _unread(text[1:], error))

    def members(self, text: str) -> dict[str, Json]:
        """Read arguments that are the members of a JSON object."""
        try:
            value = decode(_read("-") if text == "-" else text.encode())
        except (ValueError, RecursionError) as error:
            self._problem("--json", f"is not JSON: {error}")
            return {}
        if not isinstance(value, dict):
            self._problem("--json", f"must be an object, not {kind_of(value)}")
            return {}
        return value

    def context(self, body: str | None) -> Context:
        """Say what is streamed; an operation does that always or never."""
        called = self.operation.body
        streams = isinstance(called, PassThrough) and called.call.streams_body
        if streams != (body is not None):
            needs = "is required: this operation sends a raw body (a file, or - for standard input)"
            self._problem(
                "--body", needs if streams else "is not for this operation, which has arguments alone"
            )
        if body is None or not streams:
            return Context(_FACE)
        try:
            upload = Upload.of(body)
        except (OSError, ValueError) as error:
            self._problem("--body", _unread(body, error))
            return Context(_FACE)
        return Context(_FACE, headers=upload.headers, upload=upload.pieces())

    def check(self, raw: Mapping[str, Json]) -> None:
        """Check what could be read; that an argument lacks is no news where it could not be."""
        known = {problem.path for problem in self.problems}
        if "--json" in known:
            return
        try:
            self.operation.contract.bind(raw)
        except InvalidArguments as error:
            self.problems.extend(problem for problem in error.problems if problem.path not in known)

    def _problem(self, name: str, problem: str) -> None:
        self.problems.append(BadArgument(name, problem))


def _read(place: str) -> bytes:
    return sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()


def _unread(place: str, error: Exception) -> str:
    return f"cannot read {place}: {getattr(error, 'strerror', None) or error}"
