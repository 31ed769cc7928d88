"""Steps of units that are composed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..spec.control import ScriptingSpec
from ..spec.flows import ScriptStepSpec, UnitSpec
from .rule import Finding
from .survey import Survey

_NAME = re.compile(r"[A-Za-z0-9_-]+")


def names_usable(survey: Survey) -> Iterator[Finding]:
    for unit in survey.every(UnitSpec):
        for step in unit.steps or ():
            if step.name is not None and not _NAME.fullmatch(step.name):
                message = f"step name {step.name!r} is not one word, so nothing can refer to its result"
                yield Finding(message, step.span("name"), "use letters, digits, '_' and '-'")


def scripts_complete(survey: Survey) -> Iterator[Finding]:
    """Find script steps that say neither themselves nor by a control server what is needed to run them."""
    defaults = tuple(survey.every(ScriptingSpec))
    has_language = any(each.default_language for each in defaults)
    has_location = any(each.default_location for each in defaults)
    for step in survey.every(ScriptStepSpec):
        stated = {"language": step.language or has_language, "location": step.location or has_location}
        for word in (word for word, value in stated.items() if not value):
            message = f"script {step.file!r} has no {word!r}, and no control server has a default for it"
            yield Finding(message, step.span("file"), f"add {word!r} to the step")
