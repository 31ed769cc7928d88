"""How names are written in paths, so that what is printed reads back as the same name."""

from __future__ import annotations

import json
import re

# real files name fields with blanks, hyphens and @, so a name is all that has no meaning of its own
NAME = r"[^.\[\]*?()'\"$`]+"
FILTER_NAME = r"[\w@-]+"  # in a filter, blanks and operators end a name
QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
INTEGER = r"-?[0-9]{1,18}"  # no list is longer, and Python refuses to read thousands of digits

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)|\"", re.DOTALL)


def unquote(text: str) -> str:
    """Read a quoted name; escapes are those of RFC 9535 (2.3.1), any other is the character itself."""
    word: str = json.loads(f'"{_ESCAPE.sub(_json_escape, text[1:-1])}"', strict=False)
    return word


def quote(name: str) -> str:
    return f"'{''.join(map(_quoted, name))}'"


def spell(key: str | int, bare: str = NAME) -> str:
    """Write a step as authors do; a name that would be read as something else is quoted."""
    if isinstance(key, int):
        return f"[{key}]"
    is_bare = re.fullmatch(bare, key) and key == key.strip() and key.isprintable()
    return f".{key}" if is_bare else f"[{quote(key)}]"


def _json_escape(found: re.Match[str]) -> str:
    if found[0] == '"':
        return '\\"'
    is_known = len(found[0]) > len("\\n") or found[0][1] in '"\\/bfnrt'
    return found[0] if is_known else found[0][1]


def _quoted(character: str) -> str:
    if character in "'\\":
        return f"\\{character}"
    return character if character.isprintable() else json.dumps(character)[1:-1]
