"""An upstream that asks for digest authentication, written from its standard and not from the runtime."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256

from wire import Respond, Seen, answer

USER, PASSWORD, REALM = "jo", "pa ss", "ships"

_PART = re.compile(r'(\w+)="?([^",]*)"?')


@dataclass
class Asking:
    """Serves whoever knows the password; a count that comes twice is as wrong as another nonce."""

    respond: Respond = field(default_factory=answer)
    nonce: str = "nonce-1"
    used: Counter[str] = field(default_factory=Counter)

    async def __call__(self, seen: Seen, writer: asyncio.StreamWriter) -> None:
        said = dict(_PART.findall((seen.header("authorization") or "").removeprefix("Digest ")))
        if said.get("nonce") == self.nonce and self._is_right(seen, said):
            await self.respond(seen, writer)
        else:
            stale = ", stale=true" if said and said["nonce"] != self.nonce else ""
            challenge = f'Digest realm="{REALM}", nonce="{self.nonce}", qop="auth", algorithm=SHA-256{stale}'
            body = b"" if seen.method == "HEAD" else b"who are you"
            await answer(body, "401 Unauthorized", www_authenticate=challenge)(seen, writer)

    def _is_right(self, seen: Seen, said: dict[str, str]) -> bool:
        self.used[said["nc"]] += 1
        known = _hash(USER, REALM, PASSWORD)
        asked = _hash(seen.method, seen.target)
        expected = _hash(known, said["nonce"], said["nc"], said["cnonce"], "auth", asked)
        return said["response"] == expected and said["uri"] == seen.target and self.used[said["nc"]] == 1


def _hash(*parts: str) -> str:
    return sha256(":".join(parts).encode()).hexdigest()
