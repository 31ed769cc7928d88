"""Makes the SDK's server of a surface, for clients that are connected without a socket."""

from typing import Any

from mcp.server import Server

from naftiko_runtime.exposers.mcp.methods import Methods
from naftiko_runtime.exposers.mcp.sdk.server import Lasting, build_server
from naftiko_runtime.plan.surfaces import Invoke, McpSurface


def server_of(surface: McpSurface, invoke: Invoke, *, lasts: bool = False) -> Server[Any]:
    """Make a server; where its connection lasts it hears of log levels and can ask."""
    lasting = Lasting() if lasts else None
    return build_server(surface, Methods.of(surface, invoke, {}), version="1", lasting=lasting)
