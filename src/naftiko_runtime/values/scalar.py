"""Plain YAML scalars to values, by the YAML 1.2 core schema."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from . import Json

_MAX_DIGITS = 3500  # Python reads and writes up to 4300 decimal digits; so many hexadecimal ones make fewer

# YAML 1.2 core schema: `yes`, `on` and dates stay text, `0o17` is octal, `017` is seventeen
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NUMBERS = frozenset("+-.0123456789")  # what they begin with
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
TAGGED: Mapping[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "null": (type(None),),
}


def plain(text: str) -> Json:
    """Read a scalar that was written without quotes."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] not in _NUMBERS:
        return text
    if _INT.fullmatch(text):
        return _integer(text)
    return _float(text) if _FLOAT.fullmatch(text) else text


def _integer(text: str) -> Json:
    if len(text) > _MAX_DIGITS:
        return text
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _float(text: str) -> Json:
    value = float(text)
    return value if math.isfinite(value) else text  # JSON has no infinity
