"""Knowing a caller by his key without keeping the key."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z-]{0,19}")


class Doorkeeper:
    """Lets in whoever presents the one accepted key; holds only a hash of it."""

    __slots__ = ("_accepted",)

    def __init__(self, key: str) -> None:
        if not key:
            raise ValueError("a sandbox needs a key to accept")
        self._accepted = hashlib.sha256(key.encode()).digest()

    def admits(self, credentials: tuple[bytes, ...]) -> bool:
        """Judge all Authorization headers of a request; two of them are one too many."""
        if len(credentials) != 1:
            return False
        scheme, _, token = credentials[0].partition(b" ")
        presented = hashlib.sha256(token).digest()
        return scheme.lower() == b"bearer" and hmac.compare_digest(presented, self._accepted)


def mask(credential: bytes) -> str:
    """Replace what follows the scheme by its SHA-256, so that tests can compare it and nobody can use it."""
    scheme, blank, secret = credential.partition(b" ")
    name = scheme.decode("latin-1")
    if blank and _SCHEME.fullmatch(name):
        return f"{name.lower()} sha256:{hashlib.sha256(secret).hexdigest()}"
    # without a scheme, the first word may be the secret itself
    return f"sha256:{hashlib.sha256(credential).hexdigest()}"
