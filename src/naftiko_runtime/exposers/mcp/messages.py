"""What is a JSON-RPC message and what is none, before the SDK sees it: its own words quote its inside."""

from __future__ import annotations

from typing import TypeAlias

from mcp import types
from pydantic import ValidationError

from ...values import Json
from ...values.json import decode

Message: TypeAlias = (
    types.JSONRPCRequest | types.JSONRPCNotification | types.JSONRPCResponse | types.JSONRPCError
)


class NotAMessage(Exception):
    """Bytes that are no message; ``answer`` says so to whoever sent them."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        error = types.ErrorData(code=code, message=sentence)
        self.answer = types.JSONRPCError(jsonrpc="2.0", id=None, error=error)


def message_of(data: bytes, whole: str) -> tuple[Message, Json]:
    """Read a message, and the JSON that it is; raises NotAMessage about the ``whole``.

    JSON is read strictly: the SDK's own parsers let NaN and infinities through.
    """
    try:
        value = decode(data)
    except (ValueError, RecursionError):
        raise NotAMessage(types.PARSE_ERROR, f"the {whole} is not JSON") from None
    try:
        return types.jsonrpc_message_adapter.validate_python(value, by_name=False), value
    except (ValidationError, RecursionError):
        raise NotAMessage(types.INVALID_REQUEST, f"the {whole} is not a JSON-RPC message") from None
