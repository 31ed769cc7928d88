"""In how many pieces an upstream's answer goes to a REST caller."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from naftiko_runtime.exposers.boundary import Message
from naftiko_runtime.exposers.rest.response import send_inbound
from naftiko_runtime.plan.call import Headers
from naftiko_runtime.plan.errors import UpstreamUnreachable

LARGE = (b"x" * 60_000, b"y" * 60_000)


@dataclass(frozen=True)
class Pieces:
    """An answer whose body comes in pieces; it may break off after them."""

    pieces: tuple[bytes, ...]
    headers: Headers = ()
    status: int = 200
    breaks: bool = False

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece
        if self.breaks:
            raise UpstreamUnreachable("api: the answer broke off")


def sized(*pieces: bytes, size: int | None = None, breaks: bool = False) -> Pieces:
    length = sum(map(len, pieces)) if size is None else size
    return Pieces(pieces, (("content-length", str(length)),), breaks=breaks)


@pytest.mark.parametrize(
    ("answer", "bodies"),
    [
        (sized(b"ab", b"cd"), [(b"abcd", False)]),
        (sized(), [(b"", False)]),
        (sized(*LARGE), [(LARGE[0], True), (LARGE[1], True), (b"", False)]),
        (Pieces((b"ab", b"cd")), [(b"ab", True), (b"cd", True), (b"", False)]),
        (sized(b"ab", size=4, breaks=True), [(b"ab", True)]),
        (Pieces((b"ab",), breaks=True), [(b"ab", True)]),
    ],
    ids=["small", "empty", "large", "of unknown length", "small and broken", "unknown and broken"],
)
async def test_small_answers_are_sent_at_once_and_others_as_they_come(
    answer: Pieces, bodies: list[tuple[bytes, bool]]
) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await send_inbound(send, answer, head=False)
    start, *rest = sent
    assert start["type"] == "http.response.start"
    assert start["headers"] == [(name.encode(), value.encode()) for name, value in answer.headers]
    assert [(message["body"], message.get("more_body", False)) for message in rest] == bodies
