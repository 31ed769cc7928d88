"""What is a JSON-RPC message and what is none, before the SDK sees it: its own words quote its inside."""

from __future__ import annotations

from typing import TypeAlias

from mcp import types
from pydantic import ValidationError
from pydantic_core import from_json

from ...values import Json
from ...values.json import decode

_SAFE_DEPTH = 100

Message: TypeAlias = (
    types.JSONRPCRequest | types.JSONRPCNotification | types.JSONRPCResponse | types.JSONRPCError
)


class NotAMessage(Exception):
    """Bytes that are no message; ``answer`` says so to whoever sent them."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        error = types.ErrorData(code=code, message=sentence)
        self.answer = types.JSONRPCError(jsonrpc="2.0", id=None, error=error)


def json_of(data: bytes, whole: str) -> Json:
    """Read JSON that may be a message; raises NotAMessage about the ``whole``.

    It is read strictly: the SDK's own parsers let NaN and infinities through.
    """
    try:
        value = decode(data)
    except (ValueError, RecursionError):
        raise NotAMessage(types.PARSE_ERROR, f"the {whole} is not JSON") from None
    if _is_deep(data):
        raise NotAMessage(types.PARSE_ERROR, f"the {whole} nests too deeply")
    return value


def message_of(value: Json, whole: str) -> Message:
    """Read the message that JSON is; raises NotAMessage about the ``whole``."""
    try:
        message = types.jsonrpc_message_adapter.validate_python(value, by_name=False)
    except (ValidationError, RecursionError):
        raise NotAMessage(types.INVALID_REQUEST, _none(whole)) from None
    # the SDK takes a question whose id is none for a notification, and whoever asked would wait for ever
    if isinstance(message, types.JSONRPCNotification) and isinstance(value, dict) and "id" in value:
        raise NotAMessage(types.INVALID_REQUEST, _none(whole))
    return message


def _none(whole: str) -> str:
    return f"the {whole} is not a JSON-RPC message"


def _is_deep(data: bytes) -> bool:
    """Tell whether the SDK, which reads a body again, cannot; few bodies have that many brackets at all."""
    if data.count(b"{") + data.count(b"[") < _SAFE_DEPTH:
        return False
    try:
        from_json(data)
    except ValueError:
        return True
    return False
