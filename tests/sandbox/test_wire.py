from collections.abc import Iterator

import pytest
from starlette.types import Message

from naftiko_sandbox import DEFAULT_KEY, SANDBOXES
from naftiko_sandbox.values import encode, read_whole
from naftiko_sandbox.wire import Answer, deliver


async def never(_: Message) -> None:
    raise AssertionError("nothing should be sent")


async def test_what_is_not_http_is_left_alone() -> None:
    async def receive() -> Message:
        raise AssertionError("nothing should be read")

    await SANDBOXES["together-ai"].build(DEFAULT_KEY, 0)({"type": "websocket"}, receive, never)


async def test_only_a_hang_up_counts_as_one() -> None:
    """Servers may go on saying that the body is over."""
    messages: Iterator[Message] = iter([{"type": "http.request", "body": b""}, {"type": "http.disconnect"}])
    ends: list[str] = []

    async def receive() -> Message:
        return next(messages)

    await deliver(Answer(200, delay_s=3600), receive, never, lambda: ends.append("answered"))
    assert (ends, list(messages)) == ([], [])


def test_only_json_is_written_as_json() -> None:
    with pytest.raises(TypeError):
        encode(object())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"), [("-5", -5), ("0", 0), ("", None), ("\u0663", None), ("1" * 20, None)]
)
def test_whole_numbers_are_short_and_plain(text: str, number: int | None) -> None:
    assert read_whole(text) == number
