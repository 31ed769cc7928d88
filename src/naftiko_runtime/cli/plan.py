"""``naftiko plan``: what a file, or one operation of it, compiles to."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..app.compiler import compile_text
from ..plan.explain import Plan
from ..source.diagnostics import did_you_mean
from .complaint import complain
from .failure import Failure
from .origin import read_origin


def plan(arguments: Namespace) -> int:
    """Print the plan; problems that prevent one go to standard error."""
    origin = read_origin(arguments.file)
    compiled = compile_text(origin.text, origin.name, origin.folder)
    if compiled.plan is None:
        complain(compiled.report, strict=False)
        return 1
    sys.stdout.write(
        compiled.plan.explain() if arguments.operation is None else _only(compiled.plan, arguments)
    )
    return 0


def _only(plan: Plan, arguments: Namespace) -> str:
    """Print the operations that were asked for; raises Failure when there is none."""
    word = arguments.operation
    told = plan.explain_only(word)
    if not told:
        hint = did_you_mean(word, plan.words()) or "without it all are printed"
        raise Failure(f"{arguments.file} exposes no operation {word!r}; {hint}")
    return told
