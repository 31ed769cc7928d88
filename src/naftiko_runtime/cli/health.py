"""``--healthcheck``: a running server leaves its addresses in a file, and the check calls them."""

from __future__ import annotations

import getpass
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

_TIMEOUT_S = 3.0


@contextmanager
def told_while_serving() -> Iterator[Callable[[tuple[str, ...]], None]]:
    """Give a function that notes the addresses being served; the note goes when serving ends."""
    note = _folder() / f"{os.getpid()}.txt"

    def tell(urls: tuple[str, ...]) -> None:
        note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        note.write_text("\n".join(urls), encoding="utf-8")

    try:
        yield tell
    finally:
        note.unlink(missing_ok=True)


def healthcheck() -> int:
    """Ask every server of this user on this machine; 0 when there is one and all of them answer."""
    urls = [url for note in _notes() for url in note.read_text(encoding="utf-8").splitlines()]
    if not urls:
        print("unhealthy: nothing is being served")
        return 1
    silent = [url for url in urls if not _answers(url)]
    print(f"unhealthy: no answer from {', '.join(silent)}" if silent else f"healthy: {', '.join(urls)}")
    return 1 if silent else 0


def _notes() -> Iterator[Path]:
    """Yield the notes of servers that live; those of dead ones are removed."""
    for note in sorted(_folder().glob("*.txt")):
        if os.name == "nt":  # signal 0 is no question there
            yield note
            continue
        try:
            os.kill(int(note.stem), 0)
        except ProcessLookupError:
            note.unlink(missing_ok=True)
        except PermissionError:
            continue
        else:
            yield note


def _answers(url: str) -> bool:
    """Tell whether a server answers at all; which status it is says nothing about its health."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=_TIMEOUT_S)
    try:
        connection.request("OPTIONS", "/")
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _folder() -> Path:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = "user"
    return Path(tempfile.gettempdir()) / f"naftiko-runtime-{user}"
