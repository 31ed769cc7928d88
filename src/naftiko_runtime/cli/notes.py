"""A running server leaves its addresses in a file, where ``--healthcheck`` finds them."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("naftiko.health")


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


def read_notes() -> Iterator[str]:
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


def _folder() -> Path:
    """Name a folder of this user's own; on Windows all temporary files are."""
    user = os.getuid() if os.name == "posix" else "user"
    return Path(tempfile.gettempdir()) / f"naftiko-runtime-{user}"
