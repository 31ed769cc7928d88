from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load
from naftiko_runtime.spec.consumes import AuthenticationSpec, HttpSpec
from naftiko_runtime.spec.document import BindSpec, Document, InfoSpec, parse
from naftiko_runtime.spec.exposes import ControlSpec, HintsSpec, McpSpec, RestSpec, SkillSpec
from naftiko_runtime.spec.flows import InputSpec, OutputSpec

FILE = Path(__file__).parents[2] / "capabilities" / "together-ai-fine-tuning.yaml"
HEAD = "naftiko: 1.0.0-alpha2\n"


def read(text: str, file: str = "f.yml") -> tuple[Document | None, list[str]]:
    """Return the document of a text, and what was said, without the hints."""
    report = Report()
    source = load(text, file, report)
    assert source is not None
    document = parse(source, report)
    return document, [str(item).removeprefix(f"{file}:").partition("\n")[0] for item in report]


def written(model: BaseModel) -> object:
    """Return a model as its author wrote it."""
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


@pytest.fixture(scope="module")
def shipped() -> Document:
    document, said = read(FILE.read_text(encoding="utf-8"))
    assert said == []
    assert document is not None
    return document


def test_the_shipped_file_consumes_ten_resources_and_twelve_operations(shipped: Document) -> None:
    (api,) = shipped.capability.consumes or ()
    assert isinstance(api, HttpSpec)
    assert (api.namespace, api.base_uri) == ("together-ai-fine-tuning", "https://api.together.ai/v1")
    operations = [
        (resource.path, operation.method)
        for resource in api.resources or ()
        for operation in resource.operations or ()
    ]
    assert (len(api.resources or ()), len(operations)) == (10, 12)
    assert operations[:2] == [("/fine-tunes", "POST"), ("/fine-tunes", "GET")]


def test_the_shipped_file_exposes_twelve_routes_and_twelve_tools(shipped: Document) -> None:
    rest, mcp = shipped.capability.exposes or ()
    assert isinstance(rest, RestSpec)
    assert isinstance(mcp, McpSpec)
    routes = [route for resource in rest.resources or () for route in resource.operations or ()]
    assert (len(routes), len(mcp.tools or ())) == (12, 12)
    assert [route.call is not None for route in routes] == [True] * 12


def test_the_shipped_file_loses_nothing_when_it_is_read(shipped: Document) -> None:
    source = load(FILE.read_text(encoding="utf-8"), "f.yml", Report())
    assert source is not None
    assert written(shipped) == source.data


def test_the_shipped_file_is_typed_down_to_its_leaves(shipped: Document) -> None:
    (api,) = shipped.capability.consumes or ()
    operation = ((api.resources or ())[0].operations or ())[0]
    (bind,) = shipped.binds or ()
    parts = (shipped.info, bind, api.authentication, *(operation.inputs or ()), *(operation.outputs or ()))
    assert [type(part) for part in parts] == [InfoSpec, BindSpec, AuthenticationSpec, InputSpec, OutputSpec]


def test_a_document_cannot_be_changed(shipped: Document) -> None:
    (api,) = shipped.capability.consumes or ()
    for model, field in ((shipped, "naftiko"), (shipped.capability, "consumes"), (api, "base_uri")):
        with pytest.raises(ValidationError, match="Instance is frozen"):
            setattr(model, field, "x")


def test_every_kind_of_server_is_read_by_its_type() -> None:
    document, said = read(f"""{HEAD}capability:
  exposes:
  - {{type: rest, namespace: r, port: 8080, resources: [{{path: /x, forward: {{targetNamespace: n}}}}]}}
  - {{type: mcp, namespace: m, transport: stdio, tools: [{{name: t, hints: {{readOnly: true}}}}]}}
  - {{type: skill, namespace: s, port: '8081', skills: [{{name: k}}]}}
  - {{type: control, port: 8082, management: {{health: true}}}}
""")
    assert said == []
    assert document is not None
    rest, mcp, skill, control = document.capability.exposes or ()
    assert isinstance(rest, RestSpec)
    (resource,) = rest.resources or ()
    assert (rest.port, resource.forward and resource.forward.namespace) == (8080, "n")
    assert isinstance(mcp, McpSpec)
    assert (mcp.transport, mcp.port, hints(mcp)) == ("stdio", None, {"readOnly": True})
    assert isinstance(skill, SkillSpec)
    assert (skill.port, [each.name for each in skill.skills or ()]) == (8081, ["k"])
    assert isinstance(control, ControlSpec)
    assert (control.port, control.management and control.management.health) == (8082, True)


def hints(server: McpSpec) -> object:
    (tool,) = server.tools or ()
    assert isinstance(tool.hints, HintsSpec)
    return written(tool.hints)


def test_keys_without_a_value_are_as_if_they_were_not_there() -> None:
    document, said = read(f"{HEAD}info:\nbinds:\ncapability: {{consumes: , exposes: ~}}\n")
    other, _ = read(f"{HEAD}capability: {{}}")
    assert said == []
    assert document is not None
    assert other is not None
    assert document.model_dump() == other.model_dump()


def test_numbers_are_text_where_text_is_expected_and_numbers_where_anything_may_stand() -> None:
    document, said = read(f"""{HEAD}info: {{label: 5, version: 1.5, created: 2026-05-19, tags: [1, on]}}
capability:
  exposes:
  - {{type: mcp, namespace: 7, tools: [{{with: {{a: 5, b: true, c: [1, ~]}}}}]}}
""")
    assert said == []
    assert document is not None
    info = {"label": "5", "version": "1.5", "created": "2026-05-19", "tags": ["1", "on"]}
    assert (document.info and written(document.info)) == info
    (mcp,) = document.capability.exposes or ()
    assert isinstance(mcp, McpSpec)
    assert (mcp.namespace, (mcp.tools or ())[0].with_) == ("7", {"a": 5, "b": True, "c": [1, None]})


@pytest.mark.parametrize(
    ("items", "kind", "data"),
    [
        ("{name: a, mapping: $.a}", OutputSpec, {"name": "a", "mapping": "$.a"}),
        ("[{name: a}, {value: 5}]", tuple, [{"name": "a"}, {"value": 5}]),
        ("[]", tuple, []),
        ("~", type(None), None),
        ("{items: [{items: {const: x}}]}", OutputSpec, {"items": [{"items": {"const": "x"}}]}),
    ],
)
def test_items_are_one_output_or_a_list_of_them(items: str, kind: type, data: object) -> None:
    document, said = read(f"""{HEAD}capability:
  exposes:
  - {{type: mcp, namespace: m, tools: [{{name: t, outputParameters: [{{type: array, items: {items}}}]}}]}}
""")
    assert said == []
    assert document is not None
    (mcp,) = document.capability.exposes or ()
    assert isinstance(mcp, McpSpec)
    (output,) = (mcp.tools or ())[0].outputs or ()
    assert type(output.items) is kind
    assert written(output) == {"type": "array", "items": data}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: 1", ["1:1: error[S001]: 'capability' is missing"]),
        ("capability: 5", ["2:1: error[S001]: 'capability' should be a mapping"]),
        ("capability:", ["2:1: error[S001]: 'capability' should be a mapping"]),
        ("capability: {exposes: {a: 1}}", ["2:14: error[S001]: 'exposes' should be a valid list"]),
        ("capability: {exposes: [5]}", ["2:24: error[S001]: element 1 of 'exposes' should be a mapping"]),
        ("capability: {exposes: [{port: 1}]}", ["2:24: error[S001]: 'type' is missing"]),
        ("capability: {exposes: [{type: ~}]}", ["2:25: error[S001]: 'type' is missing"]),
        (
            "capability: {exposes: [{port: 1, type: rst}]}",
            ["2:34: error[S001]: type 'rst' is unknown; known are 'rest', 'mcp', 'skill', 'control'"],
        ),
        (
            "capability: {exposes: [{type: [a]}]}",
            ["2:25: error[S001]: type ['a'] is unknown; known are 'rest', 'mcp', 'skill', 'control'"],
        ),
        (
            "capability: {consumes: [{type: ftp, namespace: n, baseUri: u}]}",
            ["2:26: error[S001]: 'type' should be 'http', not 'ftp'"],
        ),
        (
            "capability: {exposes: [{type: mcp, namespace: m, port: x, transport: pigeon}]}",
            [
                "2:50: error[S001]: 'port' should be a valid integer",
                "2:59: error[S001]: 'transport' should be 'http' or 'stdio', not 'pigeon'",
            ],
        ),
        (
            "capability: {exposes: [{type: control, port: 0}, {type: control, port: 65536}]}",
            [
                "2:40: error[S001]: 'port' should be greater than or equal to 1",
                "2:66: error[S001]: 'port' should be less than or equal to 65535",
            ],
        ),
        (
            "capability: {exposes: [{type: mcp, namespace: m, tools: [{}, 7, {with: [a], hints: 1}]}]}",
            [
                "2:62: error[S001]: element 2 of 'tools' should be a mapping",
                "2:66: error[S001]: 'with' should be a mapping",
                "2:77: error[S001]: 'hints' should be a mapping",
            ],
        ),
        (
            "info: {label: true, tags: [a, [b], ~]}\ncapability: {}",
            [
                "2:8: error[S001]: 'label' should be a valid string",
                "2:31: error[S001]: element 2 of 'tags' should be a valid string",
                "2:36: error[S001]: element 3 of 'tags' should be a valid string",
            ],
        ),
        (
            "binds: [{keys: {A: [1]}}]\ncapability: {}",
            [
                "2:9: error[S001]: 'namespace' is missing",
                "2:17: error[S001]: 'A' should be a valid string",
            ],
        ),
        (
            "capability:\n  consumes:\n  - type: http\n    base_uri: u\n"
            "    resources:\n    - {operations: [{method: GET}]}",
            [
                "4:5: error[S001]: 'namespace' is missing",
                "5:5: error[S001]: 'baseUri' is missing, but there is 'base_uri'",
                "7:7: error[S001]: 'name' is missing",
                "7:7: error[S001]: 'path' is missing",
                "7:21: error[S001]: 'name' is missing",
            ],
        ),
    ],
)
def test_every_structural_mistake_is_said_in_the_words_of_the_author(text: str, said: list[str]) -> None:
    assert read(HEAD + text) == (None, said)


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ("5", "7:8: error[S001]: 'items' should be a mapping"),
        ("[{name: a}, 5]", "7:27: error[S001]: element 2 of 'items' should be a mapping"),
        ("{properties: 5}", "7:16: error[S001]: 'properties' should be a mapping"),
        ("[{items: {mapping: [1]}}]", "7:25: error[S001]: 'mapping' should be a valid string"),
        ("{properties: {x: {mapping: ~, type: []}}}", "7:45: error[S001]: 'type' should be a valid string"),
    ],
)
def test_a_mistake_inside_items_is_said_once_and_where_it_is(items: str, said: str) -> None:
    text = f"""{HEAD}capability:
  exposes:
  - type: mcp
    namespace: m
    tools: [{{outputParameters: [{{
       items: {items}}}]}}]
"""
    assert read(text) == (None, [said])


@pytest.mark.parametrize(
    ("text", "is_shared"),
    [
        ("consumes: [{type: http, namespace: a, baseUri: 'https://a.example'}]\n", True),
        ("binds: [{namespace: env, keys: {A: B}}]\ncapability: {}\n", True),
        ("capability: {binds: [{namespace: env, keys: {A: B}}]}\n", True),
        ("capability: {exposes: [{type: control}]}\n", False),
        ("consumes: []\ncapability: {consumes: [], exposes: []}\n", False),
        ("capability: {}\n", False),
    ],
)
def test_a_file_is_shared_that_has_something_to_import_and_no_server(text: str, *, is_shared: bool) -> None:
    document, _ = read(f"{HEAD}capability: {{}}\n{text}" if "capability" not in text else HEAD + text)
    assert document is not None
    assert document.is_shared is is_shared
