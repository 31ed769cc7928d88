"""What a surface answers, method by method, whatever carries the messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from ...plan.asking import Suspended
from ...plan.surfaces import Invoke, McpSurface
from ..boundary import failure_of
from .completion import Completer
from .prompts import Prompter
from .protocol import INTERNAL_ERROR, Exchange, Fields, Method, Params, ProtocolError
from .resources import Shelf
from .tools import Toolbox


@dataclass(frozen=True, slots=True)
class Methods:
    """The methods of one server by their names; what is not there it does not have."""

    toolbox: Toolbox
    table: Mapping[str, Method]

    @classmethod
    def of(cls, surface: McpSurface, invoke: Invoke, rest_routes: Mapping[str, str]) -> Methods:
        """Make them; ``rest_routes`` says for a consumed call which URL streams its answer."""
        toolbox = Toolbox.of(surface.tools, invoke, rest_routes)
        tools: dict[str, Method] = {"tools/list": toolbox.list, "tools/call": toolbox.call}
        table = tools | _of_resources(surface, invoke) | _of_prompts(surface, invoke)
        return cls(toolbox, {name: partial(_told, method) for name, method in table.items()})


async def _told(method: Method, params: Params, exchange: Exchange) -> Fields:
    """Let a bug in a method be told as what it is, and nothing of its text; the SDK would show that."""
    try:
        return await method(params, exchange)
    except (ProtocolError, Suspended):
        raise
    except Exception as error:  # noqa: BLE001  whatever fails is answered, bugs too
        raise ProtocolError(INTERNAL_ERROR, failure_of(error).sentence) from None


def _of_resources(surface: McpSurface, invoke: Invoke) -> dict[str, Method]:
    if not surface.resources:
        return {}
    shelf = Shelf(invoke, surface.resources, surface.limit_bytes)
    return {
        "resources/list": shelf.list,
        "resources/templates/list": shelf.templates,
        "resources/read": shelf.read,
        "resources/subscribe": shelf.touch,
        "resources/unsubscribe": shelf.touch,
    }


def _of_prompts(surface: McpSurface, invoke: Invoke) -> dict[str, Method]:
    methods: dict[str, Method] = {}
    if surface.prompts:
        prompter = Prompter(invoke, {prompt.name: prompt for prompt in surface.prompts})
        methods = {"prompts/list": prompter.list, "prompts/get": prompter.get}
    if surface.prompts or any(resource.uri.is_template for resource in surface.resources):
        methods["completion/complete"] = Completer.of(invoke, surface.prompts, surface.resources).complete
    return methods
