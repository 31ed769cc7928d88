"""What completes the arguments of prompts and the variables of URIs."""

import pytest

from linking import agent, codes, server_of
from naftiko_runtime.plan.surfaces import Completion, Refused


def completions(text: str) -> dict[str, Completion]:
    prompt = f"{{name: ask, arguments: [{text}], template: [{{role: user, content: 'Hi {{{{id}}}}'}}]}}"
    result = agent(server=f"prompts: [{prompt}]")
    assert set(codes(result)) <= {"L113"}  # the operation has no parameter
    (found,) = server_of(result).prompts
    return dict(found.completions)


def test_an_argument_is_completed_by_a_call_that_is_called_like_it() -> None:
    found = completions("{name: id, complete: {call: shop.list, values: $.ids}}, {name: other}")
    assert list(found) == ["id"]
    operation = found["id"].operation
    assert operation.name == "face.ask.id"
    assert [param.name for param in operation.contract.params] == ["other"]
    assert not found["id"].takes_typed


@pytest.mark.parametrize(
    ("given", "takes"),
    [("'{{id}}'", True), ("'{{ id }}'", True), ("tools.id", True), ("'{{id-2}}'", False), ("none", False)],
)
def test_what_is_typed_is_taken_where_with_names_it(given: str, takes: bool) -> None:
    text = f"{{name: id, complete: {{call: shop.list, with: {{status: {given}}}, values: $.ids}}}}"
    assert completions(f"{text}, {{name: id-2}}")["id"].takes_typed is takes


def test_a_server_whose_callers_cannot_be_checked_completes_nothing() -> None:
    completed = "{name: id, complete: {call: shop.list, values: $.ids}}"
    ask = f"{{name: ask, arguments: [{completed}], template: [{{role: user, content: a}}]}}"
    result = agent(server=f"authentication: {{type: digest}}\nprompts: [{ask}]")
    (prompt,) = server_of(result).prompts
    assert isinstance(prompt.completions["id"].operation.body, Refused)
