"""Holes in the texts of prompts: ``{{name}}`` and nothing more (spec 3.1)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ..expr.scope import Words, match_name
from ..values import Json
from ..values.json import encode_text

_HOLE = re.compile(r"\{\{\s{0,20}([A-Za-z0-9_.-]{1,200})\s{0,20}\}\}")


def words_of(text: str) -> tuple[str, ...]:
    """List the words that stand in holes."""
    return tuple(_HOLE.findall(text))


def fill(
    text: str, names: Collection[str], values: Mapping[str, Json], answers: Mapping[str, Json] | None = None
) -> str:
    """Put values into holes in one pass: what a caller gives is never read again.

    A hole that no name fits stays as it is; one whose value was not given is left away. Words with dots lead
    into ``answers``.
    """

    def value(hole: re.Match[str]) -> str:
        name = match_name(hole[1], names)
        question, *keys = hole[1].split(".")
        if name is not None:
            found = values.get(name)
        elif answers is not None and question in answers:
            found = Words(tuple(keys)).select(answers[question])
        else:
            return hole[0]
        return found if isinstance(found, str) else "" if found is None else encode_text(found)

    return _HOLE.sub(value, text)
