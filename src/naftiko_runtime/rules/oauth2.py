"""OAuth 2, as servers check tokens by it and as clients get them."""

from __future__ import annotations

from collections.abc import Iterator

from ..spec.consumes import AuthenticationSpec, HttpSpec
from .host import host_of, is_loopback
from .rule import Finding
from .survey import Survey


def authorization_server_https(survey: Survey) -> Iterator[Finding]:
    for spec in _oauth2(survey):
        if _is_open(spec.authorization_server_uri):
            message = "the authorization server is not reached over https"
            yield Finding(message, spec.span("authorizationServerUri"), "write https://")
        if _is_open(spec.token_endpoint):
            message = "the token endpoint of the authorization server is not reached over https"
            yield Finding(message, spec.span("tokenEndpoint"), "write https://")


def resource_https(survey: Survey) -> Iterator[Finding]:
    for spec in _oauth2(survey):
        if _is_open(spec.resource):
            message = "the resource, for which tokens are made, is not an https address"
            yield Finding(message, spec.span("resource"), "write https://")


def scopes_defined(survey: Survey) -> Iterator[Finding]:
    for spec in _of_callers(survey):
        if not spec.scopes:
            message = "no scopes are asked for, so any token of the authorization server is enough"
            yield Finding(message, spec.span("scopes"), "list under 'scopes' what a caller must be allowed")


def _oauth2(survey: Survey) -> Iterator[AuthenticationSpec]:
    return (spec for spec in survey.every(AuthenticationSpec) if spec.type.lower() == "oauth2")


def _of_callers(survey: Survey) -> Iterator[AuthenticationSpec]:
    """List those that servers check tokens by; a client may ask for no scopes and gets the usual ones."""
    sent = [id(api.authentication) for api in survey.every(HttpSpec)]
    return (spec for spec in _oauth2(survey) if id(spec) not in sent)


def _is_open(url: str | None) -> bool:
    """Tell whether a URL is without encryption; loopback needs none, and a hole may be anything."""
    if not url or "{" in url or url.lower().startswith("https://"):
        return False
    host = host_of(url)
    return host is None or not is_loopback(host)
