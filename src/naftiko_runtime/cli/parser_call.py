"""The part of the command line that says what ``naftiko call`` asks for."""

from __future__ import annotations

import argparse

CALL_EPILOG = """\
examples:
  naftiko call my.yaml list-jobs                             a tool by its name
  naftiko call my.yaml 'GET /v1/jobs/{id}' --arg id=ft-1     a route; --arg is given once for each argument
  naftiko call my.yaml create-job --json '{"model": "m"}'    all arguments as JSON; --json - reads them
  naftiko call my.yaml ask --arg question=@question.txt      the text of a file; @@ begins a text with @
  naftiko call my.yaml upload --arg name=a --body a.png      raw bytes, for an operation that streams them
  naftiko call my.yaml list-jobs --explain                   with requests, answers, outputs and times
  naftiko call my.yaml list-jobs --dry-run                   the request as a curl command, not sent
  naftiko call my.yaml 'GET /v1/files/{id}/content' --arg id=f-1 > data.jsonl

The result goes to standard output, everything else to standard error. `naftiko plan FILE OPERATION` says what
an operation takes.

exit codes: 0 done, 1 the call failed, 2 wrong usage, such as an argument that is missing
"""


def add_asked(call: argparse.ArgumentParser) -> None:
    """Add the operation and what it is given; what only servers need has its default."""
    call.set_defaults(host=None, port=[], allowed_host=[], forward_query=[], concurrency=None, hot_lane=True)
    call.add_argument(
        "operation",
        metavar="OPERATION",
        help="a tool's name, 'GET /path', a path, or an operation's name or its end; see naftiko plan",
    )
    given = call.add_argument_group("what it is given")
    arguments = given.add_mutually_exclusive_group()
    arguments.add_argument(
        "--arg",
        action="append",
        default=[],
        type=_argument,
        metavar="NAME=TEXT",
        help="an argument as text, again for each element of a list; @FILE gives the text of a file, @- that "
        "of standard input",
    )
    arguments.add_argument("--json", metavar="OBJECT", help="all arguments as a JSON object; - reads it")
    given.add_argument("--body", metavar="FILE", help="the raw body that the operation sends on; - reads it")
    shown = call.add_argument_group("what is shown").add_mutually_exclusive_group()
    shown.add_argument(
        "--explain",
        action="store_true",
        help="tell requests as curl commands, answers, what each output takes, and times, on standard error",
    )
    shown.add_argument(
        "--dry-run", action="store_true", help="write the first request as a curl command, and send nothing"
    )


def _argument(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=TEXT")
    return name, value
