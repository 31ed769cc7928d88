"""Reading what an admin request asks for; mistakes are answered with the name of the field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from ..values import JsonObject, is_integer, is_number
from .refusal import refuse_value

# some tests slow things down, none waits for hours
LIMIT_S: Final = 3600

_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
_COUNTED: Final = frozenset({"content-length", "transfer-encoding"})

Default = TypeVar("Default", int, int | None)


@dataclass(frozen=True, slots=True)
class Order:
    """The fields of an admin request."""

    given: JsonObject

    def allow(self, *names: str) -> None:
        """Refuse fields that nobody reads: a misspelt one would silently do nothing."""
        for name in self.given:
            if name not in names:
                known = f"there are {', '.join(names)}" if names else "there are none"
                refuse_value(name, f"there is no field {name!r} here; {known}")

    def text(self, name: str, default: str | None = None) -> str:
        value = self.given.get(name, default)
        if not isinstance(value, str) or not value or not _HEADER_VALUE.fullmatch(value):
            refuse_value(name, f"{name} must be a text of one line")
        return value

    def choice(self, name: str, among: tuple[str, ...]) -> str:
        value = self.given.get(name)
        if not isinstance(value, str) or value not in among:
            refuse_value(name, f"{name} must be one of {', '.join(among)}")
        return value

    def count(self, name: str, default: Default, *, low: int = 0, high: float = math.inf) -> Default:
        if name not in self.given:
            return default
        value = self.given[name]
        if not is_integer(value) or not low <= value <= high:
            upper = "" if high == math.inf else f" and at most {high}"
            refuse_value(name, f"{name} must be a whole number of at least {low}{upper}")
        return value

    def seconds(self, name: str, default: float) -> float:
        value = self.given.get(name, default)
        if not is_number(value) or not 0 <= value <= LIMIT_S:
            refuse_value(name, f"{name} must be a number of seconds from 0 to {LIMIT_S}")
        return value

    def switch(self, name: str) -> bool:
        value = self.given.get(name, False)
        if not isinstance(value, bool):
            refuse_value(name, f"{name} must be true or false")
        return value

    def origin(self, name: str) -> str | None:
        """Read true as this server, and an origin as that one."""
        value = self.given.get(name, False)
        if isinstance(value, bool):
            return "" if value else None
        if not isinstance(value, str) or not _ORIGIN.fullmatch(value):
            refuse_value(name, f"{name} must be true, false or an origin such as http://localhost:8080")
        return value

    def headers(self, name: str) -> Mapping[str, str]:
        value = self.given.get(name, {})
        if not isinstance(value, Mapping):
            refuse_value(name, f"{name} must be an object of header names and values")
        return {key.lower(): self._header(name, key, text) for key, text in value.items()}

    def _header(self, name: str, key: str, text: object) -> str:
        is_sendable = isinstance(text, str) and _HEADER_NAME.fullmatch(key) and _HEADER_VALUE.fullmatch(text)
        if not isinstance(text, str) or not is_sendable or key.lower() in _COUNTED:
            refuse_value(name, f"{name} cannot hold {key!r} with that value")
        return text
