"""Authentication schemes, one row for each: of consumed APIs, and of the callers of servers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .digest import link_digest
from .fields import LinkScheme, LinkVerifier
from .static import link_api_key, link_basic, link_bearer

SCHEMES: Mapping[str, LinkScheme] = MappingProxyType(
    {"bearer": link_bearer, "basic": link_basic, "apikey": link_api_key, "digest": link_digest}
)
VERIFIERS: Mapping[str, LinkVerifier] = MappingProxyType(
    {"bearer": link_bearer, "basic": link_basic, "apikey": link_api_key}
)
