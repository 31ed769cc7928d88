import pytest

from naftiko_runtime.source.diagnostics import Report, Span
from naftiko_runtime.source.tree import load
from naftiko_runtime.spec.document import Document, parse
from naftiko_runtime.spec.exposes import McpSpec
from naftiko_runtime.spec.flows import OutputSpec

TEXT = """naftiko: 1.0.0-alpha2
info: {label: x, stakeholders: [{role: owner}]}
binds:
- namespace: env
  keys: {KEY: VAR}
capability:
  aggregates: [{namespace: a, flows: [{name: f}]}]
  exposes:
  - type: mcp
    namespace: m
    tools:
    - name: t
      with: {a: {b: 1}}
      steps: [{type: call, call: a.b}]
      outputParameters:
      - type: object
        properties:
          p: {mapping: $.p, items: [{name: i}]}
"""


def read(text: str) -> tuple[Document, list[str]]:
    report = Report()
    source = load(text, "f.yml", report)
    assert source is not None
    document = parse(source, report)
    assert document is not None
    return document, [str(item) for item in report]


def test_every_part_of_a_document_knows_where_it_was_written() -> None:
    document, said = read(TEXT)
    (bind,) = document.binds or ()
    (mcp,) = document.capability.exposes or ()
    assert isinstance(mcp, McpSpec)
    (tool,) = mcp.tools or ()
    (output,) = tool.outputs or ()
    part = (output.properties or {})["p"]
    assert isinstance(part.items, tuple)
    spans = {
        "document": document.span(),
        "info": document.span("info", "label"),
        "bind": bind.span(),
        "key": bind.span("keys", "KEY"),
        "server": mcp.span(),
        "type": mcp.span("type"),
        "tool": tool.span(),
        "with": tool.span("with", "a", "b"),
        "steps": tool.span("steps", 0, "call"),
        "output": output.span("type"),
        "property": part.span(),
        "mapping": part.span("mapping"),
        "item": part.items[0].span("name"),
        "not written": tool.span("call", "x"),
    }
    assert said == []
    assert {name: (span.line, span.column) for name, span in spans.items()} == {
        "document": (1, 1),
        "info": (2, 8),
        "bind": (4, 3),
        "key": (5, 10),
        "server": (9, 5),
        "type": (9, 5),
        "tool": (12, 7),
        "with": (13, 18),
        "steps": (14, 28),
        "output": (16, 9),
        "property": (18, 11),
        "mapping": (18, 15),
        "item": (18, 38),
        "not written": (12, 7),
    }


def test_what_was_not_read_from_a_file_says_so() -> None:
    assert OutputSpec(name="x").span("name") == Span("<memory>", 1, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "infos: {}",
            "f.yml:2:1: warning[S002]: unknown key 'infos' is ignored\n  hint: did you mean 'info'?",
        ),
        ("x: {}", "f.yml:2:1: warning[S002]: unknown key 'x' is ignored"),
        ("1: 2", "f.yml:2:1: warning[S002]: unknown key '1' is ignored"),
        (
            "info: {versoin: x}",
            "f.yml:2:8: warning[S002]: unknown key 'versoin' is ignored\n  hint: did you mean 'version'?",
        ),
        (
            "binds: [{namespace: n, keys: {}, locations: x}]",
            "f.yml:2:34: warning[S002]: unknown key 'locations' is ignored\n  hint: did you mean 'location'?",
        ),
        (
            "info: {'a\\e[1m\\n': 1}".replace("'", '"'),
            "f.yml:2:8: warning[S002]: unknown key 'a\\x1b[1m\\n' is ignored",
        ),
    ],
)
def test_an_unknown_key_is_ignored_with_a_warning(text: str, said: str) -> None:
    assert read(f"naftiko: 1.0.0-alpha2\n{text}\ncapability: {{}}\n")[1] == [said]


def test_unknown_keys_are_found_in_every_part() -> None:
    text = TEXT.replace("  - type: mcp", "  - hint: h\n    type: mcp").replace(
        "name: t", "name: t\n      lable: x"
    )
    said = read(text.replace("{name: i}", "{name: i, in: x}"))[1]
    assert said == [
        "f.yml:9:5: warning[S002]: unknown key 'hint' is ignored",
        "f.yml:14:7: warning[S002]: unknown key 'lable' is ignored\n  hint: did you mean 'label'?",
        "f.yml:20:47: warning[S002]: unknown key 'in' is ignored",
    ]


def test_the_names_of_our_own_fields_are_no_keys() -> None:
    document, said = read(
        "naftiko: 1.0.0-alpha2\ncapability: {exposes: [{type: mcp, namespace: m, tools: [{outputs: [{}]}]}]}"
    )
    (mcp,) = document.capability.exposes or ()
    assert isinstance(mcp, McpSpec)
    assert (mcp.tools or ())[0].outputs is None
    hint = "\n  hint: did you mean 'outputParameters'?"
    assert said == [f"f.yml:2:59: warning[S002]: unknown key 'outputs' is ignored{hint}"]


@pytest.mark.parametrize(
    "key", ["span", "place", "_at", "model_config", "model_fields", "copy", "__class__", "json"]
)
def test_an_unknown_key_may_be_called_like_anything_of_ours(key: str) -> None:
    document, said = read(f"naftiko: 1.0.0-alpha2\n{key}: {{x: 1}}\ncapability: {{}}\n")
    assert said == [f"f.yml:2:1: warning[S002]: unknown key '{key}' is ignored"]
    assert type(document) is Document
    assert document.span() == Span("f.yml", 1, 1)
