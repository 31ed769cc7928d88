"""Completion: the values that the file allows for an argument of a prompt or a variable of a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mcp import types
from mcp.server import ServerRequestContext

from ...plan.contract import Contract
from ...plan.surfaces import McpPrompt, McpResource

_Exchange: TypeAlias = ServerRequestContext[Any]
_MOST = 100


@dataclass(frozen=True, slots=True)
class Completer:
    """Finds what an argument may be; where the file says nothing, nothing is offered."""

    prompts: Mapping[str, Contract]
    templates: Mapping[str, Contract]

    @classmethod
    def of(cls, prompts: Iterable[McpPrompt], resources: Iterable[McpResource]) -> Completer:
        return cls(
            {prompt.name: prompt.contract for prompt in prompts},
            {str(found.uri): found.operation.contract for found in resources if found.operation is not None},
        )

    async def complete(
        self, exchange: _Exchange, params: types.CompleteRequestParams
    ) -> types.CompleteResult:
        """Offer what begins like the text that is typed, in any case."""
        typed = params.argument.value.lower()
        found = [value for value in self._values(params) if value.lower().startswith(typed)]
        completion = types.Completion(values=found[:_MOST], total=len(found), has_more=len(found) > _MOST)
        return types.CompleteResult(completion=completion)

    def _values(self, params: types.CompleteRequestParams) -> list[str]:
        if isinstance(params.ref, types.PromptReference):
            contract = self.prompts.get(params.ref.name)
        else:
            contract = self.templates.get(params.ref.uri)
        for param in contract.params if contract else ():
            if param.name == params.argument.name:
                values = param.keywords.get("enum")
                return [str(value) for value in values] if isinstance(values, list) else []
        return []
