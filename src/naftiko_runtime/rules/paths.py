"""Paths, consumed and exposed."""

from __future__ import annotations

from collections.abc import Iterator

from ..spec.consumes import ResourceSpec
from ..spec.exposes import ExposedResourceSpec
from .rule import Finding
from .survey import Survey


def consumed_without_query(survey: Survey) -> Iterator[Finding]:
    for resource in survey.every(ResourceSpec):
        if "?" in resource.path:
            message = f"path {resource.path!r} has a query in it"
            hint = "declare parameters with 'in: query'; one that never changes has a 'value'"
            yield Finding(message, resource.span("path"), hint)


def exposed_without_query(survey: Survey) -> Iterator[Finding]:
    for resource in survey.every(ExposedResourceSpec):
        if "?" in resource.path:
            message = f"path {resource.path!r} has a query in it, which no request's path has"
            hint = f"write {resource.path.partition('?')[0]!r}, and parameters with 'in: query'"
            yield Finding(message, resource.span("path"), hint)


def exposed_without_trailing_slash(survey: Survey) -> Iterator[Finding]:
    """Find exposed paths that end with a slash; the root is one by nature."""
    for resource in survey.every(ExposedResourceSpec):
        if resource.path.endswith("/") and (plain := resource.path.rstrip("/")):
            message = f"path {resource.path!r} ends with a slash, so requests without it find nothing"
            yield Finding(message, resource.span("path"), f"write {plain!r}")
