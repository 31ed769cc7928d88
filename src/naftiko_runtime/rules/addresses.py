"""Where requests go: base URIs. They are not quoted, for they may hold credentials."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ..spec.consumes import HttpSpec
from .host import host_of, is_internal, is_placeholder
from .rule import Finding
from .survey import Survey


def no_trailing_slash(survey: Survey) -> Iterator[Finding]:
    for api in survey.every(HttpSpec):
        if api.base_uri.endswith("/") and _authority(api.base_uri):
            message = "the base URI ends with a slash, and paths begin with one"
            yield Finding(message, api.span("baseUri"), "remove the slash")


def not_an_example(survey: Survey) -> Iterator[Finding]:
    for api in survey.every(HttpSpec):
        host = host_of(api.base_uri)
        if host is not None and is_placeholder(host):
            message = f"host {host!r} of the base URI is an example, not a server"
            hint = f"write the real one, or give it with --base-uri {api.namespace}=https://…"
            yield Finding(message, api.span("baseUri"), hint)


def encrypted(survey: Survey) -> Iterator[Finding]:
    """Find http:// to a server that is not on this machine or network."""
    for api in survey.every(HttpSpec):
        host = host_of(api.base_uri)
        if host is not None and not is_internal(host) and urlsplit(api.base_uri.strip()).scheme == "http":
            message = f"requests to {host!r}, credentials among them, are sent without encryption"
            yield Finding(message, api.span("baseUri"), "write https://")


def without_credentials(survey: Survey) -> Iterator[Finding]:
    for api in survey.every(HttpSpec):
        if "@" in _authority(api.base_uri):
            message = "the base URI holds a user name or password"
            hint = "move it to 'authentication', as variables of a bind: '{{env.PASSWORD}}'"
            yield Finding(message, api.span("baseUri"), hint)


def _authority(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def not_repeated_in_path(survey: Survey) -> Iterator[Finding]:
    """Find the first path of an API that begins with what its base URI ends with."""
    for api in survey.every(HttpSpec):
        found = ((each, _overlap(api.base_uri, each.path)) for each in api.resources or ())
        resource, shared = next((pair for pair in found if pair[1]), (None, ""))
        if resource is not None:
            message = f"path {resource.path!r} repeats {shared!r}, with which the base URI ends"
            hint = (
                f"it is called as '…{shared}/{resource.path.lstrip('/')}'; remove {shared!r} from one of them"
            )
            yield Finding(message, resource.span("path"), hint)


def _overlap(base_uri: str, path: str) -> str:
    """Return the longest end of a base URI's path that a path begins with."""
    base = _path(base_uri).strip("/").split("/")
    words = path.partition("?")[0].strip("/").split("/")
    ends = (base[start:] for start in range(len(base)))
    return next((f"/{'/'.join(end)}" for end in ends if end[0] and end == words[: len(end)]), "")


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""
