"""What each format becomes as JSON: one table for each, and what is refused."""

import subprocess
import sys
import time

import pytest

from naftiko_runtime.formats import FORMATS, Hints
from naftiko_runtime.values import Json

XSI = b'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'


def decoded(kind: str, data: bytes, charset: str | None = None, schema: str | None = None) -> Json:
    return FORMATS[kind].decode(data, Hints(charset, schema))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<r><user>ada</user></r>", {"user": "ada"}),
        (b"<r/>", {}),
        (b"<r>7</r>", "7"),
        (b'<r a="1"/>', {"a": "1"}),
        (b"<r><a>1</a><b/><a>2</a><a>3</a></r>", {"a": ["1", "2", "3"], "b": ""}),
        (b'<r a="1"><a>2</a></r>', {"a": ["1", "2"]}),
        (b'<r><p id="1">hi</p></r>', {"p": {"id": "1", "": "hi"}}),
        (b"<r>a<b>c</b>d</r>", {"": ["a", "d"], "b": "c"}),
        (b"<r>\n <a>\n  <b>1</b>\n </a>\n</r>", {"a": {"b": "1"}}),
        (b"<r><a>  </a></r>", {"a": "  "}),
        (b"<r><a>x<!-- c -->y<![CDATA[<z>]]></a></r>", {"a": "xy<z>"}),
        (b'<n:r xmlns:n="urn:n" n:k="v"><n:a>1</n:a></n:r>', {"k": "v", "a": "1"}),
        (b"<r " + XSI + b'><a i:nil="true"/><b i:nil="false">x</b></r>', {"a": None, "b": "x"}),
        (b"<r " + XSI + b'><a i:nil="1" why="lost"/></r>', {"a": {"why": "lost"}}),
        (b"<r><a><b/><b/></a><a/></r>", {"a": [{"b": ["", ""]}, ""]}),
        (b"<r>&lt;&#233;</r>", "<\u00e9"),
        (b'<?xml version="1.0" encoding="iso-8859-1"?><r>\xe9</r>', "\u00e9"),
        ("\ufeff<r>\u00e9</r>".encode(), "\u00e9"),
        ("\ufeff<r>\u00e9</r>".encode("utf-16-le"), "\u00e9"),
        ('<?xml version="1.0" encoding="utf-16"?><r>\u00e9</r>'.encode("utf-16-be"), "\u00e9"),
    ],
)
def test_xml(data: bytes, expected: Json) -> None:
    assert decoded("xml", data) == expected


@pytest.mark.parametrize(
    ("kind", "data", "expected"),
    [
        ("csv", b"a, b \n1,2\n", [{"a": "1", "b": "2"}]),
        ("csv", b"\xef\xbb\xbfa,b\r\n 1 ,\r\n", [{"a": " 1 ", "b": ""}]),
        ("csv", b'a,b\n"x\ny","say ""hi"""\n', [{"a": "x\ny", "b": 'say "hi"'}]),
        ("csv", b"a,b\n1\n\n2,3", [{"a": "1"}, {"a": "2", "b": "3"}]),
        ("csv", b"a,a\n1,2\n", [{"a": "2"}]),
        ("csv", b"a,b\n", []),
        ("csv", b"a\n" + b"x" * 200_000, [{"a": "x" * 200_000}]),
        ("tsv", b"a\tb\n1,5\t2\n", [{"a": "1,5", "b": "2"}]),
        ("psv", b"a|b\n1|2\n", [{"a": "1", "b": "2"}]),
        ("ndjson", b'{"a": 1}\r\n\n[2]\n', [{"a": 1}, [2]]),
        ("ndjson", b"\xef\xbb\xbf1180591620717411303425", [2**70 + 1]),
        ("ndjson", b"", []),
        ("text", "\ufeffgr\u00fc\u00dfe\n".encode(), "gr\u00fc\u00dfe\n"),
        ("text", b"", ""),
        ("yaml", b"a: 1\nb: [yes, 2026-01-02, 0o17, 017, .inf, '3']", {
            "a": 1, "b": ["yes", "2026-01-02", 15, 17, ".inf", "3"],
        }),
        ("yaml", b"1: a\ntrue: b\nnull: c", {"1": "a", "true": "b", "null": "c"}),
        ("yaml", b"a: &x {b: 1}\nc: *x\nd: [*x, *x]", {"a": {"b": 1}, "c": {"b": 1}, "d": [{"b": 1}] * 2}),
        ("yaml", b"x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}", {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}}),
        ("yaml", b"<<: [{a: 1}, {a: 2, b: 3}]", {"a": 1, "b": 3}),
        ("yaml", b"'<<': 1", {"<<": 1}),
        ("yaml", b"&k a: 1\n*k : 2\nb: *k", {"a": 2, "b": "a"}),
        ("yaml", b"[!!int 3, !!str 3, !Ref x, !!int x, ! 4]", [3, "3", "x", "x", "4"]),
        ("yaml", b"a: 1\n---\nb: 2", {"a": 1}),
        ("yaml", b"", None),
        ("yaml", b"\xef\xbb\xbf# nothing", None),
    ],
)  # fmt: skip
def test_light_formats(kind: str, data: bytes, expected: Json) -> None:
    assert decoded(kind, data) == expected


TABLE = b"<table id=t><tr><th> A </th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"


@pytest.mark.parametrize(
    ("data", "schema", "expected"),
    [
        (TABLE, None, [[{"A": "1", "B": "2"}]]),
        (b"<p>none</p>", None, []),
        (b"", None, []),
        (b"<table><tr><td>1</table><table><tr><th> <tr><td>1</table>", None, []),
        (b"<table></table>", None, []),
        (b"<table><tr><th>A<th>B<tr><td>1<tr><td>2<td>3<td>4</table>", None, [
            [{"A": "1", "B": ""}, {"A": "2", "B": "3"}],
        ]),
        (b"<table><tr><td>0<thead><tr><th>A<tbody><tr><td>1<tr><th>x<td>y</table>", None, [
            [{"A": "0"}, {"A": "1"}],
        ]),
        (b"<table><tr><th>A<tr><td>x" + TABLE + b"y</table>", None, [[{"A": "xy"}], [{"A": "1", "B": "2"}]]),
        (b"<table><tr><th>A<tr><td>a<b>b</b>\n c<p>d</p>e<br>f<script>g</script><!--h--></table>", None, [
            [{"A": "ab c d e f"}],
        ]),
        (TABLE + b"<div><table><tr><th>C<tr><td>3</table></div>", "#t", [[{"A": "1", "B": "2"}]]),
        (TABLE + b"<div><table><tr><th>C<tr><td>3</table></div>", "div, div table", [[{"C": "3"}]]),
        (TABLE, "#other", []),
        (b"<meta charset=iso-8859-1><table><tr><th>A<tr><td>\xe9</table>", None, [[{"A": "\u00e9"}]]),
        (b"<tr><td>x</td></tr><div></p></div></div>", None, []),
    ],
)  # fmt: skip
def test_html(data: bytes, schema: str | None, expected: Json) -> None:
    assert decoded("html", data, schema=schema) == {"tables": expected}


MARKDOWN = b"""---
title: Report
tags: [a, b]
---
before

# Results *one*

Some `code` and
[a link](http://example.com).

- first
- second

| A | B |
|---|---|
| 1 | **2** |
| 3 |

## Details
```
x = 1
```
"""


def test_markdown() -> None:
    table = [{"A": "1", "B": "2"}, {"A": "3", "B": ""}]
    content = "Some code and\na link.\nfirst\nsecond"
    results = {"heading": "Results one", "level": 1, "content": content}
    details = {"heading": "Details", "level": 2, "content": "x = 1"}
    front = {"title": "Report", "tags": ["a", "b"]}
    whole = {"frontMatter": front, "tables": [table], "sections": [results, details]}
    assert decoded("markdown", MARKDOWN) == whole
    results_only = {"frontMatter": front, "tables": [table], "sections": [results]}
    assert decoded("markdown", MARKDOWN, schema="Results") == results_only
    details_only = {"frontMatter": front, "tables": [], "sections": [details]}
    assert decoded("markdown", MARKDOWN, schema="## Det") == details_only


@pytest.mark.parametrize("text", ["", "---\nno: [\n---\n", "---\na sentence\n---\n", " ---\na: 1\n---\n"])
def test_what_is_no_front_matter_is_text(text: str) -> None:
    value = decoded("markdown", text.encode())
    assert isinstance(value, dict)
    assert value["frontMatter"] == {}


@pytest.mark.parametrize("kind", ["xml", "csv", "yaml", "html", "markdown", "text"])
def test_the_charset_of_the_headers_counts_and_an_unknown_one_is_refused(kind: str) -> None:
    data = {
        "xml": "<r><a>\u00e9</a></r>",
        "csv": "a\n\u00e9",
        "html": "<table><tr><th>\u00e9</table>",
        "markdown": "# \u00e9",
    }.get(kind, "\u00e9").encode("latin-1")
    assert FORMATS[kind].decode(data, Hints("iso-8859-1")) is not None
    for charset in ("klingon", "zip", "punycode", "unicode_escape", "utf-7"):
        with pytest.raises(ValueError, match="the charset that it names is not known"):
            decoded(kind, data, charset)
    with pytest.raises(ValueError, match="is not utf-8"):
        decoded(kind, data)


MALFORMED = [
    ("json", b"{"), ("ndjson", b'{"a": 1}\n{"a":\n'),
    ("xml", b""), ("xml", b"<a>"), ("xml", b"<a></b>"), ("xml", b"<a/><b/>"), ("xml", b"a: 1"),
    ("xml", b"<a>&b;</a>"), ("xml", b"<n:a/>"), ("xml", b"<a b=1/>"), ("xml", b"<a>\x00</a>"),
    ("xml", b"<!DOCTYPE a><a/>"), ("xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    ("xml", b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'),
    ("csv", b""), ("csv", b"\n\n"), ("csv", b"a,b\n1,2,3\n"), ("csv", b'a\n"1'), ("csv", b'a\n"1"2\n'),
    ("tsv", b""), ("psv", b"a|b\n1|2|3"),
    ("yaml", b"a: [1"), ("yaml", b"a: b: c"), ("yaml", b"\tx"), ("yaml", b"a: \x01"), ("yaml", b"? [a]\n: 1"),
    ("yaml", b"*a"), ("yaml", b"&a [*a]"), ("yaml", b"<<: 1"), ("yaml", b"a: &x [1]\n*x : 1"),
    ("html", b"\xff"), ("markdown", b"\xff"), ("text", b"\xff"), ("text", b"\xed\xa0\x80"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "data"), MALFORMED)
def test_what_is_malformed_is_a_value_error(kind: str, data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decoded(kind, data)


def test_an_unreadable_selector_is_refused() -> None:
    FORMATS["html"].check("table.prices, #t > tbody")
    with pytest.raises(ValueError, match="is not a CSS selector"):
        FORMATS["html"].check("table[")


LAUGHS = b"a0: &a0 [x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b",".join([b"*a%d" % (level - 1)] * 9)) for level in range(1, 12)
)
LONG_LAUGHS = b"a: &a " + b"x" * 100_000 + b"\nb: [" + b"*a, " * 100_000 + b"]"
BOMBS = [
    ("yaml", LAUGHS), ("yaml", LONG_LAUGHS), ("yaml", b"[" * 100_000), ("yaml", b"- " * 100_000),
    ("yaml", b"a: &a [" + b"x," * 5000 + b"]\nb: {" + b"<<: *a, " * 5000 + b"}"),
    ("xml", b"<a>" * 100_000), ("xml", b"<a " + b"".join(b"b%d='1' " % i for i in range(50_000)) + b">"),
    ("xml", b"<!DOCTYPE a [<!ENTITY x '" + b"y" * 100_000 + b"'>]><a>" + b"&x;" * 1000 + b"</a>"),
    ("html", b"<div>" * 300_000), ("html", b"<div></b>" * 100_000), ("html", b"<table><tr><td>" * 100_000),
    ("json", b"[" * 100_000), ("ndjson", b"[" * 100_000),
    ("csv", b"," * 10 + b"\n" + b"," * 1_000_000),
    ("markdown", b"x" * (4 * 2**20 + 1)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "data"), BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_is_refused_within_a_second(kind: str, data: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(ValueError, match=r"."):
        decoded(kind, data)
    assert time.perf_counter() - began < 1


def test_the_count_of_values_is_limited_too() -> None:
    with pytest.raises(ValueError, match="more than 1000000 values"):
        decoded("xml", b"<a>" + b"<b/>" * 1_000_001 + b"</a>")


def test_reasons_quote_nothing_of_the_answer() -> None:
    named = b'<?xml version="1.0" encoding="hush"?><a/>'
    for kind, data in [
        ("csv", b"a\nhush,hush"), ("json", b'{"hush" hush'),
        ("json", b'["hush", NaN, 1111111111111111111]'), ("json", b'["\\ud800", 1111111111111111111]'),
        ("ndjson", b'1\n{"hush": hush}'), ("xml", b"<a>&hush;</a>"), ("xml", b"<hush></a>"), ("xml", named),
        ("html", b"<meta charset=hush>"), ("yaml", b"*hush"), ("yaml", b"!hush!x y"),
        ("yaml", b"%HUSH\n---\n"), ("yaml", b"hush: [hush"), ("text", b"hush\xff"), ("markdown", b"hush\xff"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=r".") as caught:
            decoded(kind, data)
        assert "hush" not in str(caught.value).lower()


def test_without_the_extra_the_other_formats_are_there() -> None:
    program = (
        "import sys; sys.modules['selectolax'] = sys.modules['selectolax.lexbor'] = None\n"
        "sys.modules['markdown_it'] = None\n"
        "from naftiko_runtime.formats import FORMATS\n"
        "print(sorted((name, found.missing) for name, found in FORMATS.items() if found.missing))\n"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    extra = "naftiko-runtime[formats]"
    assert said.stdout.strip() == str([("html", extra), ("markdown", extra)])
