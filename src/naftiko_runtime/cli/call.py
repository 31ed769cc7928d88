"""``naftiko call``: one operation of a file, run from the terminal."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping

from ..app.compiler import compile_text
from ..app.loop import run
from ..app.once import Ask, call_once
from ..app.stage import NoSandbox
from ..exposers.advice import Repetition
from ..exposers.refusal import tell, text_of
from ..plan.errors import CallError, InvalidArguments
from ..plan.explain import Plan
from ..plan.forward import Forward
from ..plan.surfaces import Operation
from ..runtime.bindings import BindError
from ..source.diagnostics import did_you_mean
from .complaint import complain, complain_of_bindings
from .dry import NotSent, Rehearsal, ignore, unsent
from .environment import read_environment
from .failure import Failure, WrongUsage
from .given import check_standard_input, read_given, wrong_arguments
from .logs import set_up_logging
from .options import read_options
from .origin import read_origin
from .result import write_result
from .story import Story

_UNKNOWN = "not-known-and-not-needed"


def call(arguments: Namespace) -> int:
    """Call an operation and write what it gives; 1 when that failed, 2 when it was asked for wrongly."""
    set_up_logging("warning")
    check_standard_input(arguments)
    origin = read_origin(arguments.file)
    compiled = compile_text(origin.text, origin.name, origin.folder)
    if compiled.plan is None:
        complain(compiled.report, strict=False)
        return 1
    operation = _chosen(compiled.plan, arguments.operation)
    given = read_given(arguments, operation)
    try:
        _call(compiled.plan, arguments, Ask(operation, given.raw, given.context))
    except BindError as error:
        complain_of_bindings(error, sandbox=arguments.sandbox)
        return 1
    except NoSandbox as error:
        raise Failure(str(error)) from None
    return 0


def _call(plan: Plan, arguments: Namespace, ask: Ask) -> None:
    """Call; raises Failure for a call that failed, WrongUsage where the arguments are why."""
    environ = read_environment(arguments.env_file)
    take, watcher = write_result, Story(arguments.body) if arguments.explain else None
    if arguments.dry_run:
        environ = {**environ, **dict.fromkeys(_unset(plan, environ), _UNKNOWN)}
        take, watcher = ignore, Rehearsal(arguments.body)
    try:
        run(call_once(plan, environ, read_options(arguments, environ), ask, take, watcher))
    except NotSent:
        print(unsent(ask.operation), file=sys.stderr)
    except CallError as error:
        if isinstance(error, InvalidArguments) and not error.done:
            raise wrong_arguments(error.problems, ask.operation.contract) from None
        told = text_of(tell(error, Repetition.of(ask.operation.body)))
        raise Failure(told.replace("\n", "\n  ")) from None


def _unset(plan: Plan, environ: Mapping[str, str]) -> Iterator[str]:
    """List the variables that nobody needs to know where nothing is sent."""
    sources = (bind.source for bind in plan.binds if bind.file is None)
    yield from (source for source in sources if not environ.get(source, "").strip())


def _chosen(plan: Plan, word: str) -> Operation:
    """Find the one operation that is meant; raises WrongUsage where none is, or several are."""
    found = plan.find(word)
    if not found:
        hint = did_you_mean(word, plan.words()) or f"naftiko plan {plan.file} prints all"
        raise WrongUsage(f"{plan.file} exposes no operation {word!r}; {hint}")
    if len(found) > 1:
        names = "".join(f"\n  {operation.name}  ({shown})" for shown, operation in found)
        raise WrongUsage(f"{word!r} may mean several operations; did you mean one of these?{names}")
    [(_, operation)] = found
    if isinstance(operation.body, Forward):
        raise WrongUsage(f"{word!r} hands on whatever is asked for: serve it, and ask with an HTTP client")
    return operation
