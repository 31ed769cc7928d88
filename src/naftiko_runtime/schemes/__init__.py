"""Authentication schemes, one row for each: of consumed APIs, and of the callers of servers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .static import LinkScheme, LinkVerifier, link_api_key, link_basic, link_bearer

SCHEMES: Mapping[str, LinkScheme] = MappingProxyType(
    {"bearer": link_bearer, "basic": link_basic, "apikey": link_api_key}
)
VERIFIERS: Mapping[str, LinkVerifier] = MappingProxyType(
    {"bearer": link_bearer, "basic": link_basic, "apikey": link_api_key}
)
