"""``naftiko check``: what is wrong with files."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from ..values.later import later
from .checking import Checked, Outcome, check_each
from .complaint import is_bad
from .failure import WrongUsage
from .files import Place, places
from .forms import MACHINE_FORMS, Form, write_one, write_several
from .progress import Progress

if TYPE_CHECKING:
    from . import pool
else:
    pool = later(".pool", __package__)

_MANY = 16


def check(arguments: Namespace) -> int:
    """Print every problem; 1 when something would not be served, 2 when a path could not be read."""
    listed = places(arguments.paths)
    if not listed:
        raise WrongUsage(f"no *.yaml or *.yml in {', '.join(arguments.paths)}")
    progress = Progress(len(listed), _terminal(arguments, len(listed)))
    codes: set[int] = set()
    files = _noted(progress.of(_checked(listed, arguments.lint)), arguments, progress, codes)
    for text in _form(arguments, len(listed))(files, arguments.strict):
        progress.hide()
        _write(text, arguments)
    return max(codes)


def _checked(listed: Sequence[Place], rules: str) -> Iterator[Checked]:
    """Check a few files here, many in other processes, which read no standard input of ours."""
    if len(listed) < _MANY or any(place.name == "-" for place in listed):
        return check_each(listed, rules)
    return pool.check_many(listed, rules)


def _noted(
    files: Iterable[Checked], arguments: Namespace, progress: Progress, codes: set[int]
) -> Iterator[Checked]:
    """Hand files on, say at once which could not be checked, and note the exit code that each asks for."""
    for file in files:
        if file.reason:
            progress.hide()
            print(f"{arguments.prog}: {file.reason}", file=sys.stderr)
        if file.outcome is not Outcome.SKIPPED:
            codes.add(_code(file, strict=arguments.strict))
        yield file
    if not codes:
        raise WrongUsage(f"no capability in {', '.join(arguments.paths)}")


def _code(file: Checked, *, strict: bool) -> int:
    if file.outcome is Outcome.UNREADABLE:
        return 2
    return 1 if file.outcome is Outcome.CRASHED or is_bad(file.found, strict=strict) else 0


def _form(arguments: Namespace, files: int) -> Form:
    if arguments.format in MACHINE_FORMS:
        return MACHINE_FORMS[arguments.format]
    return write_one if files == 1 else write_several


def _terminal(arguments: Namespace, files: int) -> TextIO | None:
    """Find where progress is of use: where somebody waits, and sees nothing else that moves."""
    watched = files >= _MANY and arguments.format == "text" and sys.stderr.isatty()
    return sys.stderr if watched else None


def _write(text: str, arguments: Namespace) -> None:
    """Write what machines read as UTF-8, whatever the terminal knows."""
    if arguments.format in MACHINE_FORMS:
        sys.stdout.buffer.write(text.encode())
    else:
        sys.stdout.write(text)
        sys.stdout.flush()
