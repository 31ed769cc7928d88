"""Completion: what an argument of a prompt or a variable of a template may be, by the file or by a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...plan.contract import Contract
from ...plan.errors import CallError
from ...plan.flow import Answer
from ...plan.surfaces import Completion, Invoke, McpPrompt, McpResource
from ...values import Json
from ...values.json import encode_text
from .protocol import SILENT, Exchange, Fields, Params, mapping

_MOST = 100


@dataclass(frozen=True, slots=True)
class Completed:
    """A prompt or a template whose arguments are completed."""

    contract: Contract
    completions: Mapping[str, Completion]

    def enum(self, name: str) -> list[Json]:
        """List what the file allows for an argument."""
        found = (param.keywords.get("enum") for param in self.contract.params if param.name == name)
        values = next(found, None)
        return values if isinstance(values, list) else []


@dataclass(frozen=True, slots=True)
class Completer:
    """Finds what an argument may be; where the file says nothing, nothing is offered."""

    invoke: Invoke
    prompts: Mapping[str, Completed]
    templates: Mapping[str, Completed]

    @classmethod
    def of(cls, invoke: Invoke, prompts: Iterable[McpPrompt], resources: Iterable[McpResource]) -> Completer:
        return cls(
            invoke,
            {prompt.name: Completed(prompt.contract, prompt.completions) for prompt in prompts},
            {
                str(found.uri): Completed(found.operation.contract, found.completions)
                for found in resources
                if found.operation is not None
            },
        )

    async def complete(self, params: Params, exchange: Exchange) -> Fields:
        """Offer what begins like the text that is typed, in any case; a call that takes it has chosen."""
        argument = mapping(params.get("argument"))
        name, typed = str(argument.get("name")), str(argument.get("value", ""))
        completed = self._completed(mapping(params.get("ref")))
        completion = completed.completions.get(name) if completed else None
        if completion is not None:
            known = {**mapping(mapping(params.get("context")).get("arguments")), name: typed}
            if not completion.takes_typed:
                del known[name]
            offered = await self._called(completion, known)
        else:
            offered = completed.enum(name) if completed else []
        begins = "" if completion and completion.takes_typed else typed.lower()
        found = [value for value in _texts(offered) if value.lower().startswith(begins)]
        values: list[Json] = [*found[:_MOST]]
        return {"completion": {"values": values, "total": len(found), "hasMore": len(found) > _MOST}}

    def _completed(self, ref: Mapping[str, Json]) -> Completed | None:
        if ref.get("type") == "ref/prompt":
            return self.prompts.get(str(ref.get("name")))
        return self.templates.get(str(ref.get("uri")))

    async def _called(self, completion: Completion, known: Mapping[str, Json]) -> Iterable[Json]:
        """Find the values; nobody is asked while they type, and a failure is logged and offers nothing."""
        names = {param.name for param in completion.operation.contract.params}
        given = {name: value for name, value in known.items() if name in names}
        try:
            async with self.invoke(completion.operation, given, SILENT.context()) as result:
                found = result.value if isinstance(result, Answer) else None
        except CallError:
            return ()
        return found if isinstance(found, list) else (found,)


def _texts(values: Iterable[Json]) -> Iterator[str]:
    """Write each value that can be one of an argument, once."""
    texts = (value if isinstance(value, str) else encode_text(value) for value in values if _is_plain(value))
    return iter(dict.fromkeys(text for text in texts if text))


def _is_plain(value: Json) -> bool:
    return isinstance(value, str | int | float)
