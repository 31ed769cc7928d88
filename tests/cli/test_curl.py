"""A request as a command: what a shell makes of it, and what is not shown."""

import subprocess
from collections.abc import AsyncIterator

import pytest

from naftiko_runtime.cli.curl import curl
from naftiko_runtime.runtime.observing import Sent
from naftiko_runtime.values import Secret
from naftiko_runtime.values.secret import Variable, join

TOKEN = Secret("hunter2", Variable("TOKEN"))
URL = "https://api.example/v1"
JSON = (("Content-Type", "application/json"),)


def words(command: str) -> list[str]:
    """Let a shell take a command apart, with a variable of its own."""
    script = f'curl() {{ printf "%s\\\\0" "$@"; }}\n{command}'
    done = subprocess.run(["sh", "-c", script], env={"TOKEN": "t0ken"}, capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


async def pieces() -> AsyncIterator[bytes]:
    yield b""


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        (Sent("GET", URL, ()), [URL]),
        (Sent("HEAD", URL, ()), ["--head", URL]),
        (Sent("DELETE", f"{URL}?a[]=1&b=$x", ()), ["-X", "DELETE", "--globoff", f"{URL}?a[]=1&b=$x"]),
        (
            Sent(
                "GET", URL, (("X-A", 'it\'s "$HOME" `id` \\ !'), ("Authorization", join(("Bearer ", TOKEN))))
            ),
            [URL, "-H", 'X-A: it\'s "$HOME" `id` \\ !', "-H", "Authorization: Bearer t0ken"],
        ),
        (Sent("GET", join((URL, '?a="$`\\', TOKEN, "_b")), ()), [URL + '?a="$`\\t0ken_b']),
        (
            Sent("POST", URL, JSON, b'{"a": "\xc3\xa6\n"}'),
            ["-X", "POST", URL, "-H", "Content-Type: application/json", "--data-raw", '{"a": "æ\n"}'],
        ),
        (
            Sent("GET", URL, (), join(("a=", TOKEN))),
            ["-X", "GET", URL, "-H", "Content-Type:", "--data-raw", "a=t0ken"],
        ),
    ],
)
def test_a_shell_sends_what_was_sent(sent: Sent, asked: list[str]) -> None:
    assert words(curl(sent)) == asked


def test_a_body_that_is_streamed_comes_from_its_file() -> None:
    assert words(curl(Sent("PUT", URL, JSON, pieces()), "a b.png"))[-2:] == ["--data-binary", "@a b.png"]


@pytest.mark.parametrize("body", [b"\xff", b"a\0b", b"x" * 70_000])
def test_a_body_that_is_no_short_text_is_left_out(body: bytes) -> None:
    assert words(curl(Sent("PUT", URL, JSON, body)))[-1] == f"@BODY-OF-{len(body)}-BYTES"


@pytest.mark.parametrize(
    "value",
    [Secret("hunter2"), Secret("hunter2", Variable("no-shell-name")), TOKEN.map(str.upper), "hunter2"],
)
def test_what_has_no_name_in_a_shell_is_not_shown(value: Secret | str) -> None:
    assert words(curl(Sent("GET", URL, (("X-Api-Key", value),)))) == [URL, "-H", "X-Api-Key: ***"]
