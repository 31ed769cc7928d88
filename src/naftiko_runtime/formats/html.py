"""HTML answers: the tables of a page, or of the parts of it that a CSS selector finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import field, replace
from typing import TYPE_CHECKING

from ..values import Json
from ..values.record import dataclass
from .charset import decode_text
from .door import Budget, Hints

try:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    IS_INSTALLED = True
except ModuleNotFoundError:
    IS_INSTALLED = False

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DECLARED = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z][\w.:-]*)", re.IGNORECASE)
_DECLARED_WITHIN = 1024  # HTML, 13.2.3.2
_MAX_DEPTH = 512
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
# elements that are empty, or that end where another begins
_NOT_NESTED = re.compile(
    "area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr"
    "|body|colgroup|dd|dt|head|html|li|optgroup|option|p|rp|rt|tbody|td|tfoot|th|thead|tr"
)
_WITHOUT_TEXT = frozenset({"script", "style", "template"})
_BREAKS = re.compile(
    "address|article|aside|blockquote|br|dd|details|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr"
    "|li|main|nav|ol|p|pre|section|ul"
)


def decode_html(data: bytes, hints: Hints) -> Json:
    """Give ``{"tables": [[{header: cell}]]}``; every page can be read, but not every charset."""
    text = decode_text(data, hints.charset or _declared(data))
    _check_nesting(text)
    page = LexborHTMLParser(text)
    chosen = None if hints.schema is None else {node.mem_id for node in _select(page, hints.schema)}
    rows = (table.objects() for table in _tables(page.root, chosen) if table.is_named())
    return {"tables": list(rows)}


def check_selector(schema: str) -> None:
    """Raise ValueError for a text that is not a CSS selector."""
    _select(LexborHTMLParser(""), schema)


def _select(page: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return page.css(selector)
    except SelectolaxError:
        raise ValueError(f"{selector!r} is not a CSS selector") from None


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:_DECLARED_WITHIN])
    return found[1].decode() if found else None


@dataclass(slots=True)
class _Cell:
    is_header: bool
    pieces: list[str] = field(default_factory=list)

    def text(self) -> str:
        return " ".join("".join(self.pieces).split())


@dataclass(slots=True)
class _Row:
    is_head: bool
    cells: list[_Cell] = field(default_factory=list)

    def headers(self) -> list[str]:
        return [cell.text() for cell in self.cells if cell.is_header]


@dataclass(slots=True)
class _Table:
    rows: list[_Row] = field(default_factory=list)

    def headers(self) -> list[str]:
        """Take the names from the first row of the head, else from the first row."""
        first = next((row for row in self.rows if row.is_head), None) or next(iter(self.rows), _Row(False))
        return first.headers()

    def is_named(self) -> bool:
        return any(self.headers())

    def objects(self) -> list[Json]:
        """Give the rows without header cells, short ones filled with empty texts."""
        names = self.headers()
        rows = (row for row in self.rows if not any(cell.is_header for cell in row.cells))
        return [_object(names, [cell.text() for cell in row.cells]) for row in rows]


def _object(names: list[str], cells: list[str]) -> dict[str, Json]:
    filled = cells + [""] * (len(names) - len(cells))
    return dict(zip(names, filled, strict=False))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the page a node stands; a table within a cell is on its own."""

    is_chosen: bool
    is_head: bool = False
    table: _Table | None = None
    row: _Row | None = None
    cell: _Cell | None = None

    def text(self, data: str) -> None:
        if self.cell is not None:
            self.cell.pieces.append(data)

    def inside(self, tag: str) -> _Place:
        """Go into an element."""
        if tag == "table":
            return _Place(self.is_chosen, table=_Table())
        if tag == "thead":
            return replace(self, is_head=True)
        if tag == "tr" and self.table is not None:
            row = _Row(self.is_head)
            self.table.rows.append(row)
            return replace(self, row=row, cell=None)
        if tag in ("td", "th") and self.row is not None:
            cell = _Cell(tag == "th")
            self.row.cells.append(cell)
            return replace(self, cell=cell)
        return self


def _tables(root: LexborNode | None, chosen: set[int] | None) -> list[_Table]:
    """Walk the page once, in its order and without recursion."""
    waiting: list[tuple[LexborNode | None, _Place]] = [(root, _Place(chosen is None))]
    tables: list[_Table] = []
    budget = Budget()
    while waiting:
        node, place = waiting.pop()
        budget.grow(1)
        if node is None:  # the end of a block
            place.text(" ")
        elif node.is_text_node:
            place.text(node.text_content or "")
        elif node.is_element_node and node.tag not in _WITHOUT_TEXT:
            place = _enter(node, place, chosen or frozenset())
            if node.tag == "table" and place.is_chosen and place.table is not None:
                tables.append(place.table)
            waiting += _below(node, place)
    return tables


def _enter(node: LexborNode, place: _Place, chosen: Set[int]) -> _Place:
    if node.mem_id in chosen:
        place = replace(place, is_chosen=True)
    return place.inside(node.tag or "")


def _below(node: LexborNode, place: _Place) -> Iterator[tuple[LexborNode | None, _Place]]:
    """List what a node holds, last first; blocks end a word."""
    is_block = _BREAKS.fullmatch(node.tag or "") is not None
    if is_block:
        place.text(" ")
        yield None, place
    yield from ((child, place) for child in reversed(list(node.iter(include_text=True))))


def _check_nesting(page: str) -> None:
    """Refuse what the parser would take quadratic time for; browsers stop at the same depth."""
    opened: Counter[str] = Counter()
    depth = 0
    for tag in _TAG.finditer(page):
        name = tag[2].lower()
        if _NOT_NESTED.fullmatch(name):
            continue
        if not tag[1]:
            opened[name] += 1
            depth += 1
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depth > _MAX_DEPTH:
            raise ValueError(f"it is nested more than {_MAX_DEPTH} deep")
