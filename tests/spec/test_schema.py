import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import load
from naftiko_runtime.spec.dialects import upgrade
from naftiko_runtime.spec.document import parse
from naftiko_runtime.spec.schema import describe_grammar

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "capabilities").glob("*.yaml"))
GOLDEN = [
    path.with_name("capability.yaml")
    for path in sorted((ROOT / "tests" / "golden").glob("*/diagnostics.txt"))
    if path.with_name("capability.yaml").exists()
    and path.with_name("capability.yaml").read_text(encoding="utf-8").startswith("naftiko: ")
    and not re.search(r"\[[YDS]\d", path.read_text(encoding="utf-8"))
]
VARIED = {"authentication", "flows", "inputs", "outputs", "steps"}
SECTIONS = ("consumes", "exposes", "aggregates", "binds")

# what is silently read in words of other versions, and what the files above have nothing of
FLOWS = """\
naftiko: 1.0.0-alpha2
info: {label: 1.5, display: Harbour, created: 2026-01-01, version: 2}
capability:
  aggregates:
    - namespace: crew
      display: Crew
      functions:
        - name: of-ship
          display: Crew of a ship
          inputParameters: [{name: imo, type: Integer, display: Number}]
          steps:
            - {name: get, type: call, call: harbour.get}
            - {name: one, type: lookup, index: get, match: id, lookupValue: 1, outputParameters: [role]}
            - {name: last, type: script, file: last.js, language: lua}
          mappings: [{targetName: ship.name, value: $.get.name}, {target: one, value: $.one}]
          outputParameters:
            - {name: crew, type: array, items: [{name: role}]}
            - {name: ship, type: object, properties: {name: {type: string}}}
  exposes:
    - {type: control, port: 9091, management: {logs: true}, observability: null}
    - {type: control, port: 9092, management: {logs: {level-control: true}}}
    - {type: rest, namespace: r, port: 8080, authentication: {type: hawk}, resources: []}
    - {type: mcp, namespace: t, transport: stdio, tools: [{name: of-ship, ref: crew.of-ship}]}
    - {type: skill, namespace: s, skills: [{name: sail, metadata: {any: [1]}, user-invocable: false}]}
"""


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(describe_grammar())


def read(text: str) -> Any:
    source = load(text, "f.yaml", Report())
    assert source is not None
    return source.data


def wrong(text: str) -> list[str]:
    """List what the parser says about structure: wrong types, and keys that nobody reads."""
    report = Report()
    source = load(text, "f.yaml", report)
    upgraded = upgrade(source, report) if source else None
    assert upgraded is not None
    parse(upgraded, report)
    return [str(item) for item in report if item.code in ("S001", "S002")]


def mappings(value: Any) -> Iterator[dict[str, Any]]:
    """List every mapping of a file, however deep."""
    if isinstance(value, dict):
        yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from mappings(below)


def test_the_schema_is_one_itself_and_does_not_change() -> None:
    schema = describe_grammar()
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert describe_grammar() == schema


def test_there_are_files_whose_form_is_right() -> None:
    assert len(SHIPPED) > 0
    assert len(GOLDEN) > 30


@pytest.mark.parametrize("path", [*SHIPPED, *GOLDEN], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_whose_form_nothing_is_said_about_is_accepted(
    validator: jsonschema_rs.Draft202012Validator, path: Path
) -> None:
    data = read(path.read_text(encoding="utf-8"))
    assert [str(error) for error in validator.iter_errors(data)] == []


def test_every_kind_of_entry_and_words_that_are_silently_read_are_accepted(
    validator: jsonschema_rs.Draft202012Validator,
) -> None:
    data = read(FLOWS)
    assert [str(error) for error in validator.iter_errors(data)] == []
    assert wrong(FLOWS) == []


@pytest.mark.parametrize(
    "text", [FLOWS, *(path.read_text(encoding="utf-8") for path in GOLDEN if path.parent.name in VARIED)]
)
def test_a_misspelt_key_is_refused_wherever_the_parser_warns(
    validator: jsonschema_rs.Draft202012Validator, text: str
) -> None:
    data = read(text)
    places = len(list(mappings(data)))
    refused = 0
    for place in range(places):
        changed = copy.deepcopy(data)
        list(mappings(changed))[place]["descripton"] = "x"
        is_free = not wrong(json.dumps(changed))
        assert validator.is_valid(changed) is is_free, list(mappings(data))[place]
        refused += not is_free
    assert refused > 2


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(
    ("entry", "accepted"),
    [
        ({"from": "./a.yaml", "import": "a", "as": "b", "description": "c"}, True),
        ({"location": "./a.yaml", "import": "a"}, True),
        ({"from": "./a.yaml"}, True),
        ({"import": "a"}, False),
        ({"location": "./a.yaml"}, False),
        ({"from": "./a.yaml", "imports": "a"}, False),
    ],
)
def test_entries_of_other_files_stand_in_their_sections(
    validator: jsonschema_rs.Draft202012Validator, section: str, entry: dict[str, str], *, accepted: bool
) -> None:
    assert validator.is_valid({"naftiko": "1.0.0-alpha2", section: [entry]}) is accepted
    below = {"naftiko": "1.0.0-alpha2", "capability": {section: [entry]}}
    assert validator.is_valid(below) is accepted


@pytest.mark.parametrize(
    "data",
    [
        {"capability": {}},
        {"naftiko": "1.0.0-alpha2"},
        {"naftiko": "1.0.0-alpha2", "capability": {"imported": {}}},
        {"naftiko": "1.0.0-alpha2", "capability": {"exposes": [{"type": "rest", "namespace": "r"}]}},
        {"naftiko": "1.0.0-alpha2", "aggregates": [{"flows": [{"mappings": [{"value": "$.a"}]}]}]},
    ],
)
def test_what_cannot_be_read_is_refused(
    validator: jsonschema_rs.Draft202012Validator, data: dict[str, Any]
) -> None:
    assert not validator.is_valid(data)


def test_every_key_has_a_sentence() -> None:
    schema: Any = describe_grammar()
    types = {"Document": schema, **schema["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, made in types.items()
        for key, value in made["properties"].items()
        if not value["description"].endswith(".")
    ]
    assert silent == []


def test_words_are_offered_where_the_grammar_has_them() -> None:
    schema: Any = describe_grammar()
    assert schema["$defs"]["RouteSpec"]["properties"]["method"] == {
        "anyOf": [{"enum": ["GET", "POST", "PUT", "PATCH", "DELETE"]}, {"type": ["string", "number"]}],
        "default": "GET",
        "description": "The HTTP method that the route answers.",
    }
    assert schema["properties"]["naftiko"]["anyOf"][0] == {
        "enum": ["1.0.0-alpha1", "1.0.0-alpha2", "1.0.0-alpha3"]
    }
