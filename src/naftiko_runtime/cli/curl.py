"""Writes a request as a curl command that can be copied: secrets as variables of the shell, or as ``***``."""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator, Iterator

from ..runtime.observing import Sent
from ..values import Text
from ..values.secret import Variable, shown

_SHOWN_BYTES = 64 * 1024
_SHELL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME_GOES_ON = re.compile(r"[A-Za-z0-9_]")
_IN_QUOTES = re.compile(r'["\\$`]')
_GLOBBED = re.compile(r"[][{}]")
# what these hold is secret, whoever gives it
_CREDENTIALS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})


def curl(sent: Sent, upload: str | None = None) -> str:
    """Write a request; ``upload`` is the file of a body that is streamed, or ``-``."""
    return " \\\n  ".join(_words(sent, upload))


def _words(sent: Sent, upload: str | None) -> Iterator[str]:
    is_globbed = any(isinstance(piece, str) and _GLOBBED.search(piece) for piece in shown(sent.url))
    method = {"GET": "", "HEAD": " --head"}.get(sent.method, f" -X {shlex.quote(sent.method)}")
    method = " -X GET" if sent.method == "GET" and sent.body is not None else method
    yield f"curl{method}{' --globoff' if is_globbed else ''} {_word(sent.url)}"
    for name, value in sent.headers:
        yield f"-H {_word(f'{name}: ', _value(name, value))}"
    if sent.body is not None:
        if all(name.lower() != "content-type" for name, _ in sent.headers):
            yield "-H Content-Type:"  # it would state one
        yield _body(sent.body, upload)


def _value(name: str, value: Text) -> Text:
    return "***" if name.lower() in _CREDENTIALS and isinstance(value, str) else value


def _body(body: bytes | Text | AsyncIterator[bytes], upload: str | None) -> str:
    if isinstance(body, AsyncIterator):
        return f"--data-binary {shlex.quote(f'@{upload}')}"
    if not isinstance(body, bytes):
        return f"--data-raw {_word(body)}"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or len(body) > _SHOWN_BYTES:
        return f"--data-binary @BODY-OF-{len(body)}-BYTES"
    return f"--data-raw {_word(text)}"


def _word(*texts: Text) -> str:
    """Write one word of the shell."""
    pieces = [_told(piece) for text in texts for piece in shown(text)]
    if all(isinstance(piece, str) for piece in pieces):
        return shlex.quote("".join(map(str, pieces)))
    after = [str(piece) for piece in pieces[1:]] + [""]
    return '"' + "".join(map(_quoted, pieces, after)) + '"'


def _told(piece: str | Variable) -> str | Variable:
    """Leave the name of a variable where shells can have one of that name."""
    return "***" if isinstance(piece, Variable) and not _SHELL_NAME.fullmatch(piece.name) else piece


def _quoted(piece: str | Variable, after: str) -> str:
    if isinstance(piece, Variable):
        return f"${{{piece.name}}}" if _NAME_GOES_ON.match(after) else f"${piece.name}"
    return _IN_QUOTES.sub(r"\\\g<0>", piece)
