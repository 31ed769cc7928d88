"""What is wrong with one file."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from ..app.compiler import compile_text
from ..rules.lint import RECOMMENDED, RULES, lint
from ..rules.rule import Rule
from ..source.diagnostics import Diagnostic
from ..spec.document import Document
from ..values.record import dataclass
from .failure import Failure
from .files import Place, is_capability
from .origin import Origin, read_origin

_RULES: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {"none": (), "recommended": RECOMMENDED, "all": RULES}
)


class Outcome(Enum):
    """``skipped``: another kind of YAML in a folder. ``crashed``: the mistake is ours."""

    CHECKED = "checked"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with its diagnostics in the order of lines, or with a sentence that says why there are none."""

    name: str
    found: tuple[Diagnostic, ...] = ()
    outcome: Outcome = Outcome.CHECKED
    reason: str = ""


def check_each(places: Iterable[Place], rules: str) -> Iterator[Checked]:
    """Check files one after the other."""
    return (check_place(place, rules) for place in places)


def check_place(place: Place, rules: str) -> Checked:
    """Check one file; nothing in it takes the others with it."""
    try:
        if place.is_found and not is_capability(place.name):
            return Checked(place.name, outcome=Outcome.SKIPPED)
        return _check(read_origin(place.name), rules)
    except Failure as error:
        return Checked(place.name, outcome=Outcome.UNREADABLE, reason=str(error))
    except Exception as error:  # noqa: BLE001 - whatever this file lays open, the others are to be told of too
        return Checked(
            place.name, outcome=Outcome.CRASHED, reason=f"cannot check {place.name}: {_bug(error)}"
        )


def _check(origin: Origin, rules: str) -> Checked:
    compiled = compile_text(origin.text, origin.name, origin.folder)
    if compiled.document is not None:
        lint(compiled.document, compiled.report, _RULES[rules])
    found = tuple(item for item in compiled.report if not _is_elsewhere(item, compiled.document))
    return Checked(origin.name, found)


def _is_elsewhere(item: Diagnostic, document: Document | None) -> bool:
    """Tell whether a server is missed only because others, who import the file, have it."""
    return item.code == "S004" and document is not None and document.is_shared


def _bug(error: Exception) -> str:
    """Name an exception and where it arose, for whoever mends it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(frame.filename).name}:{frame.lineno}"
