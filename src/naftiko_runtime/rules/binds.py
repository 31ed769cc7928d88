"""Bound variables that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..spec.document import BindSpec
from ..values import Json
from .rule import Finding
from .survey import Survey

_WORD = re.compile(r"[\w-]+")


def variables_used(survey: Survey) -> Iterator[Finding]:
    """Find variables that no text of this file mentions; in files that others share nobody can tell."""
    if survey.is_shared or survey.has_imports:
        return
    written = survey.document.model_dump(exclude={"binds": True, "capability": {"binds"}})
    words = {word for text in _texts(written) for word in _WORD.findall(text)}
    for bind in survey.every(BindSpec):
        for name in bind.keys:
            if name not in words:
                message = f"variable {name!r} is bound, and nothing uses it"
                hint = (
                    "if it is a credential, an API lacks the 'authentication' that sends it; else remove it"
                )
                yield Finding(message, bind.span("keys", name), hint)


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
