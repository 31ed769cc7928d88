"""What the values of options may be; ArgumentTypeError says what is wrong with one."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeVar
from urllib.parse import urlsplit

_T = TypeVar("_T")

_NOT_IN_BASE_URI = re.compile(r"[?#{}\s\x00-\x1f\x7f]")


def pair(read: Callable[[str], _T], shape: str) -> Callable[[str], tuple[str, _T]]:
    """Make a reader of what has a name."""

    def parse(text: str) -> tuple[str, _T]:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise ArgumentTypeError(f"{text!r} is not {shape}")
        return name, read(value)

    return parse


def count(text: str) -> int:
    """Read a number of times."""
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise ArgumentTypeError(f"{text!r} is not a number from 0 to 999999")
    return int(text)


def positive(text: str) -> int:
    """Read a number of things of which there has to be one."""
    if count(text) == 0:
        raise ArgumentTypeError("with 0 nothing would ever be sent")
    return int(text)


def network(text: str) -> IPv4Network | IPv6Network:
    """Read an address, or a network of addresses."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not an IP address or network") from None


def port(text: str) -> int:
    """Read a port; 0 is any that is free."""
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def url(text: str) -> str:
    """Read an address that paths can follow."""
    try:
        place = urlsplit(text)
        usable = place.scheme in ("http", "https") and bool(place.hostname) and place.port != 0
        # a user name in it would be sent as a credential that the file does not declare
        usable = usable and place.username is None
    except ValueError:
        usable = False
    if not usable or _NOT_IN_BASE_URI.search(text):
        raise ArgumentTypeError(f"{text!r} is not an http:// or https:// address")
    return text


def number(text: str) -> int:
    """Read a whole number, whatever it is good for."""
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None


def seconds(text: str) -> float:
    """Read a time that is longer than nothing."""
    found = duration(text)
    if found == 0:
        raise ArgumentTypeError(f"{text!r} seconds leave no time for an answer")
    return found


def duration(text: str) -> float:
    """Read a time, which may be none."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < 86400:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds
