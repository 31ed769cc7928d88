"""What calls need of the connection to their client; known from the file alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...plan.flow import Flow
from ...plan.surfaces import Body, McpSurface, Operation, limit_of
from ...values import Json

# some clients take 1 MiB from an event; bytes are a third longer there, and something stands around them
STREAMED_BYTES = 720 << 10


def needs_sessions(surface: McpSurface) -> bool:
    """Tell whether clients of older revisions have to be known from one request to the next: to be asked.

    Such a server cannot be served by several processes, of which any may get the next request. Whoever
    subscribes to resources in these revisions hears nothing, so need not be known.
    """
    return any(asks(tool.operation) for tool in surface.tools) or bool(_asking_methods(surface))


def reporting_tools(surface: McpSurface) -> frozenset[str]:
    """Name the tools that have something to tell while they run, and whose answer a stream can hold.

    Those of several steps tell of each. What is passed through could tell of its bytes, but whether it is
    longer than a stream's event may be is only known of bytes for which the file has a limit.
    """
    return frozenset(tool.name for tool in surface.tools if _reports(tool.operation.body))


def _reports(body: Body) -> bool:
    if isinstance(body, Flow):
        return len(body.steps) > 1
    limit = limit_of(body)
    return limit is not None and limit <= STREAMED_BYTES


@dataclass(frozen=True, slots=True)
class Speaking:
    """What may tell or ask something before it answers: tools by name, other methods as a whole."""

    tools: frozenset[str]
    methods: frozenset[str]

    @classmethod
    def of(cls, surface: McpSurface) -> Speaking:
        asking = frozenset(tool.name for tool in surface.tools if asks(tool.operation))
        return cls(reporting_tools(surface) | asking, _asking_methods(surface))

    def is_meant(self, message: Mapping[str, Json]) -> bool:
        """Tell whether a message asks for one of these."""
        method, params = str(message.get("method")), message.get("params")
        if method == "tools/call":
            return isinstance(params, dict) and str(params.get("name")) in self.tools
        return method in self.methods


def _asking_methods(surface: McpSurface) -> frozenset[str]:
    asking = {
        "resources/read": any(asks(resource.operation) for resource in surface.resources),
        "prompts/get": any(asks(prompt.asking) for prompt in surface.prompts),
    }
    return frozenset(method for method, asks in asking.items() if asks)


def asks(operation: Operation | None) -> bool:
    """Tell whether an operation puts questions to its client."""
    return operation is not None and isinstance(operation.body, Flow) and bool(operation.body.asks)
