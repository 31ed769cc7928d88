"""The bodies of consumed operations: what the file says of them, and what is sent for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias, assert_never

from ..expr.compose import ListOf, ObjectOf
from ..expr.scope import Const, Expr, match_name
from ..expr.sections import Hole
from ..expr.sink import Sink, as_text, plain_text, xml_text
from ..expr.template import Template, hole_names
from ..plan.body import Body, FileOf, FormBody, JsonBody, MultipartBody, Part, TextBody
from ..values import Json
from .jsontext import Place

BodyKind: TypeAlias = Literal["json", "text", "xml", "form", "multipart", "raw"]

# the places of what a body is made of, beside those that authors write
OF_BODY = frozenset({"body template", "body word", "body key", "form", "file name", "media type"})

_CALLERS = re.compile(r"(?:\$this\.)?(?:rest|tools|mcp)\.")


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a body cannot be sent, and which of its keys says what cannot be."""

    code: str
    message: str
    hint: str | None = None
    key: str = "data"


@dataclass(frozen=True, slots=True)
class FieldForm:
    """A field of a form as the file states it; a file name or media type makes it a file."""

    name: str
    value: Json
    file_name: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of a body that the file states: a parameter that no caller gives, in a place of its own."""

    place: str
    name: str
    value: Json


@dataclass(frozen=True)
class BodyForm:
    """The body of an operation as the file has it: of a kind, with a template or fields, or neither.

    ``texts`` are the places in a JSON template where a value becomes a text, ``files`` the parameters that
    are files; ``otherwise`` is what is sent when the caller gives no body.
    """

    kind: BodyKind
    media_type: str
    template: Json = None
    texts: frozenset[Place] = frozenset()
    fields: tuple[FieldForm, ...] = ()
    files: frozenset[str] = frozenset()
    otherwise: Json = None
    is_stated: bool = True
    problem: Problem | None = None

    @property
    def has_template(self) -> bool:
        return self.template is not None or bool(self.fields)

    @property
    def is_callers(self) -> bool:
        """Tell whether there is a body of which only the type is stated."""
        return self.is_stated and not self.has_template and not self.is_streamed and self.problem is None

    @property
    def is_streamed(self) -> bool:
        """Tell whether the body is whatever bytes the caller sends."""
        return self.kind == "raw"

    def entries(self) -> Iterator[Entry]:
        """List what the file states, so that it is linked like stated parameters."""
        if self.template is not None:
            yield Entry("body template", "body", self.template)
        for place, each in enumerate(self.fields):
            yield Entry("form", each.name, each.value)
            if each.file_name is not None:
                yield Entry("file name", str(place), each.file_name)
            if each.media_type is not None:
                yield Entry("media type", str(place), each.media_type)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """List the words in holes; they are parameters of the call, whatever the caller is called there."""
        return tuple(dict.fromkeys(_CALLERS.sub("", word) for word in self.holes))

    @property
    def holes(self) -> tuple[str, ...]:
        """List what stands in the holes as it is written."""
        return tuple(word for entry in self.entries() for word in _words(entry.value))

    def names(self, name: str) -> bool:
        """Tell whether a parameter belongs to the template, because it is named there."""
        return match_name(name, self.words) is not None


def _words(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield from hole_names(value)
    elif isinstance(value, list):
        yield from (word for item in value for word in _words(item))
    elif isinstance(value, dict):
        yield from (word for item in value.values() for word in _words(item))


def link_body(form: BodyForm, parts: Mapping[str, list[Part]]) -> Body | None:
    """Put linked values into a body; one parameter is the body, several are the fields of one object."""
    template = next((value for _, value in parts.get("body template", ())), None)
    given = tuple(parts.get("body", ()))
    whole = template or (given[0][1] if len(given) == 1 else None)
    fields = (*parts.get("form", ()), *(given if len(given) > 1 else ()))
    match form.kind:
        case "json" | "raw":
            whole = _texts_in(template, form.texts) if template else whole
            body: Body = JsonBody(whole, fields, form.media_type, form.otherwise)
        case "text":
            body = TextBody(whole or Const(None), form.media_type)
        case "xml":
            body = TextBody(_encoded(whole or Const(None), xml_text), form.media_type)
        case "form":
            body = FormBody(fields, whole)
        case "multipart":
            body = MultipartBody(fields, whole, tuple(_files(form, fields, parts)))
        case never:
            assert_never(never)
    return body if whole or fields or form.otherwise is not None else None


def _files(form: BodyForm, fields: tuple[Part, ...], parts: Mapping[str, list[Part]]) -> Iterator[FileOf]:
    """Say of every field whether it is a file; a parameter that is one is called like its field."""
    names, kinds = dict(parts.get("file name", ())), dict(parts.get("media type", ()))
    for place, (name, _) in enumerate(fields):
        called = names.get(str(place)) or (Const(name) if name in form.files else None)
        yield FileOf(called, kinds.get(str(place)))


def _texts_in(expr: Expr, texts: frozenset[Place], at: Place = ()) -> Expr:
    """Turn the values of holes that stand in quotes into texts."""
    if isinstance(expr, ObjectOf):
        return ObjectOf(tuple((name, _texts_in(each, texts, (*at, name))) for name, each in expr.fields))
    if isinstance(expr, ListOf):
        return ListOf(tuple(_texts_in(each, texts, (*at, place)) for place, each in enumerate(expr.items)))
    if isinstance(expr, Const):
        return Const(_text_values(expr.value, texts, at))
    return _encoded(expr, plain_text) if at in texts else expr


def _text_values(value: Json, texts: frozenset[Place], at: Place) -> Json:
    if isinstance(value, dict) and at not in texts:
        return {name: _text_values(each, texts, (*at, name)) for name, each in value.items()}
    if isinstance(value, list) and at not in texts:
        return [_text_values(each, texts, (*at, place)) for place, each in enumerate(value)]
    return as_text(value) if at in texts and value is not None else value


def _encoded(expr: Expr, sink: Sink) -> Expr:
    """Encode the values of holes for where they stand; what the file states is so already."""
    if isinstance(expr, Const):
        return expr
    return (
        replace(expr, sink=sink) if isinstance(expr, Template) else Template((Hole(str(expr), expr),), sink)
    )
