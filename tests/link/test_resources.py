"""MCP resources and prompts, as their file describes them."""

from pathlib import Path

import pytest

from linking import agent, codes, operation_of, server_of
from naftiko_runtime.plan.contract import Contract, Param
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import Caching, McpPrompt, McpResource, Part, PassThrough, PromptMessage
from naftiko_runtime.plan.uris import UriPattern


def resource(text: str, folder: Path | None = None) -> McpResource:
    result = agent(
        server=f"resources: [{{name: it, label: It, description: About it, {text}}}]", folder=folder
    )
    assert codes(result) == []
    (found,) = server_of(result).resources
    return found


def prompt(text: str, folder: Path | None = None) -> McpPrompt:
    result = agent(server=f"prompts: [{{name: ask, label: Ask, description: Asks, {text}}}]", folder=folder)
    assert codes(result) == []
    (found,) = server_of(result).prompts
    return found


def test_a_call_answers_a_resource_and_the_variables_of_its_uri_are_its_inputs() -> None:
    found = resource("uri: 'shop://orders/{status}', mimeType: application/json, call: shop.list")
    assert (found.name, found.title, found.description) == ("it", "It", "About it")
    assert (found.uri, found.media_type, found.part) == (
        UriPattern("shop://orders/{status}"),
        "application/json",
        Part(None),
    )
    assert found.operation is not None
    assert isinstance(found.operation.body, PassThrough)
    assert found.operation.contract == Contract((Param("status", "string", required=True),))


def test_a_variable_may_be_described_and_a_resource_may_be_bytes() -> None:
    variable = "inputParameters: [{name: size, type: string, description: How big, enum: [s, l]}]"
    found = resource(f"uri: 'shop://logo/{{size}}', binary: true, call: shop.list, {variable}")
    assert found.part == Part(None, is_base64=True)
    assert found.operation is not None
    assert found.operation.contract.params == (
        Param("size", "string", True, "How big", keywords={"enum": ["s", "l"]}),
    )


def test_a_resource_may_be_stated() -> None:
    stated = "{type: string, value: AA==, contentMediaType: image/png, contentEncoding: base64}"
    found = resource(f"uri: shop://logo, outputParameters: [{stated}]")
    assert (found.media_type, found.part) == ("image/png", Part(None, "image/png", is_base64=True))
    assert found.operation is not None
    assert isinstance(found.operation.body, Flow)
    plain = resource("uri: shop://text, outputParameters: [{type: string, value: a}]")
    assert (plain.media_type, plain.part) == (None, Part(None))


def test_a_directory_stands_beside_the_capability(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    found = resource("uri: shop://docs, location: 'file:./docs'", tmp_path)
    assert (found.directory, found.operation) == (tmp_path / "docs", None)


def test_resources_are_operations_of_the_plan() -> None:
    result = agent(server="resources: [{name: it, uri: shop://orders, call: shop.list}]")
    assert operation_of(result, "shop://orders").name == "face.it"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("uri: 'shop://{', call: shop.list", "L071"),
        ("uri: 'shop://{', location: 'file:///tmp'", "L071"),
        ("uri: shop://a, location: https://shop.example", "L072"),
        ("uri: shop://a, location: docs", "L072"),
        ("uri: shop://a, location: 'file:./docs'", "L072"),
        ("uri: shop://a, call: shop.lost", "L001"),
        ("uri: shop://a", "L004"),
    ],
)
def test_a_resource_that_cannot_be_read_is_not_shown(text: str, told: str) -> None:
    result = agent(server=f"resources: [{{name: it, {text}}}]")
    assert (server_of(result).resources, codes(result)) == ((), [told])


def test_a_directory_that_is_not_there_yet_is_told_and_served(tmp_path: Path) -> None:
    result = agent(server="resources: [{name: it, uri: shop://a, location: 'file:./a'}]", folder=tmp_path)
    assert (len(server_of(result).resources), codes(result)) == (1, ["L202"])


def test_of_two_entries_with_one_name_or_uri_the_first_is_served() -> None:
    text = "template: [{role: user, content: Hi}]"
    result = agent(
        server="resources: [{name: a, uri: shop://a, call: shop.list}, {uri: shop://a, call: shop.list}]\n"
        f"prompts: [{{name: a, {text}}}, {{name: b, {text}}}, {{name: a, {text}}}]"
    )
    server = server_of(result)
    assert codes(result) == ["L116", "L116"]
    assert [found.name for found in server.resources] == ["a"]
    assert [found.name for found in server.prompts] == ["a", "b"]


def test_a_prompt_has_arguments_and_messages() -> None:
    found = prompt(
        "arguments: [{name: who, description: Whom}, {name: tone, required: false, enum: [kind, dry]},"
        " {name: size, default: s}],"
        " template: [{role: user, content: 'Greet {{who}}'}, {role: Assistant, content: Hi}]"
    )
    assert found == McpPrompt(
        "ask",
        "Ask",
        "Asks",
        Contract(
            (
                Param("who", "string", True, "Whom"),
                Param("tone", "string", keywords={"enum": ["kind", "dry"]}),
                Param("size", "string", keywords={"default": "s"}),
            )
        ),
        (PromptMessage("user", "Greet {{who}}"), PromptMessage("assistant", "Hi")),
    )


def test_a_message_may_be_an_image_or_a_resource() -> None:
    image = "{role: user, content: AA==, contentMediaType: Image/PNG, contentEncoding: base64}"
    note = "{role: user, content: Hi, contentMediaType: text/plain, uri: 'shop://{{who}}'}"
    found = prompt(f"arguments: [{{name: who}}], template: [{image}, {note}]")
    assert found.messages == (
        PromptMessage("user", "AA==", part=Part(None, "image/png", is_base64=True)),
        PromptMessage("user", "Hi", part=Part(None, "text/plain", uri="shop://{{who}}")),
    )


def test_a_prompt_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "ask.md").write_text("Hi", encoding="utf-8")
    found = prompt("location: 'file:./ask.md'", tmp_path)
    assert found.messages == (PromptMessage("user", "", file=tmp_path / "ask.md"),)


@pytest.mark.parametrize(
    ("text", "told", "count"),
    [
        ("template: []", "L073", 0),
        ("location: ask.md", "L072", 0),
        ("location: 'file:./ask.md'", "L202", 1),
        ("template: [{role: user, content: 'Hi {{who}}'}]", "L203", 1),
        ("arguments: [{name: a}], template: [{role: user, content: 'Hi {{who}} {{a}}'}]", "L203", 1),
        ("template: [{role: system, content: Hi}]", "L204", 1),
    ],
)
def test_what_is_wrong_with_a_prompt_is_told(text: str, told: str, count: int, tmp_path: Path) -> None:
    result = agent(server=f"prompts: [{{name: ask, {text}}}]", folder=tmp_path)
    assert (len(server_of(result).prompts), codes(result)) == (count, [told])


@pytest.mark.parametrize(
    ("text", "caching"),
    [
        ("", Caching()),
        ("ttlMs: 5000\ncacheScope: public", Caching(5000, is_public=True)),
        ("ttlMs: -1\ncacheScope: private", Caching()),
    ],
)
def test_a_server_says_how_long_its_lists_may_be_kept(text: str, caching: Caching) -> None:
    assert server_of(agent(server=text)).caching == caching
