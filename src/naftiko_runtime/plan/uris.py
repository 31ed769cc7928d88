"""URIs of resources: as they stand, or with variables that are one segment each."""

from __future__ import annotations

import re
from dataclasses import field
from urllib.parse import unquote

from ..values.record import dataclass

_HOLE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class UriPattern:
    """A URI, or a template of many; raises ValueError for braces that hold no name."""

    text: str
    names: tuple[str, ...] = field(init=False, compare=False)
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pieces = _HOLE.split(self.text)
        if any("{" in piece or "}" in piece for piece in pieces[::2]):
            raise ValueError(f"{self.text!r} has a brace that is not part of a {{name}}")
        object.__setattr__(self, "names", tuple(pieces[1::2]))
        pattern = "([^/]+)".join(re.escape(piece) for piece in pieces[::2])
        object.__setattr__(self, "_pattern", re.compile(pattern))

    @property
    def is_template(self) -> bool:
        return bool(self.names)

    def match(self, uri: str) -> dict[str, str] | None:
        """Find the values of the variables, decoded; None for another URI."""
        found = self._pattern.fullmatch(uri)
        return dict(zip(self.names, map(unquote, found.groups()), strict=True)) if found else None

    def __str__(self) -> str:
        return self.text
