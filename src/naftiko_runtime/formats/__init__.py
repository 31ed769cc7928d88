"""Decoders of upstream answers by ``outputRawFormat``: one row for each format, in lower case."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import html, markdown
from .delimited import delimited_by
from .door import Format, Hints
from .json import decode_json, decode_ndjson
from .text import decode_whole
from .xml import decode_xml
from .yaml import decode_yaml

_EXTRA = "naftiko-runtime[formats]"

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "json": Format(decode_json),
        "ndjson": Format(decode_ndjson),
        "xml": Format(decode_xml),
        "yaml": Format(decode_yaml),
        "csv": Format(delimited_by(",")),
        "tsv": Format(delimited_by("\t")),
        "psv": Format(delimited_by("|")),
        "html": Format(html.decode_html, html.check_selector, missing=None if html.IS_INSTALLED else _EXTRA),
        "markdown": Format(markdown.decode_markdown, missing=None if markdown.IS_INSTALLED else _EXTRA),
        "text": Format(decode_whole),
    }
)
"""What can be read; ``binary`` is not among them, because nobody looks into it."""

__all__ = ["FORMATS", "Format", "Hints"]
