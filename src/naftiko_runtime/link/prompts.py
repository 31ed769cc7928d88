"""MCP prompts: messages with holes, which the file states or another file has (spec 2.11)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from ..expr.scope import match_name
from ..plan.contract import Contract, Param
from ..plan.holes import words_of
from ..plan.surfaces import McpPrompt, Part, PromptMessage
from ..source.diagnostics import Diagnostic, Report
from ..spec.exposes import MessageSpec, PromptSpec
from ..spec.flows import InputSpec
from .keywords import link_keywords
from .located import located


def link_prompt(spec: PromptSpec, folder: Path | None, report: Report) -> McpPrompt | Diagnostic:
    """Link a prompt; its arguments are texts, and must be given unless the file says otherwise."""
    contract = Contract(tuple(_param(given, report) for given in spec.arguments or ()))
    about = spec.name, spec.label, spec.description or "", contract
    if spec.location is not None:
        found = located(spec.location, folder, spec.span("location"), report)
        if isinstance(found, Diagnostic):
            return found
        if not found.is_file():
            report.warn("L202", f"there is no file {str(found)!r}", spec.span("location"))
        return McpPrompt(*about, (PromptMessage("user", "", file=found),))
    if not spec.template:
        return report.refuse(
            "L073", f"prompt {spec.name!r} has neither 'template' nor 'location'", spec.span()
        )
    return McpPrompt(*about, tuple(_messages(spec, contract, report)))


def _param(spec: InputSpec, report: Report) -> Param:
    keywords = link_keywords(spec, spec.name, report)
    required = "default" not in keywords if spec.required is None else spec.required
    return Param(spec.name, "string", required, spec.description or "", keywords=keywords)


def _messages(spec: PromptSpec, contract: Contract, report: Report) -> Iterator[PromptMessage]:
    names = [param.name for param in contract.params]
    for message in spec.template or ():
        for word in words_of(message.content):
            if match_name(word, names) is None:
                hint = f"it has {', '.join(names)}" if names else "it has none"
                text = f"prompt {spec.name!r} has no argument {word!r}, so the hole stays as it is"
                report.warn("L203", text, message.span("content"), hint)
        part = Part(
            None,
            (message.media_type or "").partition(";")[0].strip().lower(),
            (message.encoding or "").lower() == "base64",
            message.uri,
        )
        yield PromptMessage(_role(message, report), message.content, part=part)


def _role(spec: MessageSpec, report: Report) -> Literal["user", "assistant"]:
    word = spec.role.strip().lower()
    if word == "assistant":
        return "assistant"
    if word != "user":
        message = f"MCP knows no role {spec.role!r}; the message is one of the user"
        report.warn("L204", message, spec.span("role"), "write user or assistant")
    return "user"
