"""``naftiko run``: compile, complain or serve."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping

from ..app.compiler import compile_text
from ..app.listener import ListenError
from ..app.loop import run
from ..app.opening import Options
from ..app.serve import Serving, serve_stdio_until_told, serve_until_told
from ..app.stage import NoSandbox
from ..plan.explain import Plan
from ..plan.surfaces import McpSurface
from ..runtime.bindings import BindError
from ..source.diagnostics import Report
from .banner import banner
from .complaint import complain, complain_of_bindings, is_bad
from .environment import read_environment
from .failure import Failure
from .logs import set_up_logging
from .notes import told_while_serving
from .options import read_options, read_workers
from .origin import read_origin
from .workers import check_workers, serve_by_workers


def serve(arguments: Namespace) -> int:
    """Serve a file until told to stop; 1 when it cannot be served."""
    set_up_logging(arguments.log_level)
    if arguments.stdio and arguments.file == "-":
        raise Failure("standard input is the client's with --stdio: give the file by its path")
    plan, report = _compiled(arguments.file)
    if plan is None or (arguments.strict and is_bad(report, strict=True)):
        complain(report, strict=arguments.strict)
        return 1
    environ = read_environment(arguments.env_file)
    over_stdio = arguments.stdio or _is_for_stdio(plan)
    workers, options = read_workers(arguments, environ), read_options(arguments, environ)
    check_workers(workers, plan, options, over_stdio=over_stdio)
    try:
        if workers > 1:
            serve_by_workers(plan, report, environ, options, workers)
        else:
            serve_it = _serve_stdio if over_stdio else _serve
            serve_it(plan, report, environ, options)
    except BindError as error:
        complain_of_bindings(error, sandbox=arguments.sandbox)
        return 1
    except (ListenError, NoSandbox) as error:
        raise Failure(str(error)) from None
    return 0


def _compiled(file: str) -> tuple[Plan | None, Report]:
    """Compile a file, and let go of its text and document, which a server would hold as long as it runs."""
    origin = read_origin(file)
    compiled = compile_text(origin.text, origin.name, origin.folder)
    return compiled.plan, compiled.report


def _is_for_stdio(plan: Plan) -> bool:
    """Tell whether all that a file exposes is one MCP server over stdio."""
    return all(isinstance(surface, McpSurface) and surface.port is None for surface in plan.surfaces)


def _serve_stdio(plan: Plan, report: Report, environ: Mapping[str, str], options: Options) -> None:
    def ready(served: Serving) -> None:
        print(banner(served, report), file=sys.stderr, flush=True)

    run(serve_stdio_until_told(plan, environ, options, ready))


def _serve(plan: Plan, report: Report, environ: Mapping[str, str], options: Options) -> None:
    with told_while_serving() as tell:

        def ready(served: Serving) -> None:
            tell(tuple(listener.url for listener in served.listeners))
            print(banner(served, report), file=sys.stderr, flush=True)

        run(serve_until_told(plan, environ, options, ready))
