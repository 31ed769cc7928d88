"""Authentication schemes of consumed APIs: one row for each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .static import LinkScheme, link_api_key, link_basic, link_bearer

SCHEMES: Mapping[str, LinkScheme] = MappingProxyType(
    {"bearer": link_bearer, "basic": link_basic, "apikey": link_api_key}
)
