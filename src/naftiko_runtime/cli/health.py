"""``--healthcheck``: a running server leaves its addresses in a file, and the check calls them."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

log = logging.getLogger("naftiko.health")

_TIMEOUT_S = 3.0


@contextmanager
def told_while_serving() -> Iterator[Callable[[tuple[str, ...]], None]]:
    """Give a function that notes the addresses being served; the note goes when serving ends."""
    notes: list[Path] = []

    def tell(urls: tuple[str, ...]) -> None:
        try:
            notes.append(_write("\n".join(urls)))
        except OSError as error:  # a container may have nothing to write on; it serves all the same
            log.warning("--healthcheck will not find this server: %s", error.strerror or error)

    try:
        yield tell
    finally:
        for note in notes:
            note.unlink(missing_ok=True)


def _write(text: str) -> Path:
    """Write the note of this process into a folder that nobody else can have put traps into."""
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.name == "posix" and folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to somebody else")
    note = folder / f"{os.getpid()}.txt"
    note.write_text(text, encoding="utf-8")
    return note


def healthcheck() -> int:
    """Ask every server of this user on this machine; 0 when there is one and all of them answer."""
    urls = [url for note in _notes() for url in note.splitlines()]
    if not urls:
        print("unhealthy: nothing is being served")
        return 1
    silent = next((url for url in urls if not _answers(url)), None)
    print(f"unhealthy: no answer from {silent}" if silent else f"healthy: {', '.join(urls)}")
    return 1 if silent else 0


def _notes() -> Iterator[str]:
    """Read the notes of servers that live; those of dead ones are removed."""
    try:
        found = sorted(_folder().glob("*.txt"))
    except OSError:  # there is no folder for temporary files at all
        found = []
    for note in found:
        if not _lives(note.stem):
            note.unlink(missing_ok=True)
        elif note.is_file():  # it goes when its server ends
            yield note.read_text(encoding="utf-8")


def _lives(process: str) -> bool:
    if os.name == "nt":  # pragma: no cover - signal 0 would end the process there
        return True
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, PermissionError, ValueError, OverflowError):
        return False  # what is not ours has taken the number of one that was
    return True


def _answers(url: str) -> bool:
    """Tell whether a server answers at all; which status it is says nothing about its health."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=_TIMEOUT_S)
    try:
        connection.request("OPTIONS", "*")  # the server itself: below no path that is forwarded
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _folder() -> Path:
    """Name a folder of this user's own; on Windows all temporary files are."""
    user = os.getuid() if os.name == "posix" else "user"
    return Path(tempfile.gettempdir()) / f"naftiko-runtime-{user}"
