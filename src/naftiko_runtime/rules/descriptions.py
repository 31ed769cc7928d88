"""Texts that say what things are for."""

from __future__ import annotations

from collections.abc import Iterator

from ..spec.aggregates import FlowSpec
from ..spec.consumes import HttpSpec
from ..spec.exposes import RestSpec, RouteSpec
from .rule import Finding
from .survey import Survey

_HINT = "add a 'description'"


def flows_described(survey: Survey) -> Iterator[Finding]:
    for flow in survey.every(FlowSpec):
        if not flow.description:
            message = f"flow {flow.name!r} has no description, which its tools and routes would inherit"
            yield Finding(message, flow.span("description"), _HINT)


def apis_described(survey: Survey) -> Iterator[Finding]:
    for api in survey.every(HttpSpec):
        if not api.description:
            message = f"consumed API {api.namespace!r} has no description"
            yield Finding(message, api.span("description"), _HINT)


def resources_described(survey: Survey) -> Iterator[Finding]:
    """Find the first exposed path of a server without a description, and count them: often it is most."""
    for server in survey.every(RestSpec):
        resources = server.resources or ()
        bare = [resource for resource in resources if not resource.description]
        if bare:
            message = (
                f"{len(bare)} of {len(resources)} exposed paths have no description, first {bare[0].path!r}"
            )
            yield Finding(message, bare[0].span("description"), _HINT)


def routes_described(survey: Survey) -> Iterator[Finding]:
    for route in survey.every(RouteSpec):
        if not route.description:
            message = f"this {route.method} has no description"
            yield Finding(message, route.span("description"), _HINT)


def tagged(survey: Survey) -> Iterator[Finding]:
    info = survey.document.info
    if info is None or not info.tags:
        span = info.span("tags") if info is not None else survey.document.span()
        yield Finding("the capability has no tags, by which catalogues find it", span, "add 'tags' to 'info'")
