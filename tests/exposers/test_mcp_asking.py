"""What a client of revision 2026-07-28 can be asked, and what it brings along when it answers."""

import pytest

from asking import FORM, YES
from naftiko_runtime.exposers.mcp.asking import Returning
from naftiko_runtime.exposers.mcp.protocol import Exchange, Params, ProtocolError
from naftiko_runtime.plan.asking import KINDS, Kind, Question, Suspended
from naftiko_runtime.plan.errors import CannotAsk
from naftiko_runtime.plan.journal import Journal, Record
from naftiko_runtime.values import Json

pytestmark = pytest.mark.anyio

QUESTION = Question("form", {"message": "Sure?", "requestedSchema": FORM})


def saying(capabilities: Json) -> Params:
    return {"_meta": {"io.modelcontextprotocol/clientCapabilities": capabilities}}


@pytest.mark.parametrize(
    ("capabilities", "kinds"),
    [
        ({}, set()),
        (None, set()),
        ({"elicitation": {}}, {"form"}),
        ({"elicitation": {"form": {}}}, {"form"}),
        ({"elicitation": {"url": {}}}, {"url"}),
        ({"elicitation": {"url": {}, "form": {}}, "sampling": {}}, {"url", "form", "sampling"}),
        ({"roots": {"listChanged": True}}, {"roots"}),
    ],
)
def test_a_client_can_be_asked_what_it_says(capabilities: Json, kinds: set[Kind]) -> None:
    asker = Returning.of(saying(capabilities))
    assert {kind for kind in KINDS if asker.can(kind)} == kinds


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (("url", "form"), {"elicitation": {"url": {}}}),
        (("form", "url", "roots"), {"elicitation": {"url": {}}, "roots": {}}),
    ],
)
def test_a_client_is_told_all_that_it_lacks(kinds: tuple[Kind, ...], wanted: Json) -> None:
    with pytest.raises(ProtocolError) as caught:
        Exchange(journal=Journal()).pass_on(CannotAsk(kinds))
    assert caught.value.data == {"requiredCapabilities": wanted}


def test_clients_that_keep_no_state_hear_of_it_as_of_any_failure() -> None:
    Exchange().pass_on(CannotAsk(("form",)))


async def test_what_was_answered_is_kept_until_all_is() -> None:
    first = Returning.of({"inputResponses": {"one": YES, "two": 12345, "three": YES}})
    with pytest.raises(Suspended) as caught:
        await first.ask({"one": QUESTION, "two": QUESTION})
    told = first.waiting(caught.value.questions)
    assert told["inputRequests"] == {"two": {"method": "elicitation/create", "params": {**QUESTION.params}}}
    second = Returning.of({"inputResponses": {"two": YES}, "requestState": told["requestState"]})
    assert await second.ask({"one": QUESTION, "two": QUESTION}) == {"one": YES, "two": YES}
    with pytest.raises(Suspended):
        await second.ask({"two": QUESTION})


async def test_what_was_done_comes_back_as_it_was() -> None:
    asker = Returning.of({})
    records = [Record("a.b", 201, {"n": [1.5, None, 2**70]}), Record("? q", 200, {"q": YES})]
    asker.journal.records.extend(records)
    again = Returning.of({"requestState": asker.waiting({})["requestState"]})
    assert (again.journal.records, again.goes_on) == (records, True)


@pytest.mark.parametrize(
    "state", ["", "no JSON", '{"done": [["a", 200]]}', '{"done": [[1, 200, 0]]}', '{"done": [7]}']
)
def test_a_state_that_another_release_wrote_is_not_taken(state: str) -> None:
    with pytest.raises(ProtocolError, match=r"^Invalid or expired requestState$"):
        Returning.of({"requestState": state})
