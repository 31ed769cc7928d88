"""XML texts with holes, checked so that a value can only be text in them."""

from __future__ import annotations

from xml.parsers import expat

from ..expr.tags import Tag, tokens
from ..values.record import dataclass

_MARK = "h\u00b7o\u00b7l\u00b7e"  # a name, so that it may stand anywhere in the text that is tried


def check_xml_text(text: str) -> None:
    """Raise ValueError for a text that is not XML, or has a hole where XML has no text to escape."""
    parts = [token for token in tokens(text) if isinstance(token, str) or not token.mark or token.mark == "."]
    wanted = sum(isinstance(token, Tag) for token in parts)
    probe = "".join(token if isinstance(token, str) else _MARK for token in parts)
    seen = _Seen()
    try:
        seen.read(probe)
    except expat.ExpatError as error:
        problem = expat.errors.messages[error.code]
        raise ValueError(f"it is not XML in its line {error.lineno}: {problem}") from None
    if seen.charset not in (None, "utf-8", "us-ascii"):
        raise ValueError(f"it says it is in {seen.charset}, but it is sent in UTF-8")
    if wanted and (seen.marks != wanted or seen.has_entities):
        raise ValueError("a hole stands where XML has neither text nor the value of an attribute")


@dataclass(slots=True)
class _Seen:
    """Counts the marks that a reader of the XML sees as text."""

    marks: int = 0
    charset: str | None = None
    is_literal: bool = False
    has_entities: bool = False

    def read(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.CharacterDataHandler = self._text
        parser.StartElementHandler = self._element
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartCdataSectionHandler = lambda: self._literal(is_literal=True)
        parser.EndCdataSectionHandler = lambda: self._literal(is_literal=False)
        parser.Parse(text.encode(), True)

    def _text(self, text: str) -> None:
        if not self.is_literal:
            self.marks += text.count(_MARK)

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        self.marks += sum(value.count(_MARK) for value in attributes.values())

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        self.charset = encoding.lower() if encoding else None

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: int) -> None:
        self.has_entities = True

    def _literal(self, *, is_literal: bool) -> None:
        self.is_literal = is_literal
