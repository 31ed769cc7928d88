"""Questions to the person or the model behind a client: what is asked, and how a face asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, Protocol, TypeAlias, assert_never, get_args

from ..expr.scope import Expr, Scope
from ..values import Json, Secret
from ..values.record import dataclass
from .contract import violation
from .errors import CannotAsk, StepFailed, Unanswered
from .forms import problem_of_form

Kind: TypeAlias = Literal["form", "url", "sampling", "roots"]
KINDS: tuple[Kind, ...] = get_args(Kind)

METHODS: Mapping[Kind, str] = {
    "form": "elicitation/create",
    "url": "elicitation/create",
    "sampling": "sampling/createMessage",
    "roots": "roots/list",
}
KEPT: Mapping[Kind, tuple[str, ...]] = {
    "form": ("action", "content"),
    "url": ("action",),
    "sampling": ("role", "content", "model", "stopReason"),
    "roots": ("roots",),
}
"""What flows can read of answers, beside which clients may send what they like."""

_ACTIONS: tuple[Json, ...] = ("accept", "decline", "cancel")


@dataclass(frozen=True, slots=True)
class Question:
    """What a client is asked: ``params`` are those of the request that MCP has for its kind.

    Where it is not required the call goes on without an answer.
    """

    kind: Kind
    params: Mapping[str, Json]
    is_required: bool = True

    @property
    def method(self) -> str:
        return METHODS[self.kind]

    def problem(self, answer: Json) -> str | None:
        """Say what is wrong with an answer; None for one that can be used, and for a refusal to answer."""
        if not isinstance(answer, dict):
            return "it is not an object"
        match self.kind:
            case "sampling":
                found = isinstance(answer.get("content"), dict | list)
                return None if found else "it has no content"
            case "roots":
                return None if isinstance(answer.get("roots"), list) else "it has no roots"
            case "url":
                return _problem_of_action(answer)
            case "form":
                return _problem_of_action(answer) or self._problem_of_content(answer)
            case never:
                assert_never(never)

    def _problem_of_content(self, answer: Mapping[str, Json]) -> str | None:
        if answer["action"] != "accept":
            return None
        schema, content = self.params.get("requestedSchema"), answer.get("content")
        return violation(schema if isinstance(schema, dict) else {}, {} if content is None else content)

    def kept(self, answer: Mapping[str, Json]) -> dict[str, Json]:
        """Keep of an answer what a flow can read."""
        return {name: answer[name] for name in KEPT[self.kind] if name in answer}


@dataclass(frozen=True, slots=True)
class Query:
    """A question that is still to be put: its texts may hold what callers gave and earlier steps found."""

    name: str
    kind: Kind
    params: Expr
    is_required: bool = True

    def question(self, scope: Scope) -> Question:
        """Write the question; raises StepFailed where the values do not make one."""
        params = self.params.evaluate(scope)
        if isinstance(params, Secret) or not isinstance(params, dict):
            raise StepFailed(f"question {self.name!r} cannot be put")
        if (problem := _problem(self.kind, params)) is not None:
            raise StepFailed(f"question {self.name!r} cannot be put: {problem}")
        return Question(self.kind, params, self.is_required)


class Asker(Protocol):
    """Puts the questions of one call to its client; a face has one for each way of asking."""

    def can(self, kind: Kind) -> bool:
        """Tell whether the client says that it can be asked so."""
        ...

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        """Return the client's answers by the names of the questions, all of which it can be asked.

        Raises CallError, or Suspended where answers come with another call.
        """
        ...


class Suspended(Exception):
    """A call that waits: its client has to answer first, and to call again with what it answers."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        super().__init__(", ".join(questions))
        self.questions = questions


@dataclass(frozen=True, slots=True)
class Nobody:
    """Whoever calls from where nobody can be asked."""

    def can(self, kind: Kind) -> bool:
        return False

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        raise cannot_ask(question.kind for question in questions.values())


NOBODY = Nobody()


def check_askable(queries: Iterable[Query], asker: Asker) -> None:
    """Raise CannotAsk where a client cannot be asked what it has to be: before anything is done for it."""
    missing = [query.kind for query in queries if query.is_required and not asker.can(query.kind)]
    if missing:
        raise cannot_ask(missing)


def cannot_ask(kinds: Iterable[Kind]) -> CannotAsk:
    return CannotAsk(tuple(dict.fromkeys(kinds)))


def settle(questions: Mapping[str, Question], answers: Mapping[str, Json]) -> dict[str, Json]:
    """Return what a step found out; raises Unanswered, or StepFailed for answers that are none.

    What was not answered, and need not be, is null where it was not asked, else it says decline or cancel.
    """
    found: dict[str, Json] = {}
    for name, question in questions.items():
        answer = answers.get(name)
        if answer is None and not question.is_required:
            found[name] = None
            continue
        if (problem := question.problem(answer)) is not None or not isinstance(answer, dict):
            raise StepFailed(f"the client did not answer {name!r} as asked: {problem}")
        action = answer.get("action", "accept")
        if question.is_required and action != "accept":
            raise Unanswered(f"whoever was asked {name!r} {_DID[str(action)]}")
        found[name] = question.kept(answer)
    return found


_DID: Mapping[str, str] = {"decline": "declined to answer", "cancel": "did not answer"}


def _problem(kind: Kind, params: Mapping[str, Json]) -> str | None:
    """Say what a question lacks because of the values that it was filled with."""
    match kind:
        case "form":
            schema = params.get("requestedSchema")
            return _lacks(params, "message") or problem_of_form(schema)
        case "url":
            return _lacks(params, "message") or _lacks(params, "url")
        case "sampling":
            messages = params.get("messages")
            is_whole = isinstance(messages, list) and all(_has_text(message) for message in messages)
            return None if messages and is_whole else "a message has no text"
        case "roots":
            return None
        case never:
            assert_never(never)


def _problem_of_action(answer: Mapping[str, Json]) -> str | None:
    is_one = answer.get("action") in _ACTIONS
    return None if is_one else "it does not say accept, decline or cancel"


def _lacks(params: Mapping[str, Json], name: str) -> str | None:
    return None if isinstance(params.get(name), str) and params[name] else f"it has no {name}"


def _has_text(message: Json) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    return isinstance(content, dict) and isinstance(content.get("text"), str)
