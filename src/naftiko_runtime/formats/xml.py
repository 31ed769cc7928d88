"""XML answers: the root's attributes and elements as an object, every value a text."""

from __future__ import annotations

import re
from dataclasses import field
from xml.parsers import expat

from ..values import Json
from ..values.record import dataclass
from .charset import decode_text
from .door import Budget, Hints

_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")
_UNMARKED = {b"<\0": "utf-16-le", b"\0<": "utf-16-be"}  # XML 1.0, appendix F
_NIL = "http://www.w3.org/2001/XMLSchema-instance nil"


def decode_xml(data: bytes, hints: Hints) -> Json:
    """Decode a document without a DTD; raises ValueError, for one with entities of its own too."""
    text = decode_text(data, hints.charset or _declared(data))
    document = _Document()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")  # goes before what the document declares
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.text
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None
    return {} if document.root == "" else document.root


def _declared(data: bytes) -> str | None:
    found = _DECLARED.match(data)
    return found[1].decode() if found else _UNMARKED.get(data[:2])


def _refuse_doctype(name: str, system: str | None, public: str | None, has_internal: bool) -> None:
    raise ValueError("a document type is declared, which could define entities")


@dataclass(slots=True)
class _Element:
    """An element that is being read; ``run`` is the text since its last child ended."""

    name: str
    is_nil: bool
    fields: dict[str, Json]
    repeated: set[str] = field(default_factory=set)
    has_children: bool = False
    run: list[str] = field(default_factory=list)

    def add(self, name: str, value: Json) -> None:
        """Add a field; names that come again, next to each other or not, make a list."""
        if name not in self.fields:
            self.fields[name] = value
            return
        known = self.fields[name]
        if name in self.repeated and isinstance(known, list):
            known.append(value)
            return
        self.fields[name] = [known, value]
        self.repeated.add(name)

    def flush(self) -> None:
        """Keep text that stands beside attributes or children; blanks between them are layout."""
        text = "".join(self.run)
        self.run.clear()
        if text.strip():
            self.add("", text)

    def value(self) -> Json:
        if self.is_nil and not self.fields:
            return None
        if not self.fields:
            return "".join(self.run)
        self.flush()
        return self.fields


@dataclass(slots=True)
class _Document:
    """Builds values as the parser goes; only open elements are kept."""

    root: Json = None
    _open: list[_Element] = field(default_factory=list)
    _budget: Budget = field(default_factory=Budget)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._budget.grow(1 + len(attributes), len(self._open) + 1)
        if self._open:
            self._open[-1].flush()
        is_nil = attributes.pop(_NIL, "").strip() in ("true", "1")
        element = _Element(_local(name), is_nil, {})
        for key, value in attributes.items():
            element.add(_local(key), value)
        self._open.append(element)

    def text(self, data: str) -> None:
        self._open[-1].run.append(data)

    def end(self, name: str) -> None:
        closed = self._open.pop()
        if self._open:
            self._open[-1].add(closed.name, closed.value())
        else:
            self.root = closed.value()


def _local(name: str) -> str:
    """Drop the namespace, which the parser puts before a name."""
    return name.rpartition(" ")[2]
