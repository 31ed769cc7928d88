"""How far ``naftiko check`` has come, for who waits at a terminal."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

_T = TypeVar("_T")

_WIDTH = 24


class Progress:
    """A bar on the last line of a terminal; where there is none, nothing is written."""

    def __init__(self, total: int, terminal: TextIO | None) -> None:
        self._total = total
        self._terminal = terminal
        self._shown = ""

    def of(self, items: Iterable[_T]) -> Iterator[_T]:
        """Hand items on, and show how many there were."""
        try:
            self._show(0)
            for count, item in enumerate(items, 1):
                yield item
                self._show(count)
        finally:
            self.hide()

    def hide(self) -> None:
        """Clear the line, for others to write on."""
        self._write("")

    def _show(self, count: int) -> None:
        done = _WIDTH * count // self._total
        bar = f"[{'#' * done}{'.' * (_WIDTH - done)}] {count}/{self._total} files"
        self._write(bar[: shutil.get_terminal_size().columns - 1])

    def _write(self, text: str) -> None:
        if self._terminal is not None and text != self._shown:
            self._terminal.write(f"\r{' ' * len(self._shown)}\r{text}")
            self._terminal.flush()
            self._shown = text
