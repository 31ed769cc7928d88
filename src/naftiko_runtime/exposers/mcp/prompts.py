"""The prompts of a surface: how they are listed, and how arguments are put into them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from ...plan.errors import InvalidArguments
from ...plan.flow import Answer
from ...plan.holes import fill
from ...plan.surfaces import Invoke, McpPrompt, Operation, PromptMessage
from ...values import Json
from .failures import failed, told
from .pages import page
from .parts import block_of
from .protocol import INVALID_PARAMS, Exchange, Fields, Params, ProtocolError, mapping, present
from .schemas import short

_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Prompter:
    """All prompts of one server, in the order of the file."""

    invoke: Invoke
    prompts: Mapping[str, McpPrompt]

    async def list(self, params: Params, exchange: Exchange) -> Fields:
        return page("prompts", [_listed(prompt) for prompt in self.prompts.values()], params)

    async def get(self, params: Params, exchange: Exchange) -> Fields:
        name = str(params["name"])
        prompt = self.prompts.get(name)
        if prompt is None:
            raise ProtocolError(INVALID_PARAMS, self._unknown(name[:100]))
        try:
            arguments = prompt.contract.bind(mapping(params.get("arguments")))
        except InvalidArguments as error:
            raise ProtocolError(INVALID_PARAMS, error.sentence) from None
        answers = await self._asked(prompt.asking, arguments, exchange) if prompt.asking else {}
        messages: list[Json] = [
            {"role": message.role, "content": await _content(message, prompt, arguments, answers)}
            for message in prompt.messages
        ]
        return present(description=prompt.description or None, messages=messages)

    async def _asked(
        self, operation: Operation, arguments: Mapping[str, Json], exchange: Exchange
    ) -> Mapping[str, Json]:
        """Ask what a prompt asks first; the answers go by the names of the questions."""
        try:
            async with self.invoke(operation, arguments, exchange.context()) as result:
                return mapping(result.value) if isinstance(result, Answer) else {}
        except Exception as error:  # noqa: BLE001  a caller gets an answer whatever fails, bugs too
            exchange.pass_on(error)
            raise told(error, operation.body) from None

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self.prompts, n=1)
        return f"unknown prompt {name!r}{f'; did you mean {near[0]!r}?' if near else ''}"


def _listed(prompt: McpPrompt) -> Fields:
    arguments: list[Json] = [
        present(name=param.name, description=short(param.description), required=param.required)
        for param in prompt.contract.params
    ]
    return present(
        name=prompt.name,
        title=prompt.title,
        description=short(prompt.description),
        arguments=arguments or None,
    )


async def _content(
    message: PromptMessage, prompt: McpPrompt, arguments: Mapping[str, Json], answers: Mapping[str, Json]
) -> Fields:
    text = message.text if message.file is None else await asyncio.to_thread(_read, message.file)
    names = [param.name for param in prompt.contract.params]
    uri = fill(message.part.uri or "", names, arguments, answers)
    return block_of(message.part, fill(text, names, arguments, answers), uri)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT_BYTES + 1)
        if len(data) <= _LIMIT_BYTES:
            return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise failed("the file of this prompt cannot be read") from None
    raise failed(f"the file of this prompt is larger than {_LIMIT_BYTES} bytes")
