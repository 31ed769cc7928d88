"""Pages that were cut at a size: what can still be composed, and what of it is whole."""

from typing import Any

import yaml

MARK = "# --- truncated at"
WHOLES = (
    "consumes",
    "exposes",
    "resources",
    "operations",
    "tools",
    "prompts",
    "skills",
    "flows",
    "functions",
)


def compose(text: str, loader: Any) -> tuple[yaml.Node | None, bool]:
    """Compose a text, up to where it was cut if its end says so; tell whether it was."""
    at = text.rfind(MARK)
    if at < 0:
        return yaml.compose(text, Loader=loader), False
    lines = text[:at].rstrip().splitlines()
    for fewer in range(3):
        try:
            return yaml.compose("\n".join(lines[: len(lines) - fewer]), Loader=loader), True
        except yaml.YAMLError:
            continue
    return None, True


def drop_the_last(root: Any) -> None:
    """Leave the last operation, tool or the like away: nobody knows what else it had."""
    node, key, holder = root, "", None
    while isinstance(node, dict | list) and node:
        if isinstance(node, list):
            holder = node if key in WHOLES else holder
            node, key = node[-1], ""
        elif key in ("with", "body", "value"):
            break
        else:
            key = next(reversed(node))
            node = node[key]
    if holder is not None:
        holder.pop()
