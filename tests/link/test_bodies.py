"""Bodies that the file states, filled with what callers give."""

import pytest

from linking import call_of, codes, operation_of, refusal_of, route_of, sent, shop
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.plan.contract import Param
from naftiko_runtime.plan.surfaces import RestInput
from naftiko_runtime.values import Json, Secret


def body(result: Compiled, arguments: dict[str, Json]) -> str:
    found = sent(result, arguments).body
    assert isinstance(found, bytes)
    return found.decode()


def params(result: Compiled) -> tuple[Param, ...]:
    return operation_of(result).contract.params


VOYAGE = """\
body: |
  {"shipImo": "{{shipImo}}", "crewIds": {{crewIds}}, "note": "for {{shipImo}}"}
"""
CREATE = "body: {type: json, data: {name: '{{tools.name}}', tags: ['{{tags}}', x], fixed: 1, none: null}}"


@pytest.mark.parametrize("unit", ["", "inputParameters: [{name: shipImo}, {name: crewIds, required: false}]"])
def test_holes_in_a_json_text_are_filled_by_what_stands_around_them(unit: str) -> None:
    result = shop(operation=VOYAGE, unit=unit)
    given: dict[str, Json] = {"shipImo": '1"2', "crewIds": ["a", {"b": 1}]}
    assert body(result, given) == '{"shipImo":"1\\"2","crewIds":["a",{"b":1}],"note":"for 1\\"2"}'
    assert [param.name for param in params(result)] == ["shipImo", "crewIds"]
    assert codes(result) == []


def test_what_stands_in_quotes_is_always_a_text() -> None:
    result = shop(operation=VOYAGE)
    assert body(result, {"shipImo": 5, "crewIds": "5"}) == '{"shipImo":"5","crewIds":"5","note":"for 5"}'
    assert body(result, {"shipImo": False}) == '{"shipImo":"false","note":"for false"}'


def test_a_stated_input_fills_holes_too() -> None:
    result = shop(operation='body: \'{"a": "{{n}}", "b": [{{n}}, "{{n}}"], "c": "{{s}}"}\'', unit=STATED)
    assert body(result, {}) == '{"a":"5","b":[5,"5"],"c":"x"}'


STATED = "inputParameters: [{name: n, value: 5}, {name: s, value: x}]"


def test_a_structure_keeps_types_and_leaves_out_what_was_not_given() -> None:
    result = shop(operation=CREATE)
    assert body(result, {"name": [1], "tags": {"a": 1}}) == (
        '{"name":[1],"tags":[{"a":1},"x"],"fixed":1,"none":null}'
    )
    assert body(result, {}) == '{"tags":["x"],"fixed":1,"none":null}'


@pytest.mark.parametrize("key", ["name", "NAME"])
def test_the_keys_of_with_are_the_words_in_the_holes(key: str) -> None:
    result = shop(operation=CREATE, unit=f"with: {{{key}: tools.title, tags: '{{{{name}}}}'}}")
    assert body(result, {"title": "t", "name": "n"}) == '{"name":"t","tags":["n","x"],"fixed":1,"none":null}'
    assert codes(result) == []


def test_what_with_says_of_a_word_goes_before_an_input_of_that_name() -> None:
    unit = "inputParameters: [{name: name}]\nwith: {name: 'Mx {{name}}'}"
    assert body(shop(operation=CREATE, unit=unit), {"name": "A"}).startswith('{"name":"Mx A",')


def test_a_key_of_with_that_no_hole_names_is_said() -> None:
    assert codes(shop(operation=CREATE, unit="with: {nam: tools.title}")) == ["L113", "L113"]


def test_declared_body_parameters_that_a_template_names_describe_its_words() -> None:
    declared = "{name: name, in: body, type: string, required: true, description: who}"
    result = shop(operation=f"{CREATE}\ninputParameters: [{declared}, {{name: tags, in: body, value: [1]}}]")
    assert params(result) == (Param("name", "string", required=True, description="who"),)
    assert body(result, {"name": "5"}) == '{"name":"5","tags":[[1],"x"],"fixed":1,"none":null}'


@pytest.mark.parametrize("operation", ["body: {type: json}", "body: {type: json, data: {}}"])
def test_a_type_alone_takes_the_callers_body(operation: str) -> None:
    result = shop(operation=operation)
    assert body(result, {"body": [1]}) == "[1]"
    assert sent(result).body == (b"{}" if "data" in operation else None)
    assert [(item.place, item.key) for item in route_of(result).inputs] == [("body", None)]


def test_a_type_beside_body_parameters_is_made_of_them() -> None:
    result = shop(operation="body: {type: form}\ninputParameters: [{name: a, in: body}, {name: b, in: body}]")
    assert body(result, {"a": 1, "b": "x y"}) == "a=1&b=x+y"
    assert body(shop(operation="body: {type: form}"), {"body": {"c": [1, 2]}}) == "c=1&c=2"
    one = shop(operation="body: {type: text}\ninputParameters: [{name: a, in: body}]")
    assert body(one, {"a": "x"}) == "x"


def test_a_header_alone_tells_the_kind_of_body_parameters() -> None:
    header = "{name: content-type, in: header, value: application/x-www-form-urlencoded}"
    parameters = f"inputParameters: [{header}, {{name: a, in: body}}, {{name: b, in: body}}]"
    outbound = sent(shop(operation=parameters), {"a": "é", "b": 1})
    assert (outbound.headers, outbound.body) == (
        (("content-type", "application/x-www-form-urlencoded"),),
        b"a=%C3%A9&b=1",
    )


def test_a_header_of_which_the_value_is_open_tells_nothing() -> None:
    header = "{name: Content-Type, in: header, value: 'text/{{kind}}'}"
    result = shop(operation=f"body: '[{{{{x}}}}]'\ninputParameters: [{header}]")
    assert body(result, {"x": "a", "kind": "plain"}) == '["a"]'


@pytest.mark.parametrize(
    ("operation", "given", "expected", "media_type"),
    [
        ("{type: text, data: 'Hi {{x}}!'}", "<é>", "Hi <é>!", "text/plain; charset=utf-8"),
        ("{type: xml, data: '<a b=\"{{x}}\">{{x}}</a>'}", "<'", '<a b="&lt;&apos;">&lt;&apos;</a>', None),
        ("{type: xml, data: '{{x}}'}", "<a/>", "<a/>", "application/xml"),
        ("{type: yaml, data: {a: '{{x}}'}}", 1, '{"a":1}', "application/yaml"),
        ("{type: binary, data: 'a {{x}}'}", "b", "a b", "application/octet-stream"),
        ("{type: application/cbor, data: '{{x}}'}", "b", "b", "application/cbor"),
        (
            "{type: form, data: {a: '{{x}}', b: 'x={{x}}'}}",
            ["p&", 1],
            "a=p%26&a=1&b=x%3D%5B%22p%26%22%2C1%5D",
            None,
        ),
        ("{type: form, data: 'a={{x}}&b=y+z'}", "=", "a=%3D&b=y+z", "application/x-www-form-urlencoded"),
        ("{type: form, data: '{{x}}'}", {"a": 0}, "a=0", "application/x-www-form-urlencoded"),
    ],
)
def test_each_kind_is_written_by_its_own_rules(
    operation: str, given: Json, expected: str, media_type: str | None
) -> None:
    outbound = sent(shop(operation=f"body: {operation}"), {"x": given})
    assert outbound.body == expected.encode()
    assert media_type in (None, dict(outbound.headers)["Content-Type"])


def test_xml_without_holes_is_sent_as_it_is_written() -> None:
    assert body(shop(operation="body: {type: xml, data: <a>&amp;</a>}"), {}) == "<a>&amp;</a>"
    stated = "body: {type: xml}\ninputParameters: [{name: it, in: body, value: <a>&lt;</a>}]"
    assert body(shop(operation=stated), {}) == "<a>&lt;</a>"
    noted = "body: {type: xml, data: '<a>{{! nobody is sent this}}&lt;</a>'}"
    assert body(shop(operation=noted), {}) == "<a>&lt;</a>"


def test_an_inner_section_of_xml_is_encoded_too() -> None:
    text = "<a>{{#list}}<i>{{.}}</i>{{/list}}</a>"
    result = shop(operation=f"body: {{type: xml, data: '{text}'}}", unit="inputParameters: [{name: list}]")
    assert body(result, {"list": ["<", "&"]}) == "<a><i>&lt;</i><i>&amp;</i></a>"


def test_the_holes_of_a_text_have_to_be_given() -> None:
    assert params(shop(operation="body: {type: text, data: 'Hi {{x}}'}")) == (Param("x", required=True),)
    assert params(shop(operation="body: {type: form, data: {a: '{{x}}'}}")) == (Param("x"),)


def test_a_stated_content_type_goes_first_but_not_before_the_line_between_parts() -> None:
    header = "inputParameters: [{name: Content-Type, in: header, value: multipart/form-data}]"
    outbound = sent(shop(operation=f"body: {{type: multipart, data: {{a: b}}}}\n{header}"))
    [(name, value)] = outbound.headers
    assert name == "Content-Type"
    assert str(value).startswith("multipart/form-data; boundary=")
    json = sent(shop(operation=f"body: {{type: json, data: [1]}}\n{header}"))
    assert json.headers == (("Content-Type", "multipart/form-data"),)


def test_the_parts_of_a_form_are_named_and_typed() -> None:
    part = "{name: file, value: '{{text}}', filename: '{{name}}.txt', contentType: text/plain}"
    result = shop(operation=f"body: {{type: multipartForm, data: [{{name: a, value: 1}}, {part}]}}")
    found = body(result, {"text": "t", "name": "n"})
    assert 'name="a"\r\n\r\n1\r\n' in found
    assert 'name="file"; filename="n.txt"\r\nContent-Type: text/plain\r\n\r\nt\r\n' in found
    assert [place for place, _, _ in call_of(result).parts()] == [
        "form field",
        "form field",
        "file name",
        "media type",
    ]


def test_parameters_of_a_form_are_urlencoded_and_files_among_them_make_it_multipart() -> None:
    fields = "{name: a, in: formData, type: integer}, {name: b, in: formData}"
    result = shop(operation=f"inputParameters: [{fields}]")
    assert body(result, {"a": "5", "b": "x y"}) == "a=5&b=x+y"
    assert sent(result).body is None
    files = shop(operation=f"inputParameters: [{fields}, {{name: c, in: formData, type: File}}]")
    assert 'name="c"; filename="c"\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n' in body(
        files, {"c": "x"}
    )


def test_parameters_of_a_form_stand_beside_the_fields_that_the_file_states() -> None:
    parameter = "inputParameters: [{name: b, in: formData}]"
    result = shop(operation=f"body: {{type: form, data: {{a: x}}}}\n{parameter}")
    assert body(result, {"b": 1}) == "a=x&b=1"


def test_a_bound_value_in_a_stated_body_makes_it_secret() -> None:
    result = shop(operation="body: {type: json, data: {key: '{{TOKEN}}', in: [{key: 'k {{keys.TOKEN}}'}]}}")
    assert sent(result).body == Secret('{"key":"<SHOP_TOKEN>","in":[{"key":"k <SHOP_TOKEN>"}]}')
    assert codes(result) == ["L115"]
    form = shop(operation="body: {type: form, data: {key: '{{TOKEN}}'}}")
    assert (sent(form).body, codes(form)) == (Secret("key=%3CSHOP_TOKEN%3E"), ["L115"])


def test_no_argument_stands_in_for_a_bound_value() -> None:
    result = shop(operation="body: {type: json, data: {key: '{{TOKEN}}', x: '{{tools.TOKEN}}'}}")
    assert sent(result, {"TOKEN": "mine"}).body == Secret('{"key":"<SHOP_TOKEN>","x":"mine"}')


@pytest.mark.parametrize(
    "operation",
    [
        f"{CREATE}\ninputParameters: [{{name: other, in: body}}]",
        "body: {type: form, data: {a: 1}}\ninputParameters: [{name: body, in: body}]",
        "body: {type: text}\ninputParameters: [{name: a, in: body}, {name: b, in: body}]",
        f"{CREATE}\ninputParameters: [{{name: photo, in: formData}}]",
    ],
)
def test_a_parameter_that_has_no_place_in_the_body_is_refused(operation: str) -> None:
    result = shop(operation=operation)
    assert (refusal_of(result), [code for code in codes(result) if code != "L173"]) == ("L042", ["L042"])


@pytest.mark.parametrize(
    ("operation", "hints"),
    [
        ('body: \'{"a": "{{first}}", "b": "{{rest.any}}"}\'', []),
        ('body: \'{"a": "{{first}}"}\'\ninputParameters: [{name: First, in: body}]', []),
        (
            'body: \'{"a": "{{frst}}"}\'\ninputParameters: [{name: first, in: query}]',
            ["did you mean 'first'?"],
        ),
        ('body: \'{"a": "{{one}}"}\'\ninputParameters: [{name: ones, in: query}]', []),
        (
            'body: \'{"a": "{{a}} {{b}} {{rest.c}}"}\'\ninputParameters: [{name: a, in: body}]',
            ["declare it: {name: b, in: body}"],
        ),
    ],
)
def test_a_hole_that_is_called_like_no_parameter_is_told_where_some_are_declared(
    operation: str, hints: list[str]
) -> None:
    result = shop(operation=operation)
    assert [item.hint for item in result.report if item.code == "L173"] == hints


def test_a_route_finds_the_words_of_a_body_in_its_own() -> None:
    post = shop(operation=CREATE, verb="POST")
    assert route_of(post).inputs == (RestInput("name", "body", "name"), RestInput("tags", "body", "tags"))
    assert {item.place for item in route_of(shop(operation=CREATE)).inputs} == {"query"}
    whole = shop(operation="body: {type: json, data: {a: '{{tools.body}}', b: '{{tools.b}}'}}", verb="POST")
    assert route_of(whole).inputs == (RestInput("body", "body", "body"), RestInput("b", "body", "b"))
    alone = shop(operation="body: {type: json, data: {a: '{{tools.body}}'}}", verb="POST")
    assert route_of(alone).inputs == (RestInput("body", "body", None),)
