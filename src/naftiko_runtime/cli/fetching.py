"""Capability files at an https:// address."""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

_TIMEOUT_S = 20.0


def fetch(url: str, limit_bytes: int) -> bytes:
    """Read so many bytes of an http:// or https:// address; raises ValueError with the reason."""
    request = Request(url, headers={"Accept": "application/yaml, text/yaml, text/plain, */*"})  # noqa: S310
    try:
        with urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the caller looks at the scheme
            data: bytes = answer.read(limit_bytes)
            return data
    except (OSError, HTTPException) as error:
        raise ValueError(_reason(error)) from None


def _reason(error: Exception) -> str:
    """Say why in words, without the numbers and names that Python puts around them."""
    if isinstance(error, HTTPError):
        error.close()
        return f"the server answered {error.code} {error.reason}".rstrip()
    cause = error.reason if isinstance(error, URLError) else error
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)
