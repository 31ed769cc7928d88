"""Completion: the values that the file allows for an argument of a prompt or a variable of a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...plan.contract import Contract
from ...plan.surfaces import McpPrompt, McpResource
from ...values import Json
from .protocol import Exchange, Fields, Params, mapping

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

    async def complete(self, params: Params, exchange: Exchange) -> Fields:
        """Offer what begins like the text that is typed, in any case."""
        argument, ref = mapping(params.get("argument")), mapping(params.get("ref"))
        typed = str(argument.get("value", "")).lower()
        found = [
            value for value in self._values(ref, argument.get("name")) if value.lower().startswith(typed)
        ]
        values: list[Json] = [*found[:_MOST]]
        return {"completion": {"values": values, "total": len(found), "hasMore": len(found) > _MOST}}

    def _values(self, ref: Mapping[str, Json], argument: Json) -> list[str]:
        if ref.get("type") == "ref/prompt":
            contract = self.prompts.get(str(ref.get("name")))
        else:
            contract = self.templates.get(str(ref.get("uri")))
        for param in contract.params if contract else ():
            if param.name == argument:
                values = param.keywords.get("enum")
                return [str(value) for value in values] if isinstance(values, list) else []
        return []
