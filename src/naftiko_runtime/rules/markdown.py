"""Descriptions and labels, which pages of documentation show as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .rule import Finding
from .survey import Survey

_SCRIPT = re.compile(r"<\s*script\b", re.IGNORECASE)
_EVAL = re.compile(r"\beval\s*\(")


def without_script_tags(survey: Survey) -> Iterator[Finding]:
    return _texts_with(_SCRIPT, "a script tag", survey)


def without_eval(survey: Survey) -> Iterator[Finding]:
    return _texts_with(_EVAL, "a call of eval", survey)


def _texts_with(pattern: re.Pattern[str], what: str, survey: Survey) -> Iterator[Finding]:
    for model in survey.models:
        for key in ("label", "display", "description"):
            text = getattr(model, key, None)
            if isinstance(text, str) and pattern.search(text):
                message = f"this text has {what} in it, which some page may run"
                yield Finding(message, model.span(key), "remove it")
