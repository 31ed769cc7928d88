"""Arguments that show how they are encoded: blanks, slashes, quotes, other scripts, every JSON type."""

from collections.abc import Iterable, Mapping
from typing import Any

NASTY = "a/b c&d=e+f%2F?#;,\"'<é🚢>{x}"

# ``None`` is an argument about which nothing is known
BY_KIND: Mapping[str | None, Any] = {
    "integer": -7,
    "number": 2.5,
    "boolean": True,
    "array": ["a b/&", 1, True, "é"],
    "object": {"k/ é": {"n": [1, 2.5, False, None]}, "q": '"&'},
    None: {"any": ["é/&", 0, {"t": True}]},
}


def made(params: Iterable[tuple[str, str | None]]) -> dict[str, Any]:
    """Make an argument for each name and kind; texts and objects hold their own name, so that none stands
    for another."""
    return {name: _one(name, kind) for name, kind in params}


def _one(name: str, kind: str | None) -> Any:
    if kind == "string":
        return f"{name}:{NASTY}"
    value = BY_KIND[kind]
    return {**value, "name": name} if isinstance(value, dict) else value
