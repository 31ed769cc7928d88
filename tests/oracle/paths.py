"""Paths that consumed operations have of their own: whole ones, or what follows that of the resource.

Told by the path itself, by a route that makes the call, and by whether the API has any whole ones.
"""

import re
from collections.abc import Sequence

from oracle.raw import Block, called, entries, fold
from oracle.sites import Site


def full_path(api: Block, resource: Block, operation: Block, routes: Sequence[Site]) -> str | None:
    """Say where an operation is; nothing when nothing tells."""
    above, own = str(resource.get("path") or ""), str(operation.get("path") or "")
    if not plain(own):
        return above
    below = above + own if own[0] in ":?#" else f"{above.rstrip('/')}/{own.removeprefix('/')}"
    if not plain(above):
        return below
    if begins(own, above):
        return own
    exposed = [plain(site.path) for site in routes if means(site, api, resource, operation)]
    has_whole = any(
        plain(str(one.get("path"))) and begins(str(each.get("path") or ""), str(one.get("path")))
        for one in entries(api.get("resources"))
        for each in entries(one.get("operations"))
    )
    if not has_whole or any(path.endswith(plain(below)) for path in exposed):
        return below
    return own if any(path.removeprefix("/v1") == plain(own) for path in exposed) else None


def means(site: Site, api: Block, resource: Block, operation: Block) -> bool:
    """Tell whether a route calls an operation and can mean no other."""
    namespace, name = api["namespace"], called(operation)
    if site.call == f"{namespace}.{resource.get('name')}.{name}":
        return True
    alike = [
        each
        for one in entries(api.get("resources"))
        for each in entries(one.get("operations"))
        if called(each) == name
    ]
    return site.call == f"{namespace}.{name}" and len(alike) == 1


def begins(path: str, start: str) -> bool:
    one, other = plain(path).split("/"), plain(start).split("/")
    return one[: len(other)] == other


def plain(path: str) -> str:
    """Make spellings of a path alike, without its query."""
    spelled = re.sub(r"\{+(.*?)\}+", lambda found: f"{{{fold(found[1])}}}", re.split("[?#]", path)[0]).lower()
    return f"/{spelled.strip('/')}" if spelled.strip("/") else ""
