from typing import Any

import pytest

from naftiko_runtime.source.diagnostics import Report
from naftiko_runtime.source.tree import Source, load
from naftiko_runtime.spec.dialects import VERSIONS, upgrade
from naftiko_runtime.spec.document import parse
from naftiko_runtime.values import Json

KNOWN = "\n  hint: known are " + ", ".join(f"{root} {version}" for root, version in VERSIONS)


def read(text: str) -> tuple[Source | None, Source | None, str]:
    """Return a text as it was loaded, as it was upgraded, and what was said."""
    report = Report()
    source = load(text, "f.yml", report)
    assert source is not None
    return source, upgrade(source, report), str(report)


def data(text: str) -> Json:
    """Return what a text becomes."""
    _, upgraded, _ = read(text)
    assert upgraded is not None
    return upgraded.data


def warned(text: str) -> list[str]:
    """Return the place and the code of everything that is said of a text."""
    lines = [line for line in read(text)[2].splitlines() if not line.startswith("  hint: ")]
    return [line.removeprefix("f.yml:").split("]")[0] for line in lines]


@pytest.mark.parametrize(("root", "version"), VERSIONS)
def test_every_published_version_is_read_without_a_word(root: str, version: str) -> None:
    loaded, upgraded, said = read(f"info: {{}}\n{root}: '{version}'\n")
    assert (loaded is None, upgraded is None, said) == (False, False, "")
    assert data(f"info: {{}}\n{root}: '{version}'\n") == {"info": {}, "naftiko": version}


@pytest.mark.parametrize(
    ("stated", "newest"),
    [
        ("naftiko: 1.0.0-alpha4", "1.0.0-alpha3"),
        ("naftiko: v1.0.0-ALPHA2", "1.0.0-alpha3"),
        ("naftiko: 0.6", "1.0.0-alpha3"),
        ("naftiko: 1", "1.0.0-alpha3"),
        ("ikanos: 1.0.0-beta5-snapshot", "1.0.0-beta5"),
        ("ikanos: 1.0.0-rc.1", "1.0.0-beta5"),
        ("ikanos: 1.1.0", "1.0.0-beta5"),
    ],
)
def test_a_newer_version_is_read_as_the_newest_that_is_known(stated: str, newest: str) -> None:
    _, upgraded, said = read(f"info: {{}}\n{stated}\n")
    message, hint = said.splitlines()
    assert message == f"f.yml:2:1: warning[D101]: version '{stated}' is not known; it is read as {newest}"
    assert hint.endswith(f"{newest}' if the file has nothing of a newer one")
    assert upgraded is not None


@pytest.mark.parametrize("text", ["- naftiko: 1.0.0-alpha2", "naftiko", "~", "5"])
def test_a_file_that_is_no_mapping_is_no_capability(text: str) -> None:
    assert read(text)[1:] == (None, "f.yml:1:1: error[D001]: a capability file is a mapping")


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("info: {}\nnaftko: 1.0.0-alpha2\n", "2:1", "did you mean 'naftiko'?"),
        ("info: {}\n  \nNaftiko: 1.0.0-alpha2\n", "3:1", "did you mean 'naftiko'?"),
        (
            "info: {}\ncapability: {}\n",
            "1:1",
            "it looks like a capability file without its version; "
            "a capability file begins with 'naftiko: 1.0.0-alpha2'",
        ),
        (
            "openapi: 3.1.0\n",
            "1:1",
            "it looks like an OpenAPI description; a capability file begins with 'naftiko: 1.0.0-alpha2'",
        ),
        (
            "apiVersion: v1\nkind: Pod\n",
            "1:1",
            "it looks like a manifest of Kubernetes; a capability file begins with 'naftiko: 1.0.0-alpha2'",
        ),
        ("{}\n", "1:1", "a capability file begins with 'naftiko: 1.0.0-alpha2'"),
    ],
)
def test_a_file_without_the_root_key_is_told_what_the_root_key_is(text: str, place: str, hint: str) -> None:
    but = f", but '{text.split()[-2].rstrip(':')}'" if "did" in hint else ""
    said = f"f.yml:{place}: error[D002]: not a capability file: no 'naftiko' key{but}\n  hint: {hint}"
    assert read(text)[1:] == (None, said)


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("naftiko: 0.1", "naftiko: 0.1"),
        ("naftiko: latest", "naftiko: latest"),
        ("naftiko:", "naftiko: null"),
        ("naftiko: true", "naftiko: true"),
        ("naftiko: {schema: x}", 'naftiko: {"schema":"x"}'),
        ("ikanos: 1.0.0-alpha2", "ikanos: 1.0.0-alpha2"),
    ],
)
def test_an_unknown_version_is_reported_with_those_that_are_known(stated: str, version: str) -> None:
    said = f"f.yml:2:1: error[D003]: version '{version}' is not known{KNOWN}"
    assert read(f"info: {{}}\n{stated}\n")[1:] == (None, said)


@pytest.mark.parametrize("stated", ["1.0.0-alfa2", "1.0.0.alpha2", "v1.0.0-alpha-2"])
def test_a_misspelt_version_is_reported_with_the_one_that_is_meant(stated: str) -> None:
    said = f"f.yml:1:1: error[D003]: version 'naftiko: {stated}' is not known"
    hint = "did you mean 'naftiko: 1.0.0-alpha2'?"
    assert read(f"naftiko: {stated}\n")[1:] == (None, f"{said}\n  hint: {hint}")


ALPHA2 = "naftiko: 1.0.0-alpha2\n"


def api(fields: str) -> Json:
    """Return what a consumed API of these fields becomes, without its type and address."""
    text = f"{ALPHA2}capability: {{consumes: [{{type: http, baseUri: u, {fields}}}]}}"
    found: Any = data(text)
    (consumed,) = found["capability"]["consumes"]
    return {key: part for key, part in consumed.items() if key not in ("type", "baseUri")}


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("{type: apiKey, key: K, value: v}", {"type": "apikey", "key": "K", "value": "v"}),
        ("{type: api-key, name: K, in: query, value: v}", ("K", "v", "query")),
        ("{type: apikey, name: K, key: v, in: header}", ("K", "v", "header")),
        ("{type: apikey, header: K, value: v}", ("K", "v", "header")),
        ("{type: apikey, header: K, key: v}", ("K", "v", "header")),
        ("{type: apikey, header: K, token: v}", ("K", "v", "header")),
        ("{type: apikey, query: K, value: v}", ("K", "v", "query")),
        ("{type: header, name: K, value: v}", ("K", "v", "header")),
        ("{type: query, name: K, value: v}", ("K", "v", "query")),
        ("{type: header, name: K, value: v, in: query}", ("K", "v", "query")),
        ("{type: apikey, headers: {K: v}}", ("K", "v", "header")),
        ("{type: apikey, key: K, token: v, placement: body}", ("K", "v", "body")),
        ("{type: apikey, key: K, value: $secrets.A}", {"type": "apikey", "key": "K", "value": "{{A}}"}),
        ("{type: bearer, value: v}", {"type": "bearer", "token": "v"}),
        ("{type: Bearer, token: 'x ${A} ${env.B}'}", {"type": "bearer", "token": "x {{A}} {{B}}"}),
        ("{type: Basic, username: u, password: 5}", {"type": "basic", "username": "u", "password": 5}),
        (
            "{type: oauth2, tokenUrl: 'https://x', scope: a b}",
            {"type": "oauth2", "tokenEndpoint": "https://x", "scopes": ["a", "b"]},
        ),
        (
            "{type: oauth2, tokenUrl: u, scopes: [b]}",
            {"type": "oauth2", "tokenEndpoint": "u", "scopes": ["b"]},
        ),
    ],
)
def test_authentication_is_read_in_the_spellings_of_authors(written: str, canonical: object) -> None:
    if isinstance(canonical, tuple):
        canonical = dict(zip(("type", "key", "value", "placement"), ("apikey", *canonical), strict=True))
    assert api(f"authentication: {written}") == {"authentication": canonical}
    codes = {
        code[-4:]
        for code in warned(f"{ALPHA2}capability: {{consumes: [{{type: http, baseUri: u, auth: {written}}}]}}")
    }
    assert codes - {"D102"} <= {"D103", "D104"}
    assert len(codes) > 1


@pytest.mark.parametrize(
    ("written", "data"),
    [
        ("{type: oauth2, resource: r, value: '${A}'}", {"type": "oauth2", "resource": "r", "value": "${A}"}),
        ("{type: hmac, header: K}", {"type": "hmac", "header": "K"}),
        ("{type: [a]}", {"type": ["a"]}),
        ("{token: x}", {"token": "x"}),
        ("[a]", ["a"]),
        ("inherit", {"type": "inherit"}),
        (
            "{type: apikey, header: H, key: K, value: v}",
            {"type": "apikey", "header": "H", "key": "K", "value": "v"},
        ),
    ],
)
def test_authentication_that_is_nobodys_spelling_stays_as_it_is(written: str, data: object) -> None:
    assert api(f"authentication: {written}") == {"authentication": data}


def test_all_but_the_first_of_several_headers_become_parameters() -> None:
    fields = "inputParameters: [{name: a, in: query}], authentication: {type: apikey, headers: {A: x, B: y}}"
    assert api(fields) == {
        "inputParameters": [{"name": "a", "in": "query"}, {"name": "B", "in": "header", "value": "y"}],
        "authentication": {"type": "apikey", "value": "x", "key": "A", "placement": "header"},
    }
    without = api("authentication: {type: apikey, headers: {A: x, B: y}}")
    assert isinstance(without, dict)
    assert without["inputParameters"] == [{"name": "B", "in": "header", "value": "y"}]


def test_header_lines_join_the_parameters_of_an_api() -> None:
    fields = "headers: ['A: x:y', B], inputParameters: {c: {in: query}}"
    header = {"in": "header"}
    assert api(fields) == {
        "inputParameters": [
            {"name": "c", "in": "query"},
            {"name": "A", **header, "value": "x:y"},
            {"name": "B", **header, "value": ""},
        ]
    }


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("resources: {a: }", [{"name": "a", "path": ""}]),
        ("resources: {a: {name: a, path: /}}", [{"name": "a", "path": "/"}]),
        ("resources: {a: 5}", [5]),
        ("resources: 5", 5),
        ("resources: ", None),
        ("resources: [{name: ~, path: /}]", [{"name": "/", "path": "/"}]),
        ("resources: [{id: a, name: b}]", [{"id": "a", "name": "b", "path": ""}]),
        (
            "resources: [{display: a, label: b, name: c}]",
            [{"display": "a", "label": "b", "name": "c", "path": ""}],
        ),
        ("resources: [{name: a, operations: {}}]", [{"name": "a", "operations": [], "path": ""}]),
        ("resources: [{name: a, operations: [{name: b}]}]", [{"name": "a", "operations": [{"name": "b"}]}]),
        (
            "resources: [{name: a, operations: [{name: b, path: /}, {name: c}]}]",
            [{"name": "a", "operations": [{"name": "b", "path": "/"}], "path": ""}],
        ),
        ("resources: [{name: a, operations: [5]}]", [{"name": "a", "operations": [5]}]),
    ],
)
def test_collections_are_read_as_lists_or_mappings(fields: str, expected: Json) -> None:
    assert api(fields) == {"resources": expected}


def unit(fields: str, *, head: str = ALPHA2) -> Json:
    """Return what a tool of these fields becomes."""
    found: Any = data(f"{head}capability: {{exposes: [{{type: mcp, tools: [{{{fields}}}]}}]}}")
    (server,) = found["capability"]["exposes"]
    (tool,) = server["tools"]
    return tool if isinstance(tool, dict) else {}


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("{type: array, items: [{mapping: a}]}", {"type": "array", "items": {"mapping": "a"}}),
        ("{items: [{name: a}]}", {"items": [{"name": "a"}]}),
        ("{items: []}", {"items": []}),
        ("{items: {}}", {"items": {}}),
        ("{items: 5}", {"items": 5}),
        ("{items: {a: {type: string}}}", {"items": [{"name": "a", "type": "string"}]}),
        ("{items: {properties: {a: {type: string}}}}", {"items": {"properties": {"a": {"type": "string"}}}}),
        ("{properties: [{name: a}]}", {"properties": {"a": {"name": "a"}}}),
        ("{properties: [{mapping: a}]}", {"properties": [{"mapping": "a"}]}),
        ("$.a", {"mapping": "$.a"}),
        ("5", {"mapping": "5"}),
    ],
)
def test_outputs_are_read_in_the_forms_of_every_version(written: str, canonical: Json) -> None:
    assert unit(f"outputParameters: [{written}]") == {"outputParameters": [canonical]}


def test_an_output_without_a_list_is_one_and_none_is_none() -> None:
    assert unit("outputParameters: $.") == {"outputParameters": [{"mapping": "$."}]}
    assert unit("outputParameters: ") == {"outputParameters": None}
    assert unit("hints: ") == {"hints": None}


def test_of_several_items_without_a_name_the_first_is_read() -> None:
    assert warned(
        f"{ALPHA2}capability: {{exposes: [{{type: mcp, tools: [{{outputParameters: [\n"
        "{items: [{mapping: a}, {mapping: b}]}]}]}]}"
    ) == ["3:24: warning[D113"]


@pytest.mark.parametrize(
    ("step", "kind"),
    [("{call: a.b}", "call"), ("{index: a}", "lookup"), ("{file: a}", "script"), ("{name: a}", None)],
)
def test_a_step_without_a_type_is_of_the_one_that_its_keys_tell(step: str, kind: str | None) -> None:
    found: Any = unit(f"steps: [{step}]")
    assert found["steps"][0].get("type") == kind


@pytest.mark.parametrize(
    ("entry", "imported"),
    [
        ("{import: shop, from: ./shop.yaml, as: s}", {"import": "shop", "from": "./shop.yaml", "as": "s"}),
        ("{import: shop, location: ./shop.yaml}", {"import": "shop", "from": "./shop.yaml"}),
        ("{import: shared/shop.yml, as: s}", {"from": "shared/shop.yml", "as": "s"}),
        ("{import: shop}", {"import": "shop"}),
    ],
)
def test_imports_are_taken_out_of_their_section(entry: str, imported: Json) -> None:
    assert data(
        f"{ALPHA2}binds: [{entry}]\ncapability: {{consumes: [{entry}, {{type: http, baseUri: u}}]}}"
    ) == {
        "naftiko": "1.0.0-alpha2",
        "binds": [],
        "capability": {"consumes": [{"type": "http", "baseUri": "u"}], "imported": {"consumes": [imported]}},
        "imported": {"binds": [imported]},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("capability: {exposes: [{a: 1}, {a: 2}, wor]}", {"exposes": [{"a": 1}, {"a": 2}]}),
        ("capability: {exposes: [{a: 1}, ~]}", {"exposes": [{"a": 1}]}),
        ("capability: {exposes: [{a: 1}, 5]}", {"exposes": [{"a": 1}, 5]}),
        ("capability: {exposes: [wor]}", {"exposes": ["wor"]}),
        ("capability: {exposes: [a, wor]}", {"exposes": ["a", "wor"]}),
        ("capability: {exposes: [{a: 1}, ~], x: 1}", {"exposes": [{"a": 1}, None], "x": 1}),
        ("capability: {exposes: []}", {"exposes": []}),
        ("capability: {body: [{a: 1}, wor]}", {"body": [{"a": 1}, "wor"]}),
        ("capability: {}", {}),
    ],
)
def test_only_a_word_after_mappings_at_the_very_end_is_a_broken_end(text: str, expected: Json) -> None:
    found = data(ALPHA2 + text)
    assert isinstance(found, dict)
    assert found["capability"] == expected


@pytest.mark.parametrize("section", ["consumes", "exposes", "aggregates", "binds"])
def test_a_file_that_others_import_from_needs_no_capability(section: str) -> None:
    report = Report()
    _, upgraded, said = read(f"ikanos: 1.0.0-beta5\n{section}: []\n")
    assert upgraded is not None
    assert parse(upgraded, report) is not None
    assert (said, str(report)) == ("", "")


def test_old_binds_join_those_that_are_there() -> None:
    text = "naftiko: 0.5\nbinds: [{namespace: a}]\nexternalRefs: [{name: b, type: variables}]\ncapability: {}"
    assert data(text) == {
        "naftiko": "0.5",
        "binds": [{"namespace": "a"}, {"namespace": "b"}],
        "capability": {},
    }


@pytest.mark.parametrize(
    "capability",
    ["{}", "5", "{exposes: [5], consumes: [5]}", "{consumes: [{}]}", "{exposes: [{resources: [{}]}]}"],
)
@pytest.mark.parametrize("version", ["0.2", "0.3"])
def test_half_of_an_ancient_file_is_left_to_the_parser(version: str, capability: str) -> None:
    assert read(f"naftiko: {version}\ncapability: {capability}\n")[1] is not None


def test_ancient_steps_may_do_without_mappings_and_operations_without_steps() -> None:
    served = "{operations: [{}, {steps: [{call: a.b}, 5]}]}"
    text = f"naftiko: 0.3\ncapability: {{exposes: [{{type: api, resources: [{served}]}}]}}"
    operations = [{}, {"steps": [{"type": "call", "call": "a.b"}, 5]}]
    assert data(text) == {
        "naftiko": "0.3",
        "capability": {"exposes": [{"type": "rest", "resources": [{"operations": operations}]}]},
    }


MAPPED = """ikanos: 1.0.0-beta5
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    resources:
      orders:
        display: Orders
        path: /orders
        operations:
          list:
            method: GET
            inputParameters:
              status: {in: query}
"""


def test_what_moved_still_knows_where_it_was_written() -> None:
    report = Report()
    _, upgraded, _ = read(MAPPED)
    assert upgraded is not None
    document = parse(upgraded, report)
    assert document is not None
    (shop,) = document.capability.consumes or ()
    (resource,) = shop.resources or ()
    (operation,) = resource.operations or ()
    (parameter,) = operation.inputs or ()
    spans = {
        "version": document.span("naftiko"),
        "resource": resource.span(),
        "name": resource.span("name"),
        "label": resource.span("label"),
        "operation": operation.span(),
        "method": operation.span("method"),
        "parameter": parameter.span("name"),
        "place": parameter.span("in"),
    }
    assert {name: (span.line, span.column) for name, span in spans.items()} == {
        "version": (1, 1),
        "resource": (8, 7),
        "name": (8, 7),
        "label": (9, 9),
        "operation": (12, 11),
        "method": (13, 13),
        "parameter": (15, 15),
        "place": (15, 24),
    }
    assert str(report) == ""


def test_headers_that_are_no_lines_stay_as_they_are() -> None:
    for headers in ({"A": "b"}, [5]):
        assert api(f"headers: {headers}") == {"headers": headers}


@pytest.mark.parametrize(
    "text",
    [
        "capability: {exposes: all}\n",
        "consumes: [{type: http, namespace: shop, baseUri: x}]\ncapability: {consumes: shop, exposes: []}\n",
    ],
)
def test_a_section_that_is_no_list_is_left_for_the_structure_to_tell(text: str) -> None:
    source, upgraded, said = read(f"naftiko: 1.0.0-alpha2\n{text}")
    assert upgraded is not None
    assert source is not None
    assert upgraded.data["capability"] == source.data["capability"]  # type: ignore[index,call-overload]
    assert said == ""
