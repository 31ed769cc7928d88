"""Failures where there is no result to tell them in: resources, prompts, completion."""

from __future__ import annotations

from mcp import types
from mcp.shared.exceptions import MCPError

from ...plan.errors import InvalidArguments
from ...plan.surfaces import Body
from ...values import Json
from ..advice import Repetition
from ..refusal import tell, text_of


def not_found(uri: str) -> MCPError:
    return MCPError(types.INVALID_PARAMS, "resource not found", {"uri": uri})


def told(error: Exception, body: Body) -> MCPError:
    """Tell a failure of a call as a protocol error; one that is told already stays as it is."""
    if isinstance(error, MCPError):
        return error
    code = types.INVALID_PARAMS if isinstance(error, InvalidArguments) else types.INTERNAL_ERROR
    return MCPError(code, text_of(tell(error, Repetition.of(body))))


def failed(sentence: str, data: Json = None) -> MCPError:
    return MCPError(types.INTERNAL_ERROR, sentence, data)
