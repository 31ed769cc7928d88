"""Which addresses may be connected to: public ones, others only where the file or the operator says so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias
from urllib.parse import urlsplit

from ...plan.errors import AddressRefused

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

# what clouds tell their machines, keys among it; some of these look like any address
_METADATA = frozenset(
    ip_address(text)
    for text in ("168.63.129.16", "169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")
)
_INSIDE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8")
) + tuple(ip_network(text) for text in ("fc00::/7", "::1/128"))
_SITE_LOCAL = ip_network("fec0::/10")  # given up, but Python takes it for global
_NAT64 = ip_network("64:ff9b::/96")
# names that mean something inside alone (RFC 6761, RFC 6762, RFC 8375), and those of clusters
_INNER_NAMES = (".internal", ".local", ".localdomain", ".lan", ".home.arpa", ".test", ".docker", ".svc")

_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


@dataclass(frozen=True, slots=True)
class Egress:
    """``hosts`` are those that the operator names, ``networks`` what the operator allows altogether."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def admitted(self, api: str, host: str, addresses: Iterable[str]) -> list[str]:
        """Keep the addresses of a host that may be connected to; raises AddressRefused when none is left."""
        found = [*addresses]
        kept = [text for text in found if self._admits(host.lower().rstrip("."), text)]
        if not kept:
            raise AddressRefused(
                f"the host of {api} has no public address, and nobody allows any other",
                detail=f"{host} is {', '.join(found)}; --allow-address lets it be called",
            )
        return kept

    def _admits(self, host: str, text: str) -> bool:
        address = _plain(ip_address(text))
        if any(address in network for network in self.networks):
            return True
        if host == text:  # the file or the operator wrote this very address
            return True
        if address in _METADATA:
            return False
        if host == "localhost" or host.endswith(".localhost"):
            return address.is_loopback
        if any(address in network for network in _INSIDE):
            return host in self.hosts or _is_inner(host)
        is_one = not (address.is_multicast or address.is_reserved or address in _SITE_LOCAL)
        return address.is_global and is_one


def host_of(url: str) -> str:
    """Find the host of an address as it is compared: in lower case, without a final dot."""
    return (urlsplit(url).hostname or "").rstrip(".")


def _is_inner(host: str) -> bool:
    """Tell whether a name is one of inside; what ends in a number is an address in another spelling."""
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return False
    return "." not in host or host.endswith(_INNER_NAMES)


def _plain(address: Address) -> Address:
    """Take an IPv4 address out of the IPv6 forms that carry one."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
