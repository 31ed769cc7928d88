"""What is a JSON-RPC message, as the SDK reads it."""

from __future__ import annotations

from typing import TypeAlias

from mcp import types
from pydantic import ValidationError

from ....values import Json
from ..messages import INVALID_REQUEST, NotAMessage

Message: TypeAlias = (
    types.JSONRPCRequest | types.JSONRPCNotification | types.JSONRPCResponse | types.JSONRPCError
)


def message_of(value: Json, whole: str) -> Message:
    """Read the message that JSON is; raises NotAMessage about the ``whole``."""
    try:
        message = types.jsonrpc_message_adapter.validate_python(value, by_name=False)
    except (ValidationError, RecursionError):
        raise NotAMessage(INVALID_REQUEST, _none(whole)) from None
    # the SDK takes a question whose id is none for a notification, and whoever asked would wait for ever
    if isinstance(message, types.JSONRPCNotification) and isinstance(value, dict) and "id" in value:
        raise NotAMessage(INVALID_REQUEST, _none(whole))
    return message


def refusal_of(none: NotAMessage) -> types.JSONRPCError:
    """Write what is told to whoever sent no message."""
    return types.JSONRPCError.model_validate(none.answer)


def _none(whole: str) -> str:
    return f"the {whole} is not a JSON-RPC message"
