"""Where the credential of an API goes, and which value it has, in all the spellings of authors."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from oracle.capability import Consumed
from oracle.raw import Block
from oracle.words import NotUnderstood, Words

FOREIGN = re.compile(r"\$secrets\.(\w+)|\$\{(?:env\.)?(\w+)\}")


@dataclass(frozen=True)
class Sealed:
    """A credential in its place: ``header`` or ``query``."""

    place: str
    name: str
    value: str


def credentials(consumed: Consumed, words: Words) -> tuple[Sealed, ...]:
    """List what the API's authentication adds to every request."""
    said = consumed.api.get("authentication") or consumed.api.get("auth")
    if said is None or said == "none" or (isinstance(said, dict) and said.get("type") == "none"):
        return ()
    if not isinstance(said, Block):
        raise NotUnderstood("an authentication that is a word")
    kind = re.sub("[-_ ]", "", str(said.get("type"))).lower()
    if kind == "bearer":
        token = _filled(said.get("token") or said.get("value"), words)
        return (Sealed("header", "authorization", f"Bearer {token}"),)
    if kind == "basic":
        pair = f"{_filled(said['username'], words)}:{_filled(said['password'], words)}"
        return (Sealed("header", "authorization", f"Basic {b64encode(pair.encode()).decode()}"),)
    if kind in ("apikey", "header", "query"):
        return tuple(_key(said, kind, words))
    raise NotUnderstood(f"authentication {kind}")


def _key(said: Mapping[str, object], kind: str, words: Words) -> list[Sealed]:
    headers = said.get("headers")
    if isinstance(headers, dict):
        return [Sealed("header", name.lower(), _filled(value, words)) for name, value in headers.items()]
    for place in ("header", "query"):
        if place in said:
            held = said.get("value") or said.get("key") or said.get("token")
            return [_sealed(place, str(said[place]), held, words)]
    name, value = said.get("name") or said.get("key"), said.get("value") or said.get("token")
    if "name" in said and value is None:
        value = said.get("key")
    stated = said.get("placement") or said.get("in") or (kind if kind != "apikey" else "header")
    return [_sealed(str(stated), str(name), value, words)]


def _sealed(place: str, name: str, value: object, words: Words) -> Sealed:
    return Sealed(place, name.lower() if place == "header" else name, _filled(value, words))


def _filled(value: object, words: Words) -> str:
    """Fill the holes of a credential; every word in one is a variable."""
    written = FOREIGN.sub(lambda found: f"{{{{{found[1] or found[2]}}}}}", str(words.with_braces(value)))
    return re.sub(r"\{\{\s*([^{}]*?)\s*\}\}", lambda found: words.variable(found[1]), written)
