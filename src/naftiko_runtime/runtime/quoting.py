"""What of an upstream's answer may be logged: its beginning, without secrets that it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from ..values import Secret
from ..values.json import encode_text

_QUOTED_BYTES = 200
_SEARCHED_BYTES = 16 * 1024  # enough to see a secret whole that begins in what is quoted
# an upstream that tells what it was sent tells the credential too, in a form that no bound variable has
_CREDENTIAL = re.compile(r"\b(basic|bearer|digest|token)([ +:]+)[^\s\"'<>]+", re.IGNORECASE)


def beginning(body: bytes, secrets: Iterable[Secret]) -> str:
    """Quote the beginning of an answer; bound variables and credentials in it show as ``***``."""
    return repr(hidden(body[:_SEARCHED_BYTES].decode(errors="backslashreplace"), secrets)[:_QUOTED_BYTES])


def hidden(text: str, secrets: Iterable[Secret]) -> str:
    """Put ``***`` for bound variables and credentials in a text that came from elsewhere."""
    return _CREDENTIAL.sub(r"\1\2***", without(text, secrets))


def without(text: str, secrets: Iterable[Secret], shortest: int = 1) -> str:
    """Put ``***`` for bound variables in a text, but for those that are too short to be told from words."""
    for secret in sorted(_forms(secrets), key=len, reverse=True):
        if len(secret) >= shortest:
            text = text.replace(secret, "***")
    return text


def _forms(secrets: Iterable[Secret]) -> Iterable[str]:
    """Write secrets as they are, in a URL and in JSON."""
    texts = {secret.reveal() for secret in secrets if secret}
    for text in texts:
        yield from (text, quote(text, safe=""), encode_text(text)[1:-1], repr(text)[1:-1])
