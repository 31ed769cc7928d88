"""The commands: ``naftiko-run FILE`` and ``naftiko SUBCOMMAND``."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from .check import check, plan
from .health import healthcheck
from .origin import Unreadable
from .parser import parser_of_naftiko, parser_of_run
from .run import serve, set_up_logging
from .sandbox import sandbox


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
    try:
        return _dispatch(parser, arguments)
    except Unreadable as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _dispatch(parser: ArgumentParser, arguments: Namespace) -> int:
    match arguments.command:
        case "check":
            return check(arguments.file, form=arguments.format, strict=arguments.strict)
        case "plan":
            return plan(arguments.file)
        case "sandbox":
            set_up_logging(arguments.log_level)
            return sandbox(arguments)
        case _:
            return _run(parser, arguments)


def _run(parser: ArgumentParser, arguments: Namespace) -> int:
    if arguments.healthcheck:
        return healthcheck()
    if arguments.file is None:
        parser.error("a capability FILE is needed; to try one: sample:together-ai-fine-tuning --sandbox")
    if arguments.check:
        return check(arguments.file, form=arguments.format, strict=arguments.strict)
    set_up_logging(arguments.log_level)
    return serve(arguments)
