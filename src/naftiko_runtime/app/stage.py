"""What a plan runs on: as it is, or on stand-ins without real keys (D18)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..plan.explain import Plan

if TYPE_CHECKING:  # a plan that calls real APIs needs no server for its stand-ins
    from ..exposers.boundary import ASGIApp


class NoSandbox(Exception):
    """No stand-in exists for an API of this file."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A stand-in with its open socket; it knows which key it accepts."""

    build: Callable[[], ASGIApp] = field(repr=False)
    socket: socket.socket

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"


@dataclass(frozen=True, slots=True)
class Stage:
    """What lets a plan run without real keys: where the stand-ins play, by namespace, and an environment.

    The plan needs files only for what callers have to know.
    """

    plan: Plan
    base_uris: Mapping[str, str]
    environ: Mapping[str, str] = field(repr=False)
    stand_ins: tuple[StandIn, ...] = ()
