"""How the findings of ``naftiko check`` are written: one row for each form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ...values.later import later
from ..checking import Checked
from .github import write_github
from .json import write_json
from .text import write_one, write_several

if TYPE_CHECKING:
    from . import sarif
else:
    sarif = later(".sarif", __package__)  # which reads the manual

Form = Callable[[Iterable[Checked], bool], Iterator[str]]
"""Turns files, as they are checked, into text; is told whether warnings count as errors."""

MACHINE_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "json": write_json,
        "sarif": lambda files, strict: sarif.write_sarif(files, strict),
        "github": write_github,
    }
)

__all__ = ["MACHINE_FORMS", "Form", "write_one", "write_several"]
