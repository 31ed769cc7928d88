"""Decoders of upstream answers by ``outputRawFormat``: one row for each format, in lower case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..values.later import later
from .door import Decode, Format, Hints
from .json import decode_json, decode_ndjson
from .text import decode_whole

if TYPE_CHECKING:
    from . import delimited, html, markdown, xml, yaml
else:
    delimited, html, markdown, xml, yaml = (
        later(f".{name}", __package__) for name in ("delimited", "html", "markdown", "xml", "yaml")
    )

_EXTRA = "naftiko-runtime[formats]"

_ROWS: Mapping[str, Callable[[], Format]] = MappingProxyType(
    {
        "json": lambda: Format(decode_json),
        "ndjson": lambda: Format(decode_ndjson),
        "xml": lambda: Format(xml.decode_xml),
        "yaml": lambda: Format(yaml.decode_yaml),
        "csv": lambda: Format(delimited.delimited_by(",")),
        "tsv": lambda: Format(delimited.delimited_by("\t")),
        "psv": lambda: Format(delimited.delimited_by("|")),
        "html": lambda: Format(html.decode_html, html.check_selector, None if html.IS_INSTALLED else _EXTRA),
        "markdown": lambda: Format(
            markdown.decode_markdown, missing=None if markdown.IS_INSTALLED else _EXTRA
        ),
        "text": lambda: Format(decode_whole),
    }
)


@cache
def _format(name: str) -> Format:
    return _ROWS[name]()


@cache
def decoder(name: str) -> Decode:
    """Give what decodes a format."""
    return _format(name).decode


class _Formats(Mapping[str, Format]):
    """Imports what reads a format when that is looked up: a plan looks up the formats that it has."""

    def __getitem__(self, name: str) -> Format:
        return _format(name)

    def __contains__(self, name: object) -> bool:
        return name in _ROWS

    def __iter__(self) -> Iterator[str]:
        return iter(_ROWS)

    def __len__(self) -> int:
        return len(_ROWS)


FORMATS: Mapping[str, Format] = _Formats()
"""What can be read; ``binary`` is not among them, because nobody looks into it."""

__all__ = ["FORMATS", "Format", "Hints"]
