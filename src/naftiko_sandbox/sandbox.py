"""What is known of a stand-in before it is started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One row of the table of stand-ins.

    ``build`` takes the one API key that is accepted and how many seconds a whole job
    lasts; 0 means that jobs move only when they are told to.
    """

    name: str
    title: str
    hosts: tuple[str, ...]
    base_path: str
    build: Callable[[str, float], ASGIApp]
