"""The answer of a call alone, where the SDK would send it as the only event of a stream."""

from __future__ import annotations

from ...boundary import Message, Send

_STREAM = b"text/event-stream"
_DATA = b"data: "


class Alone:
    """Sends the data of the one event that a stream has as JSON; what is no stream goes on as it is."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_stream(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        """Send what was held back; a stream without an event is one whose session was ended meanwhile."""
        data = next((line[len(_DATA) :] for line in self._body.splitlines() if line.startswith(_DATA)), b"")
        kept = [(name, value) for name, value in start["headers"] if name != b"content-type"]
        about = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(data))]
        status = start["status"] if data else 404
        await self._send({**start, "status": status, "headers": [*kept, *about]})
        await self._send({"type": "http.response.body", "body": bytes(data)})


def _is_stream(start: Message) -> bool:
    return any(name == b"content-type" and value.startswith(_STREAM) for name, value in start["headers"])
