"""What hands everything below a path to a consumed API: method, path, query and body as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field, replace

from ..expr.scope import Scope
from ..values.record import dataclass
from .call import HttpCall, Outbound

# where a path ends in what is handed on
REST_OF_PATH = re.compile(r"/\{\{?\s*path\s*\}\}?$")
# what would end a target or is not ASCII; all else is the caller's to encode, who may have signed it
_NOT_IN_QUERY = re.compile(r"[^\x21-\x7e]|#")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What a caller asked for: the path below that of the route, and the query, both as they were written."""

    method: str
    path: str
    query: str = field(default="", repr=False)


NOTHING = Forwarded("GET", "")


@dataclass(frozen=True, slots=True)
class Forward:
    """An API that gets what comes; ``call`` has what the file says of every request to it."""

    call: HttpCall

    def render(self, scope: Scope, forwarded: Forwarded) -> Outbound:
        """Write the request; what the file states replaces what a caller says under the same name."""
        stated = self.call.render(scope)
        asked = Outbound(forwarded.method, forwarded.path, tuple(_pieces(forwarded.query)))
        for name, _ in self.call.query:
            asked = asked.without_query(name)
        return replace(asked, query=(*asked.query, *stated.query), headers=stated.headers)


def _pieces(query: str) -> Iterator[str]:
    """Take a query apart without reading it; what no query can hold is encoded."""
    for piece in query.split("&") if query else ():
        yield _NOT_IN_QUERY.sub(lambda found: f"%{ord(found[0]):02X}", piece)
