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


def value_of(data: bytes, whole: str) -> Json | types.JSONRPCError:
    """Read JSON strictly, as the SDK's parsers do not: NaN and infinities are none; ``whole`` names it."""
    try:
        return decode(data)
    except (ValueError, RecursionError):
        return _refusal(types.PARSE_ERROR, f"the {whole} is not JSON")


def message_of(value: Json, whole: str) -> Message:
    """Read a message; an error without an id says that it is none."""
    try:
        return types.jsonrpc_message_adapter.validate_python(value, by_name=False)
    except (ValidationError, RecursionError):
        return _refusal(types.INVALID_REQUEST, f"the {whole} is not a JSON-RPC message")


def _refusal(code: int, message: str) -> types.JSONRPCError:
    return types.JSONRPCError(jsonrpc="2.0", id=None, error=types.ErrorData(code=code, message=message))
