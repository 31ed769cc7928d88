"""The words of the protocol that need no library: its error codes, and what a method takes and gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from ...plan.asking import NOBODY, Asker, Suspended
from ...plan.errors import CannotAsk
from ...plan.flow import Watch, unwatched
from ...plan.journal import Journal
from ...plan.surfaces import Context
from ...values import Json

INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
MISSING_CAPABILITY = -32021

Params: TypeAlias = Mapping[str, Json]
Fields: TypeAlias = dict[str, Json]  # of a result, as they stand on the wire

# what clients say that they have, by the kind of question
_CAPABILITIES: Mapping[str, tuple[str, Fields]] = {
    "form": ("elicitation", {}),
    "url": ("elicitation", {"url": {}}),
    "sampling": ("sampling", {}),
    "roots": ("roots", {}),
}


class ProtocolError(Exception):
    """An answer that is no result; the message is written for the client."""

    def __init__(self, code: int, message: str, data: Json = None) -> None:
        super().__init__(message)
        self.code, self.message, self.data = code, message, data


Hear: TypeAlias = Callable[[int, int | None], Awaitable[None]]
"""Hears how many bytes of an answer have come, and how many there are if that is known."""


async def unheard(done: int, total: int | None) -> None:
    """Hear nothing."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a method may tell its client, and ask it, before it answers."""

    watch: Watch = field(default=unwatched, repr=False)
    asker: Asker = field(default=NOBODY, repr=False)
    journal: Journal | None = field(default=None, repr=False)
    hear: Hear = field(default=unheard, repr=False)
    _context: Context = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        context = Context("mcp", wants_whole=True, watch=self.watch, asker=self.asker, journal=self.journal)
        object.__setattr__(self, "_context", context)  # calls that tell nothing share one

    def context(self) -> Context:
        """Say what a call has beyond its arguments."""
        return self._context

    def pass_on(self, error: Exception) -> None:
        """Raise what is no failure of a call: that its client has to answer first, or says that it cannot.

        Revisions that have sessions know no such error, and hear of it as of any other.
        """
        if isinstance(error, Suspended):
            raise error
        if isinstance(error, CannotAsk) and self.journal is not None:
            wanted: Fields = {}
            for name, part in (_CAPABILITIES[kind] for kind in error.kinds):
                wanted[name] = {**mapping(wanted.get(name)), **part}
            raise ProtocolError(MISSING_CAPABILITY, error.sentence, {"requiredCapabilities": wanted})


SILENT = Exchange()

Method: TypeAlias = Callable[[Params, Exchange], Awaitable[Fields]]
"""Answers a request whose parameters are of the right types; raises ProtocolError."""


def mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def present(**fields: Json) -> Fields:
    """Leave out what is nothing, as the wire does."""
    return {name: value for name, value in fields.items() if value is not None}
