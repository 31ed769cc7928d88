"""Reads the ``body`` of a consumed operation in every form that authors write (spec 2.16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from ..expr.sink import as_text
from ..expr.tags import Tag, tokens
from ..source.diagnostics import did_you_mean
from ..values import Json
from .bodies import BodyForm, BodyKind, FieldForm, Problem
from .jsontext import read_json_text
from .xmltext import check_xml_text

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_YAML = "application/yaml"
_BYTES = "application/octet-stream"

# the words for types, without hyphens and capitals, and what they are sent as
_TYPES: Mapping[str, tuple[BodyKind, str]] = {
    "json": ("json", _JSON),
    "text": ("text", "text/plain"),
    "plain": ("text", "text/plain"),
    "string": ("text", "text/plain"),
    "xml": ("xml", "application/xml"),
    "sparql": ("text", "application/sparql-query"),
    "yaml": ("text", _YAML),
    "csv": ("text", "text/csv"),
    "html": ("text", "text/html"),
    "ndjson": ("text", "application/x-ndjson"),
    "form": ("form", _FORM),
    "urlencoded": ("form", _FORM),
    "formurlencoded": ("form", _FORM),
    "xwwwformurlencoded": ("form", _FORM),
    "multipart": ("multipart", _MULTIPART),
    "multipartform": ("multipart", _MULTIPART),
    "formdata": ("multipart", _MULTIPART),
    "raw": ("raw", _BYTES),
    "binary": ("raw", _BYTES),
    "octetstream": ("raw", _BYTES),
}
_MEDIA: Mapping[str, BodyKind] = {
    _JSON: "json",
    "application/xml": "xml",
    "text/xml": "xml",
    _FORM: "form",
    _MULTIPART: "multipart",
    _BYTES: "raw",
    _YAML: "text",
    "application/sparql-query": "text",
    "application/x-ndjson": "text",
}


_KNOWN = "known are json, text, xml, sparql, yaml, formUrlEncoded, multipartForm and binary"


class _Unsendable(ValueError):
    """A body of which nobody could say how it is to be sent (L016)."""

    def __init__(self, message: str, hint: str | None = None, key: str = "data") -> None:
        super().__init__(message)
        self.hint, self.key = hint, key


def read_body(body: Json, stated_type: str | None, *, otherwise: BodyKind = "json") -> BodyForm:
    """Read a body; ``stated_type`` is what the operation states in a ``Content-Type`` header.

    ``otherwise`` is its kind when neither of them tells.
    """
    try:
        return _read(body, stated_type, otherwise)
    except _Unsendable as error:
        return BodyForm("json", _JSON, problem=Problem("L016", str(error), error.hint, error.key))
    except ValueError as error:
        return BodyForm("json", _JSON, problem=Problem("L041", f"the body cannot be filled: {error}"))


def _read(body: Json, stated_type: str | None, otherwise: BodyKind) -> BodyForm:
    if body is None or body == "":
        kind = _kind_of(stated_type) or otherwise
        return BodyForm("json" if kind == "raw" else kind, stated_type or _JSON, is_stated=False)
    if isinstance(body, str):
        kind = _kind_of(stated_type or _JSON) or "text"
        return _READERS[kind](body, stated_type or _JSON)
    if not isinstance(body, dict) or not isinstance(word := body.get("type"), str):
        raise _Unsendable("a body is a text, or has a 'type' and 'data'", _KNOWN)
    kind, media_type = _typed(word, body.get("data"))
    return _READERS[kind](body.get("data"), media_type)


def _typed(word: str, data: Json) -> tuple[BodyKind, str]:
    """Find what a word for a type means: one of the known, or a media type."""
    folded = word.lower().replace("-", "").replace("_", "").replace(" ", "")
    if folded in _TYPES:
        return _TYPES[folded]
    kind = _kind_of(word)
    if kind is None and "/" in word and isinstance(data, str):
        kind = "text"
    if kind is None:
        hint = did_you_mean(folded, _TYPES) if "/" not in word else None
        raise _Unsendable(f"a body of type {word!r} is not sent", hint or _KNOWN, "type")
    return kind, word


def _kind_of(media_type: str | None) -> BodyKind | None:
    plain = (media_type or "").partition(";")[0].strip().lower()
    if plain in _MEDIA:
        return _MEDIA[plain]
    if plain.startswith("text/"):
        return "text"
    return "json" if plain.endswith("+json") else "xml" if plain.endswith("+xml") else None


def _json(data: Json, media_type: str) -> BodyForm:
    """Read JSON: a structure, or a text that is one but for its holes. One that is empty is a stand-in."""
    if isinstance(data, str) and data.strip():
        read = read_json_text(data)
        return BodyForm("json", media_type, read.value, read.texts)
    if data in (None, "", {}, []) or isinstance(data, str):
        return BodyForm("json", media_type, otherwise=data if data in ({}, []) else None)
    _check_names(data)
    return BodyForm("json", media_type, data)


def _text(data: Json, media_type: str) -> BodyForm:
    if isinstance(data, dict | list):
        if media_type != _YAML:
            raise _Unsendable(f"the 'data' of a body of {media_type} is a text")
        return _json(data, media_type)  # JSON is YAML
    return BodyForm("text", media_type, None if data is None else as_text(data))


def _xml(data: Json, media_type: str) -> BodyForm:
    form = _text(data, media_type)
    text = str(form.template or "")
    if not _has_tags(text) or _is_hole(text):
        return form
    check_xml_text(text)
    return BodyForm("xml", media_type, text)


def _form(data: Json, media_type: str) -> BodyForm:
    if isinstance(data, str) and not _is_hole(data):
        return BodyForm("form", media_type, fields=_pairs(data))
    return _fielded("form", data, media_type)


def _multipart(data: Json, media_type: str) -> BodyForm:
    if isinstance(data, str) and not _is_hole(data):
        raise _Unsendable("the 'data' of a multipart body is a list of names and values")
    return _fielded("multipart", data, media_type)


def _fielded(kind: BodyKind, data: Json, media_type: str) -> BodyForm:
    if data is None or isinstance(data, str):
        return BodyForm(kind, media_type, data)
    if isinstance(data, dict):
        data = [_named(name, value) for name, value in data.items()]
    if not isinstance(data, list):
        raise _Unsendable(f"the 'data' of a body of {media_type} is a mapping, or a list of names and values")
    return BodyForm(kind, media_type, fields=tuple(_field(item) for item in data))


def _named(name: str, value: Json) -> Json:
    """Read a member of a mapping as a field; an object with a ``value`` says more of it."""
    return {"name": name, **(value if isinstance(value, dict) and "value" in value else {"value": value})}


def _field(item: Json) -> FieldForm:
    if not isinstance(item, dict) or not isinstance(name := item.get("name"), str) or "value" not in item:
        raise _Unsendable("a field of a form has a 'name' and a 'value'")
    _check_name(name)
    file_name, media_type = item.get("filename"), item.get("contentType")
    return FieldForm(name, item["value"], _maybe_text(file_name), _maybe_text(media_type))


def _maybe_text(value: Json) -> str | None:
    return None if value is None else as_text(value)


def _pairs(text: str) -> tuple[FieldForm, ...]:
    """Read an urlencoded text; what is encoded in it is decoded here, and encoded again with its values."""
    for token in tokens(text):
        if isinstance(token, Tag) and any(sign in token.text for sign in "&=+%#"):
            raise ValueError(
                f"{token.text!r} stands in an urlencoded text, where only holes such as {{{{x}}}} can"
            )
    pairs = parse_qsl(text, keep_blank_values=True)
    for name, _ in pairs:
        _check_name(name)
    return tuple(FieldForm(name, value) for name, value in pairs)


def _raw(data: Json, media_type: str) -> BodyForm:
    """Stream what the caller sends, unless the file says what to send."""
    return BodyForm("raw", media_type) if data is None else _text(data, media_type)


_READERS: Mapping[BodyKind, Callable[[Json, str], BodyForm]] = {
    "json": _json,
    "text": _text,
    "xml": _xml,
    "form": _form,
    "multipart": _multipart,
    "raw": _raw,
}


def _has_tags(text: str) -> bool:
    return any(isinstance(token, Tag) for token in tokens(text))


def _is_hole(text: str) -> bool:
    found = list(tokens(text.strip()))
    return len(found) == 1 and isinstance(found[0], Tag) and not found[0].mark


def _check_names(value: Json) -> None:
    for item in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        _check_names(item)
    for name in value if isinstance(value, dict) else ():
        _check_name(name)


def _check_name(name: str) -> None:
    if _has_tags(name):
        raise ValueError(f"a hole is the name of a member: {name!r}")
