"""The tools of a surface: how they are listed, and how they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from ...plan.errors import Oversized
from ...plan.flow import Answer, Flow
from ...plan.reading import read_start
from ...plan.surfaces import Invoke, McpTool, PassThrough, limit_of
from ...values import Json
from ...values.json import encode_text
from ..advice import Repetition
from ..boundary import Failure
from ..refusal import START_LIMIT_BYTES, tell, tell_answer, text_of
from .arriving import heard
from .content import of_inbound, of_oversized, of_refusal, of_value
from .elsewhere import Elsewhere
from .pages import page
from .parts import of_parts
from .protocol import INVALID_PARAMS, Exchange, Fields, Params, ProtocolError, mapping, present
from .schemas import input_schema, output_schema, short

_HINTS: Mapping[str, str] = {
    "readOnly": "readOnlyHint",
    "destructive": "destructiveHint",
    "idempotent": "idempotentHint",
    "openWorld": "openWorldHint",
}


@dataclass(frozen=True, slots=True)
class Toolbox:
    """All tools of one server; the list is made once, in the order of the file."""

    invoke: Invoke
    tools: Mapping[str, McpTool]
    listed: Mapping[str, Fields] = field(repr=False)
    rest_routes: Mapping[str, str]

    @classmethod
    def of(
        cls,
        tools: tuple[McpTool, ...],
        invoke: Invoke,
        rest_routes: Mapping[str, str],
    ) -> Toolbox:
        listed = {tool.name: _listed(tool) for tool in tools}
        return cls(invoke, {tool.name: tool for tool in tools}, listed, rest_routes)

    async def list(self, params: Params, exchange: Exchange) -> Fields:
        return page("tools", [*self.listed.values()], params)

    async def call(self, params: Params, exchange: Exchange) -> Fields:
        """Call a tool; only an unknown name is a protocol error, everything else is told in the result."""
        name = str(params["name"])
        tool = self.tools.get(name)
        if tool is None:
            raise ProtocolError(INVALID_PARAMS, self._unknown(name[:100]))
        arguments = mapping(params.get("arguments"))
        if tool.renamed:
            arguments = {tool.renamed.get(name, name): value for name, value in arguments.items()}
        try:
            told = await self._result(tool, arguments, exchange)
        except Exception as error:  # noqa: BLE001  a caller gets an answer whatever fails, bugs too
            told = _refused(error, exchange, tool)
        return {"isError": False, **told}

    def input_schema(self, name: str) -> Mapping[str, Json] | None:
        """Find a schema; without this the SDK makes the whole list for every call."""
        tool = self.listed.get(name)
        return mapping(tool["inputSchema"]) if tool else None

    def with_headers(self) -> frozenset[str]:
        """Name the tools of whose arguments some are said in headers too."""
        return frozenset(name for name, tool in self.listed.items() if "x-mcp-header" in encode_text(tool))

    async def _result(self, tool: McpTool, arguments: Mapping[str, Json], exchange: Exchange) -> Fields:
        elsewhere = self._elsewhere(tool, arguments)
        try:
            async with self.invoke(tool.operation, arguments, exchange.context()) as result:
                if isinstance(result, Answer):
                    return of_parts(result.value, tool) if tool.parts else of_value(result.value)
                if result.status >= 400:
                    start = await read_start(result, START_LIMIT_BYTES)
                    repetition = Repetition.of(tool.operation.body)
                    return _refusal(tell_answer(result.status, result.headers, start, repetition))
                arriving = heard(result, exchange.hear)
                return await of_inbound(arriving, elsewhere, limit_of(tool.operation.body))
        except Oversized as error:
            return of_oversized(error, elsewhere)

    def _elsewhere(self, tool: McpTool, arguments: Mapping[str, Json]) -> Elsewhere:
        body = tool.operation.body
        route = self.rest_routes.get(body.call.name) if isinstance(body, PassThrough) else None
        return Elsewhere(tool.name, route, arguments)

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self.tools, n=1)
        return f"unknown tool {name!r}{f'; did you mean {near[0]!r}?' if near else ''}"


def _refused(error: Exception, exchange: Exchange, tool: McpTool) -> Fields:
    exchange.pass_on(error)
    return _refusal(tell(error, Repetition.of(tool.operation.body)))


def _refusal(failure: Failure) -> Fields:
    return of_refusal(text_of(failure), failure.envelope())


def _listed(tool: McpTool) -> Fields:
    hints: Fields = {wire: tool.hints[name] for name, wire in _HINTS.items() if name in tool.hints}
    return present(
        name=tool.name,
        title=tool.title,
        description=short(tool.operation.description),
        inputSchema=input_schema(tool.operation.contract.schema(), tool.renamed),
        outputSchema=_promise(tool),
        annotations=hints or None,
    )


def _promise(tool: McpTool) -> dict[str, Json] | None:
    body = tool.operation.body
    return output_schema(body.result) if isinstance(body, Flow) and not tool.parts else None
