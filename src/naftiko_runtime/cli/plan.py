"""``naftiko plan``: what a file compiles to."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..app.compiler import compile_text
from .complaint import complain
from .origin import read_origin


def plan(arguments: Namespace) -> int:
    """Print the plan; problems that prevent one go to standard error."""
    origin = read_origin(arguments.file)
    compiled = compile_text(origin.text, origin.name, origin.folder)
    if compiled.plan is None:
        complain(compiled.report, strict=False)
        return 1
    sys.stdout.write(compiled.plan.explain())
    return 0
