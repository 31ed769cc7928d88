"""What a plan runs on: as it is, or on stand-ins without real keys (D18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..plan.explain import Plan


class NoSandbox(Exception):
    """No stand-in exists for an API of this file."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What lets a plan run without real keys: where the stand-ins play, by namespace, and an environment.

    The plan needs files only for what callers have to know.
    """

    plan: Plan
    base_uris: Mapping[str, str]
    environ: Mapping[str, str] = field(repr=False)
