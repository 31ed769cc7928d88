"""Inputs that clients complete by calling, an extension of ours (docs/extensions.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import Field

from .base import Free, SpecModel
from .flows import InputSpec, UnitSpec


class CompleteSpec(SpecModel):
    """A call, and where in its answer the values are that an input may have."""

    call: str
    with_: Mapping[str, Free] | None = Field(None, alias="with")
    values: str

    def names(self, name: str) -> bool:
        """Tell whether what is handed to the call names an input."""
        given = str([*(self.with_ or {}).values()])
        return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", given) is not None

    def as_unit(self, inputs: Iterable[str]) -> UnitSpec:
        """Show it as a unit that does nothing but call, and may be given some inputs."""
        known = [{"name": name, "type": "string", "required": False} for name in inputs]
        unit = UnitSpec.model_validate({"call": self.call, "with": self.with_, "inputParameters": known})
        unit.place(self._at)
        return unit


class CompletedInputSpec(InputSpec):
    """An argument of a prompt, or a variable of a resource's URI."""

    complete: CompleteSpec | None = None
