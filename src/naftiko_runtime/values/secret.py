"""Text that must never be printed, and text that may contain some."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from typing import NoReturn, TypeAlias, final


@final
class Secret:
    """A text that shows as ``***`` everywhere; only transports call ``reveal``."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def map(self, change: Callable[[str], str]) -> Secret:
        """Encode the text for a place without showing it."""
        return Secret(change(self._text))

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
    text = "".join(piece.reveal() if isinstance(piece, Secret) else piece for piece in pieces)
    return Secret(text) if any(isinstance(piece, Secret) for piece in pieces) else text


def separate(parts: Iterable[Text], between: str) -> Text:
    """Put texts together with something between them."""
    return join(
        piece for index, part in enumerate(parts) for piece in ((between, part) if index else (part,))
    )


def apply(change: Callable[[str], str], text: Text) -> Text:
    return text.map(change) if isinstance(text, Secret) else change(text)
