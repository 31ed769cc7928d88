"""Secrets that must be found nowhere, and every form in which they could be."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

SUITE = ("key-of-the-test", "s3cret-of-the-test")
"""The secrets that tests of all rooms share."""


def forms(secret: str) -> frozenset[str]:
    """Write a secret in all ways: as it is, percent-encoded, in JSON, in hexadecimal and in base64."""
    data = secret.encode()
    found = {secret, quote(secret, safe=""), quote_plus(secret), quote(secret).lower(), data.hex()}
    found |= {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    return frozenset(found | set(_base64(data)))


def _base64(data: bytes) -> Iterator[str]:
    """Write it as it shows in base64 after none, one or two other bytes, less what depends on neighbours."""
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            text = encode(b"\0" * before + data).decode()
            whole = (before + len(data)) // 3 * 4
            yield text[(0, 2, 3)[before] : whole]


def leaks(texts: Mapping[str, str], secrets: Iterable[str]) -> list[tuple[str, str]]:
    """List (where, secret) of all that show one."""
    known = {secret: forms(secret) for secret in secrets}
    return [
        (where, secret)
        for where, text in texts.items()
        for secret, written in known.items()
        if any(form in text for form in written)
    ]
