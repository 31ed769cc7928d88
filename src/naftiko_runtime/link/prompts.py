"""MCP prompts: messages with holes, which the file states or another file has (spec 2.11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

from ..expr.path import Root
from ..expr.scope import match_name
from ..expr.shape import Selected
from ..plan.asking import KEPT
from ..plan.contract import Contract, Param
from ..plan.flow import Flow
from ..plan.holes import words_of
from ..plan.surfaces import McpPrompt, Operation, Part, PromptMessage
from ..source.diagnostics import Diagnostic, Report
from ..spec.exposes import MessageSpec, PromptSpec
from ..spec.flows import InputSpec
from ..steps.ask import AskStep
from .asking import AskLinker, kind_of
from .keywords import link_keywords
from .located import located
from .wiring import Wiring


def link_prompt(
    spec: PromptSpec, folder: Path | None, wiring: Wiring, report: Report
) -> McpPrompt | Diagnostic:
    """Link a prompt; its arguments are texts, and must be given unless the file says otherwise."""
    contract = Contract(tuple(_param(given, report) for given in spec.arguments or ()))
    asking = _asking(spec, wiring, report) if spec.ask else None
    if isinstance(asking, Diagnostic):
        return asking
    if asking is not None:
        contract = _with_holes(contract, asking)
    made = _linked(spec, contract, folder, report)
    return replace(made, asking=asking) if isinstance(made, McpPrompt) else made


def _linked(
    spec: PromptSpec, contract: Contract, folder: Path | None, report: Report
) -> McpPrompt | Diagnostic:
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


def _asking(spec: PromptSpec, wiring: Wiring, report: Report) -> Operation | Diagnostic:
    """Link what is asked before a prompt is filled in, as an operation that answers by question."""
    queries = AskLinker(wiring, report).queries(spec.ask or {})
    if wiring.refusal is not None:
        return wiring.refusal
    if isinstance(queries, Diagnostic):
        return queries
    flow = Flow((AskStep("ask", queries, is_several=True),), Selected(Root()))
    return Operation(
        f"{wiring.namespace}.{spec.name}", spec.description or "", wiring.inputs.contract(), flow
    )


def _with_holes(contract: Contract, asking: Operation) -> Contract:
    """Add arguments that no one declared, and that questions name: callers are asked for them."""
    names = {param.name for param in contract.params}
    more = (replace(param, kind="string") for param in asking.contract.params if param.name not in names)
    return Contract((*contract.params, *more))


def _param(spec: InputSpec, report: Report) -> Param:
    keywords = link_keywords(spec, spec.name, report)
    required = "default" not in keywords if spec.required is None else spec.required
    return Param(spec.name, "string", required, spec.description or "", keywords=keywords)


def _messages(spec: PromptSpec, contract: Contract, report: Report) -> Iterator[PromptMessage]:
    names = [param.name for param in contract.params]
    for message in spec.template or ():
        for word in words_of(message.content):
            if match_name(word, names) is None and not _is_answer(word, spec):
                text = f"prompt {spec.name!r} has no argument {word!r}, so the hole stays as it is"
                report.warn("L203", text, message.span("content"), _near(word, names, spec))
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


def _is_answer(word: str, spec: PromptSpec) -> bool:
    """Tell whether a word leads into the answer to a question of the prompt."""
    name, *keys = word.split(".")
    asked = (spec.ask or {}).get(name)
    return asked is not None and (not keys or keys[0] in KEPT[kind_of(asked)])


def _near(word: str, names: list[str], spec: PromptSpec) -> str:
    """Say which words there are instead of one that there is not."""
    question = word.partition(".")[0]
    if question in (spec.ask or {}):
        kept = KEPT[kind_of((spec.ask or {})[question])]
        return f"answers to {question!r} have {', '.join(kept)}"
    return f"it has {', '.join(names)}" if names else "it has none"
