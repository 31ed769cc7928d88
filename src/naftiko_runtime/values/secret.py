"""Text that must never be printed, and text that may contain some."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeAlias, cast, final

from .record import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """The name of an environment variable, which may be shown in place of its value."""

    name: str


@final
class Secret:
    """A text that shows as ``***`` everywhere; only transports call ``reveal``.

    ``origin`` is where it comes from, if that may be told: a variable, or the texts that it was joined from.
    """

    __slots__ = ("_origin", "_text")

    def __init__(self, text: str, origin: Variable | tuple[Text, ...] | None = None) -> None:
        self._text = text
        self._origin = origin

    def reveal(self) -> str:
        return self._text

    def map(self, change: Callable[[str], str]) -> Secret:
        """Encode the text for a place without showing it."""
        changed = change(self._text)
        return Secret(changed, self._origin if changed == self._text else None)

    def shown(self) -> tuple[str | Variable, ...]:
        """Say how the text may be shown: what is not secret, names of variables, the rest as ``***``."""
        if isinstance(self._origin, tuple):
            return tuple(piece for part in self._origin for piece in shown(part))
        return (self._origin or "***",)

    def matches(self, presented: bytes) -> bool:
        """Compare with what somebody presents, in a time that tells nothing; no text matches nothing."""
        try:
            expected = self._text.encode()
        except UnicodeEncodeError:
            return False
        return bool(expected) and hmac.compare_digest(expected, presented)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")


Text: TypeAlias = str | Secret


def join(parts: Iterable[Text]) -> Text:
    """Put texts together; the result is secret as soon as one part is."""
    pieces = tuple(parts)
    try:  # most texts have nothing secret in them, and this is five times as fast as asking every piece
        return "".join(cast("tuple[str, ...]", pieces))
    except TypeError:
        text = "".join(piece.reveal() if isinstance(piece, Secret) else piece for piece in pieces)
        return Secret(text, pieces)


def separate(parts: Iterable[Text], between: str) -> Text:
    """Put texts together with something between them."""
    pieces = tuple(parts)
    try:
        return between.join(cast("tuple[str, ...]", pieces))
    except TypeError:
        return join(
            piece for index, part in enumerate(pieces) for piece in ((between, part) if index else (part,))
        )


def apply(change: Callable[[str], str], text: Text) -> Text:
    return text.map(change) if isinstance(text, Secret) else change(text)


def shown(text: Text) -> tuple[str | Variable, ...]:
    """Say how a text may be shown, secret or not."""
    return text.shown() if isinstance(text, Secret) else (text,)
