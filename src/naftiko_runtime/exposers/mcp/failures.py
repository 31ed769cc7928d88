"""Failures where there is no result to tell them in: resources, prompts, completion."""

from __future__ import annotations

from ...plan.errors import InvalidArguments
from ...plan.surfaces import Body
from ...values import Json
from ..advice import Repetition
from ..refusal import tell, text_of
from .protocol import INTERNAL_ERROR, INVALID_PARAMS, ProtocolError


def not_found(uri: str) -> ProtocolError:
    return ProtocolError(INVALID_PARAMS, "resource not found", {"uri": uri})


def told(error: Exception, body: Body) -> ProtocolError:
    """Tell a failure of a call as a protocol error; one that is told already stays as it is."""
    if isinstance(error, ProtocolError):
        return error
    code = INVALID_PARAMS if isinstance(error, InvalidArguments) else INTERNAL_ERROR
    return ProtocolError(code, text_of(tell(error, Repetition.of(body))))


def failed(sentence: str, data: Json = None) -> ProtocolError:
    return ProtocolError(INTERNAL_ERROR, sentence, data)
