"""What may be a JSON-RPC message, before the SDK sees it: its own words quote its inside."""

from __future__ import annotations

from pydantic_core import from_json

from ...values import Json
from ...values.json import decode, has_brackets
from .protocol import Fields

PARSE_ERROR, INVALID_REQUEST = -32700, -32600

_SAFE_DEPTH = 100


class NotAMessage(Exception):
    """Bytes that are no message; ``answer`` says so to whoever sent them."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.answer: Fields = {
            "jsonrpc": "2.0",
            "id": None,
            "error": {"code": code, "message": sentence},
        }


def json_of(data: bytes, whole: str) -> Json:
    """Read JSON that may be a message; raises NotAMessage about the ``whole``.

    It is read strictly: the SDK's own parsers let NaN and infinities through.
    """
    try:
        value = decode(data)
    except (ValueError, RecursionError):
        raise NotAMessage(PARSE_ERROR, f"the {whole} is not JSON") from None
    if _is_deep(data):
        raise NotAMessage(PARSE_ERROR, f"the {whole} nests too deeply")
    return value


def _is_deep(data: bytes) -> bool:
    """Tell whether the SDK, which reads a body again, cannot; few bodies have that many brackets at all."""
    if not has_brackets(data, _SAFE_DEPTH):
        return False
    try:
        from_json(data)
    except ValueError:
        return True
    return False
