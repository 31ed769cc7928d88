"""No value breaks out of a body: what other readers find in it is what was given, where it was to be."""

import json
from collections.abc import Mapping
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_multipart import MultipartParser
from python_multipart.multipart import parse_options_header

from linking import sent, shop
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.expr.sink import as_text
from naftiko_runtime.plan.errors import InvalidArguments
from naftiko_runtime.values import Json

BREAKERS = (
    '"', "\\", '",', "}", "]", "{{x}}", "null", "\r\n", "\n--", "--\r\n", "<", "]]>", "-->", "&amp;", "'",
    "&", "=", "+", "%22", ";", "\0", "\x0b", "\ufffe", "é", "🚢", "\u2028", "</a>", "<![CDATA[",
)  # fmt: skip
NASTY = st.lists(st.sampled_from(BREAKERS) | st.text(max_size=3), max_size=6).map("".join)
TEXTS = NASTY | st.text(st.characters(codec="utf-8"))
SCALARS = TEXTS | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def rendered(result: Compiled, **arguments: Json) -> tuple[str, bytes] | None:
    """Render what a call sends, as its media type and its bytes; None where a value was refused."""
    try:
        outbound = sent(result, arguments)
    except InvalidArguments:
        return None
    assert isinstance(outbound.body, bytes)
    return str(dict(outbound.headers)["Content-Type"]), outbound.body


def is_utf8(*values: Json) -> bool:
    try:
        return json.dumps(values, ensure_ascii=False).encode() != b""
    except UnicodeEncodeError:
        return False


JSON_TEXT = shop(operation='body: \'{"a": "{{a}}", "b": [{{b}}], "c": "x\\" {{a}}", "d": 1}\'')
JSON_DATA = shop(operation="body: {type: json, data: {a: '{{a}}', b: {c: ['{{b}}', '- {{a}} -']}}}")


@given(TEXTS, VALUES)
@example('","admin":true,"x":"', ['"'])
def test_json_texts(text: str, value: Json) -> None:
    found = rendered(JSON_TEXT, a=text, b=value)
    assert (found is None) is not is_utf8(text, value)
    if found is not None:
        assert json.loads(found[1]) == {"a": text, "b": [value], "c": f'x" {text}', "d": 1}


@given(VALUES, VALUES)
def test_json_structures(one: Json, two: Json) -> None:
    found = rendered(JSON_DATA, a=one, b=two)
    assert (found is None) is not is_utf8(one, two)
    if found is not None:
        assert json.loads(found[1]) == {"a": one, "b": {"c": [two, f"- {as_text(one)} -"]}}


XML_TEXT = shop(operation="body: {type: xml, data: '<r a=\"{{a}}\"><b>{{a}}</b>x {{b}}</r>'}")


@given(SCALARS, SCALARS)
@example("</b><admin/>", '" admin="')
def test_xml(one: Json, two: Json) -> None:
    found = rendered(XML_TEXT, a=one, b=two)
    assert (found is None) is not all(map(is_xml, (as_text(one), as_text(two))))
    if found is not None:
        root = ElementTree.fromstring(found[1])  # noqa: S314 - our own text, and what it is tested for
        assert (root.attrib, [child.tag for child in root], root.text) == ({"a": as_text(one)}, ["b"], None)
        assert ((root[0].text or ""), root[0].tail) == (as_text(one), f"x {as_text(two)}")


def is_xml(text: str) -> bool:
    """XML 1.0, production 2."""
    return all(
        letter in "\t\n\r" or " " <= letter < "\ud800" or "\ue000" <= letter <= "\ufffd" or letter > "\uffff"
        for letter in text
    )


FORM_DATA = shop(operation="body: {type: form, data: {a: '{{a}}', 'b&=': 'x={{b}}', c: '{{c}}'}}")
FORM_TEXT = shop(operation="body: {type: form, data: 'a={{a}}&b%26%3D=x%3D{{b}}&c={{c}}'}")


@pytest.mark.parametrize("form", [FORM_DATA, FORM_TEXT])
@given(SCALARS, VALUES, st.lists(VALUES, max_size=3))
def test_forms(form: Compiled, one: Json, two: Json, several: list[Json]) -> None:
    found = rendered(form, a=one, b=two, c=several)
    assert (found is None) is not is_utf8(one, two, several)
    if found is not None:
        pairs = parse_qsl(found[1].decode(), keep_blank_values=True, strict_parsing=True)
        listed = [("c", as_text(each)) for each in several]
        assert pairs == [("a", as_text(one)), ("b&=", f"x={as_text(two)}"), *listed]


PARTS = shop(
    operation="body: {type: multipart, data: [{name: 'a\"', value: '{{a}}'},"
    " {name: f, value: '{{b}}', filename: '{{n}}.txt'}]}"
)


@given(VALUES, VALUES, TEXTS)
@example("x\r\n--", "--", '"; name="admin')
def test_parts(one: Json, two: Json, name: str) -> None:
    found = rendered(PARTS, a=one, b=two, n=name)
    assert (found is None) is not (is_utf8(one, two, name) and is_name(name))
    if found is not None:
        escaped = name.translate({34: "%22", 92: "%5C", 13: "%0D", 10: "%0A"})
        assert parts(*found) == [
            ({"name": "a%22"}, as_text(one)),
            ({"name": "f", "filename": f"{escaped}.txt"}, as_text(two)),
        ]


def is_name(text: str) -> bool:
    return not any((letter < " " and letter not in "\t\r\n") or letter == "\x7f" for letter in text)


def parts(media_type: str, body: bytes) -> list[tuple[Mapping[str, str], str]]:
    """Read parts with the reader of a web framework: what their headers say, and what they hold."""
    found: list[tuple[dict[bytes, bytes], bytearray]] = []
    header, value = bytearray(), bytearray()

    def begin() -> None:
        found.append(({}, bytearray()))

    def end_header() -> None:
        found[-1][0][bytes(header).lower()] = bytes(value)
        header.clear()
        value.clear()

    parser = MultipartParser(
        parse_options_header(media_type)[1][b"boundary"],
        {
            "on_part_begin": begin,
            "on_part_data": lambda data, start, end: found[-1][1].extend(data[start:end]),
            "on_header_field": lambda data, start, end: header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: value.extend(data[start:end]),
            "on_header_end": end_header,
        },
    )
    parser.write(body)
    parser.finalize()
    return [(_disposition(headers), data.decode()) for headers, data in found]


def _disposition(headers: Mapping[bytes, bytes]) -> Mapping[str, str]:
    kind, options = parse_options_header(headers[b"content-disposition"])
    assert kind == b"form-data"
    return {name.decode(): text.decode() for name, text in options.items()}
