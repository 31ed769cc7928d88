"""What is printed when a server is ready: what is where, and how to connect."""

from __future__ import annotations

from collections.abc import Iterator

from ..app.listener import Listener, offers
from ..app.serve import Serving
from ..plan.surfaces import McpSurface, RestSurface, Surface
from ..source.diagnostics import Report, Severity
from ..values.json import encode_text


def banner(served: Serving, report: Report) -> str:
    """Describe a running server in a few lines that can be copied from."""
    return "\n".join(_lines(served, report))


def _lines(served: Serving, report: Report) -> Iterator[str]:
    yield f"\n{served.plan.title}"
    yield from _servers(served)
    for namespace, base_uri in served.base_uris.items():
        if namespace in served.sandboxed:
            plays = served.plan.apis[namespace].base_uri
            yield f"  SANDBOX {base_uri}  nothing real is called; this plays {plays}"
        else:
            yield f"  calls {base_uri}"
    if served.workers > 1:
        yield f"  runs  {served.workers} workers; limits, rates and tokens are those of each"
    for listener in served.listeners:
        yield from _snippets(listener)
    yield from _warnings(served, report)


def _servers(served: Serving) -> Iterator[str]:
    """Say what is where, and what is not: a server for stdio is served alone, to whoever starts it."""
    for listener in served.listeners:
        yield _server(listener.kind, listener.url, listener.surface)
    if served.over_stdio is not None:
        yield _server("MCP", "standard input and output", served.over_stdio)
    listening = [listener.surface for listener in served.listeners]
    for surface in served.plan.surfaces if listening else ():
        if surface not in listening:
            yield f"  waits {surface.namespace} is for stdio: naftiko run {served.plan.file} --stdio"
    for surface in listening:
        if surface.verifier is not None:
            yield f"  asks  callers of {surface.namespace} for {surface.verifier.wanted}"


def _server(kind: str, place: str, surface: Surface) -> str:
    return f"  {kind:<5} {place:<28} {offers(surface):<11} {surface.namespace}"


def _snippets(listener: Listener) -> Iterator[str]:
    surface = listener.surface
    if isinstance(surface, RestSurface):
        ready = [route for route in surface.routes if route.method == "GET" and "{" not in route.path]
        if ready:
            yield f"\n  try it\n    curl {listener.url}{ready[0].path}"
    if isinstance(surface, McpSurface):
        name = surface.namespace
        yield f"\n  connect an MCP client\n    claude mcp add --transport http {name} {listener.url}/mcp"
        yield f"    {encode_text({'mcpServers': {name: {'type': 'http', 'url': listener.url + '/mcp'}}})}"


def _warnings(served: Serving, report: Report) -> Iterator[str]:
    yield ""
    refused = [item for item in report if item.severity is Severity.REFUSED]
    yield from (f"  {item}" for item in refused)
    if tolerated := report.count(Severity.WARNING):
        yield f"  {tolerated} warnings about the file: naftiko check {served.plan.file}"
    reachable = [listener for listener in served.listeners if not listener.is_local]
    open_doors = [listener.url for listener in reachable if listener.surface.verifier is None]
    if open_doors:
        yield f"  WARNING: {', '.join(open_doors)} can be reached from other machines, without authentication"
    yield "  stop with Ctrl+C" if served.listeners else "  stop by closing standard input"
