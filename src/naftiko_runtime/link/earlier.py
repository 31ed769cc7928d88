"""What later steps see of earlier ones: their result, or a field of what they were answered."""

from __future__ import annotations

import re

from ..expr.notation import NAME, QUOTED, spell, unquote
from ..expr.path import Path, Root, compile_path
from ..expr.scope import StepResult, Words, match_name
from ..values.record import dataclass

_HEAD = re.compile(rf"\.\s*({NAME})|\.?(?:\[\s*({QUOTED})\s*\]|({QUOTED}))")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A step that has run.

    ``outputs`` are the names that its operation declares, to which its result is cut; ``whole`` is the name
    of an only output that is the whole answer. A name that is not declared reads the answer itself, unless
    ``is_all``: then there is nothing else.
    """

    name: str
    outputs: tuple[str, ...] = ()
    whole: str | None = None
    is_all: bool = False

    def words(self, keys: tuple[str, ...]) -> StepResult:
        """Link ``{{step.a.b}}``."""
        if not keys:
            return StepResult(self.name)
        if keys[0] == self.whole:
            return StepResult(self.name, Words(keys[1:]) if keys[1:] else Root())
        declared = self._declared(keys[0])
        return StepResult(self.name, Words((declared or keys[0], *keys[1:])), self._is_raw(keys[0]))

    def path(self, rest: str) -> StepResult:
        """Link ``$.step`` and what follows it; raises ValueError for a path that cannot be read."""
        name, inner = _split(rest) or ("", rest)
        if name and name == self.whole:
            return StepResult(self.name, self._compiled(inner))
        declared = self._declared(name)
        rest = rest if declared in (None, name) else f"{spell(declared or name)}{inner}"
        return StepResult(self.name, self._compiled(rest), self._is_raw(name))

    def field(self, words: str) -> str:
        """Return the first name of ``a.b`` or ``.a[0]``."""
        return (_split(words if words.startswith((".", "[")) else f".{words}") or (words, ""))[0]

    def _is_raw(self, name: str) -> bool:
        if not self.outputs or not name or name.isdecimal():
            return False
        return self._declared(name) is None

    def _declared(self, name: str) -> str | None:
        return match_name(name, self.outputs)

    def _compiled(self, rest: str) -> Path:
        return compile_path(f"${rest}")


def split_step(text: str) -> tuple[str, str] | None:
    """Split ``$.step.a[0]`` into the step's name and what follows; None for what does not begin so."""
    return _split(text[1:]) if text.startswith("$") else None


def _split(path: str) -> tuple[str, str] | None:
    head = _HEAD.match(path)
    if head is None:
        return None
    word = head[head.lastindex or 0].strip()
    return (word if head.lastindex == 1 else unquote(word)), path[head.end() :]
