"""Host names: which ones stay on this machine or network, and which ones are nobody's."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_EXAMPLE = re.compile(r"(.*\.)?example\.(com|net|org)")
_WORDS = (
    "account|company|domain|host|instance|org|organi[sz]ation|server|site|store|subdomain|tenant|workspace"
)
_PLACEHOLDER = re.compile(rf".*[<>].*|your[-_].*|(your|my)[-_]?({_WORDS})|x{{3,}}|placeholder|change-?me")
_OWN_NETWORK = (".local", ".internal", ".localhost")


def host_of(url: str) -> str | None:
    """Return the host of a URL; None when it has none, or one with holes that nobody can know yet."""
    try:
        host = urlsplit(url.strip()).hostname
    except ValueError:
        return None
    return host if host and "{" not in host else None


def is_placeholder(host: str) -> bool:
    """Tell whether a host is an example, or a word that the author was to replace."""
    host = host.lower().rstrip(".")
    return bool(_EXAMPLE.fullmatch(host)) or any(_PLACEHOLDER.fullmatch(part) for part in host.split("."))


def is_loopback(host: str) -> bool:
    host = host.lower().strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_internal(host: str) -> bool:
    """Tell whether a host is on this machine or network, where no public name or address leads."""
    try:
        return ip_address(host.strip("[]")).is_private
    except ValueError:
        return "." not in host or host.lower().endswith(_OWN_NETWORK)
