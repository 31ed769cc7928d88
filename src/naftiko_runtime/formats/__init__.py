"""Decoders of upstream answers by ``outputRawFormat``: one row for each format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..values import Json
from .json import decode_json

FORMATS: Mapping[str, Callable[[bytes], Json]] = MappingProxyType({"json": decode_json})
