"""Every place where a value can land: how a file puts it there, what can stand there, and how others read it.

The readers are those of the standard library, and share nothing with the runtime.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from http.cookies import SimpleCookie
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from naftiko_runtime.values import Json
from wire import Seen

WIDTH = 8  # values in a request
NAMES = tuple(f"v{number}" for number in range(WIDTH))
HOLES = tuple(f"{{{{{name}}}}}" for name in NAMES)
BETWEEN = "|~between~|"


@dataclass(frozen=True)
class Place:
    """A place: the path and the rest of an operation, who reads it, what it holds and how it shows that."""

    path: str
    operation: str
    read: Callable[[Seen], list[Json]]
    holds: Callable[[str], bool] = lambda text: True
    shows: Callable[[str], str] = lambda text: text
    is_typed: bool = False  # whether a value keeps its type there


def _params(place: str) -> str:
    return f"inputParameters: [{', '.join(f'{{name: {name}, in: {place}, type: string}}' for name in NAMES)}]"


def _body(kind: str, data: object) -> str:
    return f"body: {{type: {kind}, data: {json.dumps(data)}}}"


def _path(seen: Seen) -> list[Json]:
    return [unquote(part, errors="strict") for part in seen.target.partition("?")[0].split("/")[2:]]


def _inside(seen: Seen) -> list[Json]:
    return [str(part).removeprefix("x-").removesuffix(".y") for part in _path(seen)]


def _query(seen: Seen) -> list[Json]:
    pairs = parse_qsl(
        seen.target.partition("?")[2], keep_blank_values=True, strict_parsing=True, errors="strict"
    )
    assert [name for name, _ in pairs] == ["case", *NAMES]
    return [value for _, value in pairs[1:]]


def _headers(seen: Seen) -> list[Json]:
    return [value for name, value in seen.headers if name in NAMES]


def _cookies(seen: Seen) -> list[Json]:
    jar = SimpleCookie(seen.header("cookie"))
    return [unquote(jar[name].value, errors="strict") for name in NAMES]


def _form(seen: Seen) -> list[Json]:
    assert seen.header("content-type") == "application/x-www-form-urlencoded"
    pairs = parse_qsl(seen.body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict")
    assert [name for name, _ in pairs] == list(NAMES)
    return [value for _, value in pairs]


def _mail(seen: Seen) -> list[Message]:
    kind = seen.header("content-type") or ""
    found = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + seen.body)
    assert not found.defects
    return [part for part in found.walk() if part is not found]


def _fields(seen: Seen) -> list[Json]:
    parts = _mail(seen)
    assert [part.get_param("name", header="content-disposition") for part in parts] == list(NAMES)
    return [_content(part) for part in parts]


def _content(part: Message) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode()


def _file_names(seen: Seen) -> list[Json]:
    text = seen.body.decode()
    assert text.count("Content-Type: text/csv\r\n\r\nrows\r\n") == WIDTH
    return list(
        re.findall(r'^Content-Disposition: form-data; name="v\d"; filename="([^"\r\n]*)"\r$', text, re.M)
    )


def _json_texts(seen: Seen) -> list[Json]:
    assert seen.header("content-type") == "application/json"
    found = json.loads(seen.body)
    assert list(found) == list(NAMES)
    return [found[name] for name in NAMES]


def _texts(seen: Seen) -> list[Json]:
    kind = "text/plain" if seen.body.isascii() else "text/plain; charset=utf-8"
    assert seen.header("content-type") == kind
    return list(seen.body.decode().split(BETWEEN))


def _raw(seen: Seen) -> list[Json]:
    assert seen.header("content-type") == "application/octet-stream"
    return list(seen.body.decode().split(BETWEEN))


def _xml(seen: Seen) -> list[Json]:
    assert seen.header("content-type") == "application/xml"
    root = ElementTree.fromstring(seen.body)  # noqa: S314 - what the test sends, and what it is tested for
    assert (root.tag, root.text, list(root.attrib)) == ("r", None, list(NAMES[:_HALF]))
    assert [(child.tag, child.attrib, list(child), child.tail) for child in root] == [
        (name, {}, [], None) for name in NAMES[_HALF:]
    ]
    return [*root.attrib.values(), *(child.text or "" for child in root)]


def _is_segment(text: str) -> bool:
    return text not in ("", ".", "..")


def _is_field(text: str) -> bool:
    """RFC 9110, 5.5."""
    return text == text.strip(" \t") and all(
        (letter >= " " and letter != "\x7f") or letter == "\t" for letter in text
    )


def _is_xml(text: str) -> bool:
    """XML 1.0, production 2."""
    return all(
        letter in "\t\n\r" or " " <= letter <= "\ud7ff" or "\ue000" <= letter <= "\ufffd" or letter > "\uffff"
        for letter in text
    )


def _is_file_name(text: str) -> bool:
    return all((letter >= " " and letter != "\x7f") or letter in "\t\r\n" for letter in text)


def _as_browsers_do(text: str) -> str:
    """HTML, multipart/form-data encoding algorithm; and no backslash, at which mail readers take offence."""
    return text.replace("\\", "%5C").replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


_FIELDS = dict(zip(NAMES, HOLES, strict=True))
_HALF = WIDTH // 2
_ATTRIBUTES = " ".join(f"{name}='{_FIELDS[name]}'" for name in NAMES[:_HALF])
_ELEMENTS = "".join(f"<{name}>{_FIELDS[name]}</{name}>" for name in NAMES[_HALF:])
_XML = f"<r {_ATTRIBUTES}>{_ELEMENTS}</r>"
_FILES = [
    {"name": name, "value": "rows", "filename": hole, "contentType": "text/csv"}
    for name, hole in _FIELDS.items()
]
_CONTENTS = [{"name": name, "value": hole, "filename": "a.bin"} for name, hole in _FIELDS.items()]
_TEXT_OF_JSON = "{" + ", ".join(f'"{name}": "{hole}"' for name, hole in _FIELDS.items()) + "}"
_LITERALS = "{" + ", ".join(f'"{name}": {hole}' for name, hole in _FIELDS.items()) + "}"

PLACES = {
    "path": Place("/" + "/".join(f"{{{name}}}" for name in NAMES), "", _path, _is_segment),
    "inside": Place("/" + "/".join(f"x-{{{name}}}.y" for name in NAMES), "", _inside),
    "query": Place("", _params("query"), _query),
    "header": Place("", _params("header"), _headers, _is_field),
    "cookie": Place("", _params("cookie"), _cookies),
    "form": Place("", _body("formUrlEncoded", _FIELDS), _form),
    "field": Place("", _body("multipartForm", _FIELDS), _fields),
    "file": Place("", _body("multipartForm", _CONTENTS), _fields),
    "file-name": Place("", _body("multipartForm", _FILES), _file_names, _is_file_name, _as_browsers_do),
    "json-text": Place("", "body: " + json.dumps(_TEXT_OF_JSON), _json_texts),
    "json-literal": Place("", "body: " + json.dumps(_LITERALS), _json_texts, is_typed=True),
    "json": Place("", _body("json", _FIELDS), _json_texts, is_typed=True),
    "json-object": Place("", _params("body"), _json_texts),
    "text": Place("", _body("text", BETWEEN.join(HOLES)), _texts),
    "raw": Place("", _body("raw", BETWEEN.join(HOLES)), _raw),
    "xml": Place("", _body("xml", _XML), _xml, _is_xml),
}
