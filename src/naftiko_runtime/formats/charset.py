"""Bytes to text, by the charset that something names."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python has codecs that are no charsets of any document; some take quadratic time
_NOT_CHARSETS = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)


def decode_text(data: bytes, named: str | None, otherwise: str = "utf-8") -> str:
    """Decode by the byte order mark, else by the charset that was named; raises ValueError."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], charset)
    return _decode(data, named or otherwise)


def _decode(data: bytes, charset: str) -> str:
    try:
        if codecs.lookup(charset).name.replace("_", "-") in _NOT_CHARSETS:
            raise LookupError
        text = data.decode(charset)
    except LookupError:
        raise ValueError("the charset that it names is not known") from None  # its name is not ours to quote
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not {charset}") from None
    return text
