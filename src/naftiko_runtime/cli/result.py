"""What a call gave, on standard output: JSON for people on a terminal, else as programs take it."""

from __future__ import annotations

import sys

from ..exposers.refusal import START_LIMIT_BYTES
from ..plan.call import Inbound
from ..plan.errors import UpstreamRefused
from ..plan.flow import Answer
from ..plan.reading import header, read, read_start
from ..plan.surfaces import Result
from ..values import Json
from ..values.json import decode, encode, encode_pretty

_SHOWN_BYTES = 32 * 1024 * 1024


async def write_result(result: Result) -> None:
    """Write what was got; raises UpstreamRefused for an answer that is none."""
    if isinstance(result, Answer):
        if result.value is not None:
            _write_value(result.value)
    elif result.status >= 300:
        raise UpstreamRefused(result.status, result.headers, await read_start(result, START_LIMIT_BYTES))
    elif sys.stdout.isatty() and _is_json(result):
        _write_body(await read(result, _SHOWN_BYTES))
    else:
        async for chunk in result.chunks():
            _write(chunk)


def _is_json(inbound: Inbound) -> bool:
    media_type = header(inbound.headers, "content-type").partition(";")[0].strip().lower()
    return media_type.endswith(("/json", "+json"))


def _write_body(body: bytes) -> None:
    """Write a body that says it is JSON; if it is not, as it came."""
    try:
        value = decode(body)
    except (ValueError, RecursionError):
        _write(body)
        return
    _write_value(value)


def _write_value(value: Json) -> None:
    _write((encode_pretty if sys.stdout.isatty() else encode)(value) + b"\n")


def _write(data: bytes) -> None:
    """Write bytes at once, so that whoever reads sees each as soon as it is there."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
