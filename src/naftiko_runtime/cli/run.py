"""``naftiko run``: compile, complain or serve."""

from __future__ import annotations

import logging
import sys
from argparse import Namespace
from collections.abc import Mapping

from ..app.compiler import compile_text
from ..app.listener import ListenError
from ..app.sandbox import NoSandbox
from ..app.serve import Options, Serving, run, serve_until_told
from ..plan.explain import Plan
from ..runtime.bindings import BindError
from ..source.diagnostics import Report
from .banner import banner
from .check import complain, is_bad
from .environment import read_environment
from .health import told_while_serving
from .origin import read_origin


def serve(arguments: Namespace) -> int:
    """Serve a file until told to stop; 1 when it cannot be served."""
    origin = read_origin(arguments.file)
    compiled = compile_text(origin.text, origin.name)
    if compiled.plan is None or (arguments.strict and is_bad(compiled.report, strict=True)):
        complain(compiled)
        return 1
    environ = read_environment(arguments.env_file)
    try:
        _serve(compiled.plan, compiled.report, environ, _options(arguments, environ))
    except BindError as error:
        print(error, file=sys.stderr)
        if not arguments.sandbox:
            print("  or try it without keys: --sandbox", file=sys.stderr)
        return 1
    except (ListenError, NoSandbox) as error:
        print(f"naftiko-run: {error}", file=sys.stderr)
        return 1
    return 0


def _serve(plan: Plan, report: Report, environ: Mapping[str, str], options: Options) -> None:
    with told_while_serving() as tell:

        def ready(served: Serving) -> None:
            tell(tuple(listener.url for listener in served.listeners))
            print(banner(served, options, report), file=sys.stderr, flush=True)

        run(serve_until_told(plan, environ, options, ready))


def _options(arguments: Namespace, environ: Mapping[str, str]) -> Options:
    """Put options together; what the command line does not say, the environment may."""
    allowed = environ.get("NAFTIKO_ALLOWED_HOSTS", "").split(",") + arguments.allowed_host
    return Options(
        host=arguments.host or environ.get("NAFTIKO_HOST") or None,
        ports=dict(arguments.port),
        base_uris=dict(arguments.base_uri),
        allowed_hosts=frozenset(host.strip().lower() for host in allowed if host.strip()),
        timeout_s=arguments.timeout or 50.0,
        sandbox=arguments.sandbox,
    )


def set_up_logging(level: str | None) -> None:
    """Log to standard error, one line an event; libraries speak up from warnings on."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("naftiko").setLevel((level or "info").upper())
    # our boundary tells failures to callers and to the log; uvicorn would tell them again with a stack
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
