"""What an answer has to look like, and what becomes of questions that get none."""

import pytest

from asking import FORM, YES, form
from naftiko_runtime.expr.scope import Argument, BindValue, Const, Expr, Scope
from naftiko_runtime.plan.asking import NOBODY, Kind, Query, Question, check_askable, settle
from naftiko_runtime.plan.errors import CannotAsk, StepFailed, Unanswered
from naftiko_runtime.values import Json, Secret

pytestmark = pytest.mark.anyio

TEXT: dict[str, Json] = {"role": "assistant", "content": {"type": "text", "text": "Paris"}, "model": "m"}


def question(kind: Kind, *, is_required: bool = True) -> Question:
    return Question(kind, {"message": "Sure?", "requestedSchema": FORM}, is_required)


@pytest.mark.parametrize(
    ("kind", "answer", "problem"),
    [
        ("form", YES, None),
        ("form", {"action": "decline"}, None),
        ("form", {"action": "maybe"}, "it does not say accept, decline or cancel"),
        ("form", {"action": "accept"}, "ok: is required"),
        ("form", {"action": "accept", "content": {"ok": "yes"}}, "ok: must be boolean, not string"),
        ("form", {"action": "accept", "content": [1]}, "it is array, not an object"),
        ("form", 7, "it is not an object"),
        ("url", {"action": "accept"}, None),
        ("url", {}, "it does not say accept, decline or cancel"),
        ("sampling", TEXT, None),
        ("sampling", {"action": "accept"}, "it has no content"),
        ("roots", {"roots": []}, None),
        ("roots", {"roots": "/"}, "it has no roots"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why(kind: Kind, answer: Json, problem: str | None) -> None:
    assert question(kind).problem(answer) == problem


def test_a_number_that_is_too_large_for_the_validator_is_a_number_all_the_same() -> None:
    schema: Json = {"type": "object", "properties": {"n": {"type": "integer"}}}
    asked = Question("form", {"requestedSchema": schema})
    assert asked.problem({"action": "accept", "content": {"n": 10**30}}) is None


def test_of_an_answer_that_is_kept_which_flows_can_read() -> None:
    given: Json = {**TEXT, "_meta": {"x": 1}, "resultType": "complete"}
    assert settle({"q": question("sampling")}, {"q": given}) == {"q": TEXT}


@pytest.mark.parametrize(
    ("action", "told"), [("decline", "declined to answer"), ("cancel", "did not answer")]
)
def test_who_does_not_answer_ends_the_flow(action: str, told: str) -> None:
    with pytest.raises(Unanswered) as caught:
        settle({"confirm": question("form")}, {"confirm": {"action": action}})
    assert (caught.value.sentence, caught.value.status) == (f"whoever was asked 'confirm' {told}", 409)


@pytest.mark.parametrize("answer", [None, {"action": "decline"}, {"action": "cancel"}])
def test_what_need_not_be_answered_is_not_waited_for(answer: Json) -> None:
    asked = {"confirm": question("form", is_required=False)}
    assert settle(asked, {"confirm": answer}) == {"confirm": answer}


def test_an_answer_that_is_none_is_the_clients_fault() -> None:
    with pytest.raises(StepFailed, match=r"^the client did not answer 'q' as asked: it is not an object$"):
        settle({"q": question("roots")}, {})


@pytest.mark.parametrize(
    ("kind", "params", "problem"),
    [
        ("form", Const({"message": "", "requestedSchema": FORM}), "it has no message"),
        ("form", Const({"message": "Sure?"}), "its schema is not that of an object"),
        ("url", Const({"message": "Go"}), "it has no url"),
        ("sampling", Const({"messages": []}), "a message has no text"),
        ("sampling", Const({"messages": [{"content": {"type": "text"}}]}), "a message has no text"),
        ("sampling", Const({"messages": ["Hello"]}), "a message has no text"),
    ],
)
def test_a_question_that_its_values_make_none_is_not_put(kind: Kind, params: Expr, problem: str) -> None:
    with pytest.raises(StepFailed, match=rf"^question 'q' cannot be put: {problem}$"):
        Query("q", kind, params).question(Scope())


@pytest.mark.parametrize("params", [BindValue("KEY"), Argument("text")])
def test_a_secret_and_a_text_are_no_question(params: Expr) -> None:
    with pytest.raises(StepFailed, match=r"^question 'q' cannot be put$"):
        Query("q", "form", params).question(Scope({"text": "Sure?"}, {"KEY": Secret("s3cret")}))


def test_roots_are_asked_for_without_a_word() -> None:
    assert Query("q", "roots", Const({})).question(Scope()).method == "roots/list"


async def test_where_nobody_can_be_asked_only_what_is_not_required_is_no_error() -> None:
    check_askable([form(is_required=False)], NOBODY)
    with pytest.raises(CannotAsk) as caught:
        check_askable([form(), form("again"), Query("files", "roots", Const({}))], NOBODY)
    assert caught.value.kinds == ("form", "roots")
    with pytest.raises(CannotAsk, match="form"):
        await NOBODY.ask({"confirm": question("form")})
