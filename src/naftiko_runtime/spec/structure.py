"""Structural mistakes (S001) in an author's words: what is wrong, where, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from pydantic_core import ErrorDetails

from ..source.diagnostics import Span, did_you_mean
from ..source.tree import Source
from ..values import Json

_PYTHON = re.compile(r"^Input | or instance of \w+| or object to extract fields from|, (unable|got) .*")
_WORDS = (("valid dictionary", "mapping"), ("tuple", "list"))
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "bool_parsing": "write true or false",
        "bool_type": "write true or false",
        "dict_type": "write keys with values",
        "int_from_float": "write a whole number",
        "int_parsing": "write a whole number",
        "int_type": "write a whole number",
        "greater_than_equal": "ports are numbers from 1 to 65535",
        "less_than_equal": "ports are numbers from 1 to 65535",
        "model_type": "write keys with values",
        "string_type": "write a text",
        "tuple_type": "begin every element with '- '",
    }
)


def describe(item: ErrorDetails, source: Source) -> tuple[str, Span, str | None]:
    """Return what pydantic found as a sentence, its place and a hint."""
    span = source.locate(item["loc"])
    if item["type"] == "union_tag_not_found" and not isinstance(item["input"], dict):
        return (
            f"{_subject(item['loc'])} should be a mapping",
            span,
            "write keys with values, among them 'type'",
        )
    if item["type"] == "union_tag_not_found" or (item["type"] == "union_tag_invalid" and _type(item) is None):
        place = source.locate((*item["loc"], "type"))
        return "'type' is missing", place, "write what it is into 'type'"
    if item["type"] == "union_tag_invalid":
        known = re.sub("[<>]", "", str(item["ctx"]["expected_tags"]))
        message = f"type {_type(item)!r} is unknown; known are {known}"
        return message, source.locate((*item["loc"], "type")), _near(_type(item), known)
    if item["type"] == "literal_error":
        known = str(item["ctx"]["expected"])
        message = f"{_subject(item['loc'])} should be {known}, not {item['input']!r}"
        return message, span, _near(item["input"], known)
    return _missing(item, source) if item["type"] == "missing" else (_sentence(item), span, _hint(item))


def _missing(item: ErrorDetails, source: Source) -> tuple[str, Span, str]:
    """Say which key is missing; a word that looks like it and means nothing is what to mend."""
    key, given = str(item["loc"][-1]), item["input"]
    subject = _subject(item["loc"])
    known = {str(name) for name in given} if isinstance(given, dict) else set()
    alike = next((word for word in sorted(known) if did_you_mean(word, [key])), None)
    if alike is None:
        return f"{subject} is missing", source.locate(item["loc"]), f"add '{key}: …'"
    place = source.locate((*item["loc"][:-1], alike))
    return f"{subject} is missing, but there is {alike!r}", place, f"did you mean {key!r}?"


def _sentence(item: ErrorDetails) -> str:
    message = _PYTHON.sub("", item["msg"])
    for word, ours in _WORDS:
        message = message.replace(word, ours)
    return f"{_subject(item['loc'])} {message[0].lower()}{message[1:]}"


def _hint(item: ErrorDetails) -> str | None:
    given = item["input"]
    if given is None:
        return "give it a value, or remove it"
    if item["type"] == "tuple_type" and isinstance(given, str):
        return f"write a list: [{given}]"
    if item["type"] == "string_type" and isinstance(given, list) and len(given) == 1:
        return "write it without brackets or '-'"
    if item["type"] == "model_type" and isinstance(item["loc"][-1], int):
        return _example(given)
    return _KINDS.get(item["type"])


def _example(given: object) -> str:
    return (
        f"write keys with values, such as {{name: {given}}}"
        if isinstance(given, str)
        else "write keys with values"
    )


def _near(given: object, known: str) -> str:
    words = re.findall("'(.*?)'", known)
    return did_you_mean(str(given), words) or f"write {known}"


def _type(item: ErrorDetails) -> Json:
    given: Json = item["input"]["type"]
    return given


def _subject(location: tuple[int | str, ...]) -> str:
    """Name a key, or an element of a list by its number from 1; tags in angle brackets are ours."""
    words = [part for part in location if isinstance(part, int) or not part.startswith("<")]
    key = next(part for part in reversed(words) if isinstance(part, str))
    return f"{key!r}" if not isinstance(words[-1], int) else f"element {words[-1] + 1} of {key!r}"
