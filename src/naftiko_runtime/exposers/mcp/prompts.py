"""The prompts of a surface: how they are listed, and how arguments are put into them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

from mcp import types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError

from ...plan.errors import InvalidArguments
from ...plan.holes import fill
from ...plan.surfaces import McpPrompt, PromptMessage
from ...values import Json
from .failures import failed
from .pages import page
from .parts import block_of
from .schemas import short

_Exchange: TypeAlias = ServerRequestContext[Any]
_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Prompter:
    """All prompts of one server, in the order of the file."""

    prompts: Mapping[str, McpPrompt]

    async def list(
        self, exchange: _Exchange, params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        shown, cursor = page([_listed(prompt) for prompt in self.prompts.values()], params)
        return types.ListPromptsResult(prompts=shown, next_cursor=cursor)

    async def get(self, exchange: _Exchange, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        prompt = self.prompts.get(params.name)
        if prompt is None:
            raise MCPError(types.INVALID_PARAMS, self._unknown(params.name[:100]))
        try:
            arguments = prompt.contract.bind(params.arguments or {})
        except InvalidArguments as error:
            raise MCPError(types.INVALID_PARAMS, error.sentence) from None
        messages = [
            types.PromptMessage(role=message.role, content=await _content(message, prompt, arguments))
            for message in prompt.messages
        ]
        return types.GetPromptResult(description=prompt.description or None, messages=messages)

    def _unknown(self, name: str) -> str:
        near = get_close_matches(name, self.prompts, n=1)
        return f"unknown prompt {name!r}{f'; did you mean {near[0]!r}?' if near else ''}"


def _listed(prompt: McpPrompt) -> types.Prompt:
    arguments = [
        types.PromptArgument(name=param.name, description=short(param.description), required=param.required)
        for param in prompt.contract.params
    ]
    return types.Prompt(
        name=prompt.name,
        title=prompt.title,
        description=short(prompt.description),
        arguments=arguments or None,
    )


async def _content(
    message: PromptMessage, prompt: McpPrompt, arguments: Mapping[str, Json]
) -> types.ContentBlock:
    text = message.text if message.file is None else await asyncio.to_thread(_read, message.file)
    names = [param.name for param in prompt.contract.params]
    uri = fill(message.part.uri or "", names, arguments)
    return block_of(message.part, fill(text, names, arguments), uri)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT_BYTES + 1)
        if len(data) <= _LIMIT_BYTES:
            return data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise failed("the file of this prompt cannot be read") from None
    raise failed(f"the file of this prompt is larger than {_LIMIT_BYTES} bytes")
