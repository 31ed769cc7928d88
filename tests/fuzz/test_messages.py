"""Whatever clients say to an MCP server, it answers as the protocol says or not at all, and goes on."""

import json
import logging
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from malformed import ENVELOPE, FACE, HELLO, MODERN, Malformed, malformed
from process import COMMANDS, environ_of
from serving import compiled, served

FEW, MANY = 250, 2_500
COUNTS = [FEW, pytest.param(MANY, marks=[pytest.mark.full, pytest.mark.timeout(180)])]
CODES = {-32700, -32600, -32601, -32602, -32020, -32021, -32022}
INSIDE = re.compile(
    r"Traceback|Exception|(?!isError)\b[A-Za-z]+Error\b|pydantic|[Vv]alidation error|Input should"
    r"|Field required|\.py\b|site-packages|object at 0x|NoneType|Internal server"
)


def told(answer: Any, sent: Malformed | None, *, context: str) -> str:
    """Check that an answer is one of the protocol and shows nothing of the inside; returns what it is."""
    assert isinstance(answer, dict), context
    assert answer["jsonrpc"] == "2.0", context
    assert INSIDE.search(json.dumps(answer)) is None, f"{context}\n{answer}"
    if sent is not None and sent.number is not None:
        assert answer["id"] == sent.number or (answer["id"] is None and "error" in answer), context
    if "error" in answer:
        assert answer["error"]["code"] in CODES, f"{context}\n{answer}"
        assert answer["error"]["message"], context
        return str(answer["error"]["code"])
    assert isinstance(answer["result"], dict), context
    return "result"


def good(number: int, *, modern: bool) -> dict[str, Any]:
    """Say something that is right."""
    params: dict[str, Any] = {"name": "echo", "arguments": {"text": f"still here {number}"}}
    if modern:
        params["_meta"] = ENVELOPE
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


def assert_good(answer: Any, number: int) -> None:
    assert answer["id"] == number
    assert answer["result"]["content"] == [{"type": "text", "text": f"still here {number}"}]
    assert not answer["result"].get("isError")


def headers_of(data: bytes, *, modern: bool) -> dict[str, str]:
    """Make the headers that belong to a message, as far as it can be read."""
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": MODERN if modern else "2025-11-25",
    }
    return headers | (_repeated(data) if modern else {})


def worse(headers: dict[str, str], chance: random.Random) -> dict[str, str]:
    """Make some headers wrong."""
    if chance.random() < 0.3:
        name = chance.choice([*headers, "Mcp-Session-Id", "Last-Event-ID", "Mcp-Param-text", "Accept"])
        headers[name] = chance.choice(("", "x", "*/*", "2024-11-05", "\xff", "a" * 5_000, "=?base64?!?="))
    if chance.random() < 0.1:
        del headers[chance.choice([*headers])]
    return headers


def _repeated(data: bytes) -> dict[str, str]:
    method = re.search(rb'"method": "([\w/]+)"', data)
    name = re.search(rb'"(?:name|uri)": "([\w:/.]+)"', data)
    found = {"Mcp-Method": method, "Mcp-Name": name}
    return {key: value[1].decode() for key, value in found.items() if value}


async def say(client: httpx2.AsyncClient, data: bytes, headers: Mapping[str, str]) -> httpx2.Response:
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return await client.post("/mcp", content=data, headers=pairs)


def check_http(sent: Malformed, answer: httpx2.Response) -> str:
    context = f"{sent.kind}: {sent.data[:600]!r}\n{answer.status_code} {answer.text[:600]}"
    assert INSIDE.search(answer.text) is None, context
    if answer.status_code == 202:
        assert (sent.kind, answer.content) == ("silent", b""), context
        return "silence"
    assert answer.status_code in (200, 400, 404, 406), context
    if not answer.headers.get("content-type", "").startswith("application/json"):  # a header is wrong
        assert (answer.status_code, answer.text) in HEADER_ERRORS, context
        return str(answer.status_code)
    said = told(answer.json(), sent, context=context)
    assert (answer.status_code == 200) or said != "result", context
    expected = {"junk": {"-32700"}, "alien": {"-32600"}, "silent": CODES_ONLY, "request": None}[sent.kind]
    assert expected is None or said in expected, context
    return said


HEADER_ERRORS = ((400, "Invalid Content-Type header"), (406, ""))
CODES_ONLY = {str(code) for code in CODES}


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
@pytest.mark.parametrize("many", COUNTS)
async def test_over_http_every_message_is_answered_as_the_protocol_says(
    many: int, modern: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    outcomes: Counter[str] = Counter()
    chance = random.Random(many)  # noqa: S311 - the same ones again are what is wanted
    async with (
        served(compiled(FACE), {}, base_uris={}) as running,
        httpx2.AsyncClient(base_url=running.mcp, timeout=20) as client,
    ):
        for number in range(many // 2):
            sent = malformed(number, modern=modern)
            headers = worse(headers_of(sent.data, modern=modern), chance)
            outcomes[check_http(sent, await say(client, sent.data, headers))] += 1
            if number % 25 == 0:
                right = line_of(good(number, modern=modern))
                answer = await say(client, right, headers_of(right, modern=modern))
                assert_good(answer.json(), number)
    assert not [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert {"result", "-32700", "-32600", "-32601", "-32602", "silence"} <= outcomes.keys()


@dataclass
class Talk:
    """A server over lines, and what it has said that nobody has looked at yet."""

    process: subprocess.Popen[bytes]
    heard: list[dict[str, Any]] = field(default_factory=list)

    def say(self, *lines: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"".join(line + b"\n" for line in lines))
        self.process.stdin.flush()

    def until(self, number: int) -> dict[str, Any]:
        """Hear what is said until the answer to a number; what comes before is kept."""
        while (answer := self.next()) is not None:
            if answer.get("id") == number:
                return answer
            self.heard.append(answer)
        raise AssertionError(f"ended with {self.process.wait()} before {number} was answered")

    def next(self) -> dict[str, Any] | None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return dict(json.loads(line)) if line else None

    def end(self) -> str:
        """Say no more; returns what the server told its operator."""
        out, err = self.process.communicate(timeout=20)
        self.heard += [dict(json.loads(line)) for line in out.splitlines()]
        assert self.process.returncode == 0
        return err.decode()


@contextmanager
def talk(folder: Path) -> Iterator[Talk]:
    file = folder / "face.yaml"
    file.write_text(FACE, encoding="utf-8")
    process = subprocess.Popen(
        [COMMANDS / "naftiko", "run", str(file), "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ_of(folder),
    )
    try:
        yield Talk(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def line_of(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message).encode()


def check_lines(sent: list[Malformed], heard: list[dict[str, Any]]) -> Counter[str]:
    """Check that of all lines those are answered that have to be, and each of them once."""
    outcomes = Counter(told(answer, None, context=str(answer)) for answer in heard if "method" not in answer)
    nameless = [answer["error"]["code"] for answer in heard if answer.get("id") is None and "error" in answer]
    kinds = Counter(item.kind for item in sent if item.data.strip())
    assert Counter(nameless) == Counter({-32700: kinds["junk"], -32600: kinds["alien"]})
    named = Counter(answer["id"] for answer in heard if answer.get("id") is not None)
    asked = Counter(item.number for item in sent if item.number is not None)
    assert {number: named[number] for number in asked} == asked
    assert sum(named.values()) == kinds["request"]
    return outcomes


BARRIER = 10_000_000


@pytest.mark.parametrize("modern", [False, True], ids=["older era", "newer era"])
@pytest.mark.parametrize("many", COUNTS)
def test_over_stdio_every_line_is_answered_as_the_protocol_says(
    many: int, modern: bool, tmp_path: Path
) -> None:
    sent = [malformed(number, modern=modern) for number in range(100, 100 + many // 2)]
    with talk(tmp_path) as server:
        if not modern:
            server.say(line_of({"jsonrpc": "2.0", "id": BARRIER, "method": "initialize", "params": HELLO}))
            server.until(BARRIER)
        for at in range(0, len(sent), 25):
            number = BARRIER + at + 1
            server.say(*(item.data for item in sent[at : at + 25]), line_of(good(number, modern=modern)))
            assert_good(server.until(number), number)
        logged = server.end()
    outcomes = check_lines(sent, server.heard)
    assert INSIDE.search(logged) is None, logged[-3000:]
    assert {"result", "-32700", "-32600", "-32601", "-32602"} <= outcomes.keys()


def test_over_stdio_a_client_that_begins_with_nonsense_may_still_shake_hands(tmp_path: Path) -> None:
    sent = [malformed(number, modern=False) for number in range(200)]
    hello = {"jsonrpc": "2.0", "id": BARRIER, "method": "initialize", "params": HELLO}
    with talk(tmp_path) as server:
        server.say(*(item.data for item in sent), line_of(hello), line_of(good(BARRIER + 1, modern=False)))
        assert server.until(BARRIER)["result"]["protocolVersion"] == "2025-11-25"
        assert_good(server.until(BARRIER + 1), BARRIER + 1)
        server.end()
    assert sum(check_lines(sent, server.heard).values()) > len(sent) // 2
