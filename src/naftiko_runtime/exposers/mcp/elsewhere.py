"""Where the answer of a tool can be had that does not fit into its result."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from ...values import Json
from ...values.json import encode_text

_HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(slots=True)  # one for every call: writing fields of a frozen one takes three times as long
class Elsewhere:
    """A call of a tool; ``template`` is the REST URL that streams its answer, if there is one."""

    tool: str
    template: str | None
    arguments: Mapping[str, Json]

    @property
    def route(self) -> str | None:
        return _filled(self.template, self.arguments) if self.template else None


def _filled(route: str, arguments: Mapping[str, Json]) -> str:
    """Put the arguments into a route: its holes first, the others behind it as a query."""
    left = {name: _plain(value) for name, value in arguments.items() if isinstance(value, str | int | float)}

    def fill(hole: re.Match[str]) -> str:
        return quote(left.pop(hole[1]), safe="", errors="replace") if hole[1] in left else hole[0]

    path = _HOLE.sub(fill, route)
    return f"{path}?{urlencode(left, errors='replace')}" if left else path


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else encode_text(value)
