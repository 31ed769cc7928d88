"""Authentication schemes, one row for each: of consumed APIs, and of the callers of servers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .digest import link_digest
from .fields import LinkScheme, LinkVerifier
from .oauth2 import link_oauth2
from .static import link_api_key, link_basic, link_bearer, link_consumed_key

SCHEMES: Mapping[str, LinkScheme] = MappingProxyType(
    {
        "bearer": link_bearer,
        "basic": link_basic,
        "apikey": link_consumed_key,
        "digest": link_digest,
        "oauth2": link_oauth2,
    }
)
VERIFIERS: Mapping[str, LinkVerifier] = MappingProxyType(
    {"bearer": link_bearer, "basic": link_basic, "apikey": link_api_key}
)

_TO_OAUTH2 = "when its authorization server gives tokens to clients, write 'oauth2' with 'tokenEndpoint'"
_TO_TLS = "write 'tls' with 'certificate' and 'key' beside 'baseUri'"
_TO_PROXY = "let a proxy sign, and give its address with --base-uri"

UNSERVED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "oauth1": ("OAuth 1", _TO_PROXY),
        "oauth10a": ("OAuth 1", _TO_PROXY),
        "sigv4": ("AWS signature 4", _TO_PROXY),
        "awssigv4": ("AWS signature 4", _TO_PROXY),
        "aws": ("AWS signature 4", _TO_PROXY),
        "hmac": ("HMAC", _TO_PROXY),
        "openidconnect": ("OpenID Connect", _TO_OAUTH2),
        "oidc": ("OpenID Connect", _TO_OAUTH2),
        "customtoken": ("tokens from a call", _TO_OAUTH2),
        "mtls": ("mutual TLS", _TO_TLS),
        "mutualtls": ("mutual TLS", _TO_TLS),
        "certificate": ("mutual TLS", _TO_TLS),
        "ntlm": ("NTLM", _TO_PROXY),
        "negotiate": ("Negotiate", _TO_PROXY),
        "kerberos": ("Negotiate", _TO_PROXY),
    }
)
"""Schemes that exist and are not served, without hyphens: what they are called, and what to do instead."""
