"""Stated outputs with a media type: what MCP clients are shown them as."""

import pytest

from linking import agent, codes, server_of
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import Part
from naftiko_runtime.values import Json


def shown(outputs: str) -> tuple[tuple[Part, ...], Json]:
    result = agent(f"inputParameters: [{{name: who, type: string}}]\noutputParameters: {outputs}")
    assert codes(result) == []
    (tool,) = server_of(result).tools
    assert isinstance(tool.operation.body, Flow)
    return tool.parts, tool.operation.body.result.project(None, Scope({"who": "Ada"}))


@pytest.mark.parametrize(
    ("outputs", "parts", "value"),
    [
        ("[{type: string, value: a}]", (), "a"),
        ("[{name: a, value: a}, {name: b, value: b}]", (), {"a": "a", "b": "b"}),
        (
            "[{value: AA==, contentMediaType: Image/PNG; q=1, contentEncoding: BASE64}]",
            (Part(None, "image/png", is_base64=True),),
            "AA==",
        ),
        (
            "[{name: pic, value: AA==, contentMediaType: image/png, contentEncoding: base64}]",
            (Part("pic", "image/png", is_base64=True),),
            {"pic": "AA=="},
        ),
        (
            "[{value: 'Hi {{who}}'}, {name: b, value: '{}', contentMediaType: application/json, uri: test://b}]",
            (Part("0"), Part("b", "application/json", uri="test://b")),
            {"0": "Hi Ada", "b": "{}"},
        ),
    ],
)
def test_outputs_with_a_media_type_are_parts(outputs: str, parts: tuple[Part, ...], value: Json) -> None:
    assert shown(outputs) == (parts, value)


def test_what_an_upstream_answers_has_the_type_that_it_says_itself() -> None:
    (tool,) = server_of(agent("call: shop.list\noutputParameters: [{contentMediaType: image/png}]")).tools
    assert tool.parts == ()
