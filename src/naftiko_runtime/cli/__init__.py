"""The commands: ``naftiko-run FILE`` and ``naftiko SUBCOMMAND``."""

from __future__ import annotations

import io
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType

from ..app.collecting import collect_seldom
from ..app.leaving import ends_when_terminated
from .failure import Failure
from .parser import parser_of_naftiko, parser_of_run

# imported when they run: --help and health checks, which run often, need none of them
_COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "run": (".run", "serve"),
        "check": (".check", "check"),
        "plan": (".plan", "plan"),
        "call": (".call", "call"),
        "explain": (".explain", "explain"),
        "schema": (".schema", "schema"),
        "sandbox": (".sandbox", "sandbox"),
        "healthcheck": (".health", "healthcheck"),
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``naftiko``; returns the exit code: 0 done, 1 cannot be done, 2 wrong usage."""
    parser = parser_of_naftiko()
    return _told(parser, parser.parse_args(argv))


def main_run(argv: Sequence[str] | None = None) -> int:
    """Run ``naftiko-run``, which is ``naftiko run``."""
    parser = parser_of_run()
    arguments = parser.parse_args(argv)
    arguments.command = "run"
    return _told(parser, arguments)


def _told(parser: ArgumentParser, arguments: Namespace) -> int:
    arguments.prog = parser.prog
    collect_seldom()
    try:
        with ends_when_terminated():
            code = _run(parser, arguments)
        sys.stdout.flush()
    except Failure as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:  # whoever reads, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _run(parser: ArgumentParser, arguments: Namespace) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal or pipe may not know every letter of a file
        sys.stdout.reconfigure(errors="backslashreplace")
    command = arguments.command
    if command == "run":
        if arguments.healthcheck:
            return _load("healthcheck")(arguments)
        if arguments.file is None:
            parser.error("a capability FILE is needed; to try one: sample:together-ai-fine-tuning --sandbox")
        if arguments.check:
            command, arguments.paths = "check", [arguments.file]
    return _load(command)(arguments)


def _load(command: str) -> Callable[[Namespace], int]:
    module, function = _COMMANDS[command]
    loaded: Callable[[Namespace], int] = getattr(import_module(module, __name__), function)
    return loaded
