"""The HTTP APIs a capability consumes: resources, operations, bodies, authentication."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from ..source.diagnostics import Report
from .base import Free, SpecModel
from .flows import InputSpec, OutputSpec
from .listed import look_at_method
from .resilience import ErrorSpec, ResilienceSpec


class AuthenticationSpec(SpecModel):
    """Credentials of any declared scheme; which fields matter depends on ``type``."""

    type: str
    token: str | None = None
    username: str | None = None
    password: str | None = None
    key: str | None = None
    value: str | None = None
    placement: str | None = None
    authorization_server_uri: str | None = Field(None, alias="authorizationServerUri")
    resource: str | None = None
    scopes: tuple[str, ...] | None = None
    audience: str | None = None
    token_endpoint: str | None = Field(None, alias="tokenEndpoint")
    token_validation: str | None = Field(None, alias="tokenValidation")
    grant_type: str | None = Field(None, alias="grantType")
    client_id: str | None = Field(None, alias="clientId")
    client_secret: str | None = Field(None, alias="clientSecret")
    client_authentication: str | None = Field(None, alias="clientAuthentication")
    refresh_token: str | None = Field(None, alias="refreshToken")


TlsField: TypeAlias = Literal["certificate", "key", "passphrase", "ca"]


class TlsSpec(SpecModel):
    """What secures the connections to an API; texts in PEM, or locations of them."""

    certificate: str | None = None
    key: str | None = None
    passphrase: str | None = None
    ca: str | None = None


class TunnelSpec(SpecModel):
    """An overlay network that the requests of an API go through."""

    type: str
    service: str | None = None
    identity: str | None = None
    fallback: str | None = None


class OperationSpec(SpecModel):
    """One call of the consumed API."""

    name: str
    label: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    method: str = "GET"
    path: str | None = None
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    outputs: tuple[OutputSpec, ...] | None = Field(None, alias="outputParameters")
    output_format: str | None = Field(None, alias="outputRawFormat")
    output_media_type: str | None = Field(None, alias="outputMediaType")
    output_schema: str | None = Field(None, alias="outputSchema")
    max_binary_size: str | None = Field(None, alias="maxBinarySize")
    body: Free = None
    resilience: ResilienceSpec | None = None

    def look(self, report: Report) -> None:
        look_at_method(self.method, self.span("method"), report)


class ResourceSpec(SpecModel):
    """A path of the consumed API and the operations on it."""

    name: str
    label: str | None = None
    description: str | None = None
    tags: tuple[str, ...] | None = None
    path: str
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    operations: tuple[OperationSpec, ...] | None = None


class HttpSpec(SpecModel):
    """One consumed HTTP API."""

    type: Literal["http"]
    namespace: str
    description: str | None = None
    base_uri: str = Field(alias="baseUri")
    inputs: tuple[InputSpec, ...] | None = Field(None, alias="inputParameters")
    authentication: AuthenticationSpec | None = None
    tls: TlsSpec | None = None
    tunnel: TunnelSpec | None = None
    resilience: ResilienceSpec | None = None
    errors: tuple[ErrorSpec, ...] | None = None
    resources: tuple[ResourceSpec, ...] | None = None
