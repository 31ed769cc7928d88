"""The command line: subcommands, options, help."""

from __future__ import annotations

import argparse

from .. import __version__
from .parser_call import CALL_EPILOG, add_asked
from .readers import count, duration, network, number, pair, port, positive, seconds, url

_FILE_HELP = "a capability file: path, https:// address, - for standard input, or sample:NAME"
_PATH_HELP = f"{_FILE_HELP}; or a folder, for every *.yaml and *.yml in it that is a capability"
_CHECK_EPILOG = """\
examples:
  naftiko check my.yaml                                      one file
  naftiko check capabilities shared/shop.yaml --strict       folders and files, warnings count as errors
  naftiko check . --format github                            for a workflow; sarif is for code scanning

exit codes: 0 nothing wrong, 1 something would not be served, 2 wrong usage or a path that cannot be read
"""
_RUN_EPILOG = """\
examples:
  naftiko-run sample:together-ai-fine-tuning --sandbox       try it without a key
  naftiko-run my.yaml --env-file .env                        keys from a file
  naftiko-run my.yaml --port my-rest=8000 --port my-mcp=0    other ports; 0 takes a free one
  naftiko-run my.yaml --stdio                                for an MCP client that starts it
  naftiko-run my.yaml --base-uri my-api=http://localhost:3000
"""


def parser_of_naftiko() -> argparse.ArgumentParser:
    """Build the parser of ``naftiko SUBCOMMAND``."""
    parser = argparse.ArgumentParser("naftiko", description="Runs and inspects Naftiko capability files.")
    parser.add_argument("--version", action="version", version=f"naftiko-runtime {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="serve what a file exposes",
        epilog=_RUN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_run(run)
    check = commands.add_parser(
        "check",
        help="print every problem of files with its line",
        epilog=_CHECK_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("paths", metavar="PATH", nargs="+", help=_PATH_HELP)
    _add_check(check)
    plan = commands.add_parser("plan", help="print what a file compiles to: which call goes where, and why")
    plan.add_argument("file", metavar="FILE", help=_FILE_HELP)
    plan.add_argument(
        "operation",
        metavar="OPERATION",
        nargs="?",
        help="print only this one: a tool's name, 'GET /path', a path, or an operation's name or its end",
    )
    call = commands.add_parser(
        "call",
        help="call one operation of a file, without serving it",
        epilog=CALL_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    call.add_argument("file", metavar="FILE", help=_FILE_HELP)
    add_asked(call)
    _add_call(call.add_argument_group("what to call"))
    explain = commands.add_parser("explain", help="print what the manual says about a code, with examples")
    explain.add_argument("code", metavar="CODE", nargs="?", help="as L001; without it all codes are listed")
    commands.add_parser("schema", help="print the JSON Schema of capability files, for editors")
    _add_sandbox(commands.add_parser("sandbox", help="serve a stand-in of a real API on loopback"))
    return parser


def parser_of_run() -> argparse.ArgumentParser:
    """Build the parser of ``naftiko-run FILE``."""
    parser = argparse.ArgumentParser(
        "naftiko-run",
        description="Serves what a Naftiko capability file exposes: REST, MCP.",
        epilog=_RUN_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"naftiko-runtime {__version__}")
    _add_run(parser)
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", help=_FILE_HELP)
    _add_listen(parser.add_argument_group("where to listen"))
    calls = parser.add_argument_group("what to call")
    _add_call(calls)
    _add_shared(calls)
    other = parser.add_argument_group("instead of serving")
    other.add_argument("--check", action="store_true", help="print every problem and stop, as naftiko check")
    other.add_argument(
        "--healthcheck", action="store_true", help="ask a running server whether it answers, and stop"
    )
    _add_check(other)
    _add_log_level(parser)


def _add_listen(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--host", help="address to listen on (default: the file's, else 127.0.0.1)")
    group.add_argument(
        "--stdio",
        action="store_true",
        help="serve the MCP server to the program that starts this one, and nothing else",
    )
    group.add_argument(
        "--port",
        action="append",
        default=[],
        type=pair(port, "NS=PORT"),
        metavar="NS=PORT",
        help="port of the server with namespace NS, instead of the file's",
    )
    group.add_argument(
        "--allowed-host",
        action="append",
        default=[],
        metavar="NAME",
        help="host name that callers may use, besides loopback names and addresses",
    )
    group.add_argument(
        "--workers",
        type=number,
        metavar="N",
        help="processes that serve; each has limits of its own (default: 1)",
    )


def _add_call(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--base-uri",
        action="append",
        default=[],
        type=pair(url, "NS=URL"),
        metavar="NS=URL",
        help="address of the consumed API with namespace NS, instead of the file's",
    )
    group.add_argument(
        "--allow-address",
        action="append",
        default=[],
        type=network,
        metavar="ADDRESS",
        help="address or network, such as 10.0.0.0/8, that may be called although it is not public",
    )
    group.add_argument(
        "--proxy-from-env",
        action="store_true",
        help="call through the proxies that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name",
    )
    group.add_argument("--sandbox", action="store_true", help="call stand-ins on loopback, nothing real")
    group.add_argument("--env-file", metavar="PATH", help="file of NAME=value lines for what is not set")
    group.add_argument(
        "--timeout", type=seconds, metavar="S", help="longest wait for an answer, in seconds (default: 50)"
    )
    group.add_argument(
        "--retries",
        type=count,
        metavar="N",
        help="how often a request that may be repeated is tried again (default: the file's, else 2)",
    )


def _add_shared(group: argparse._ArgumentGroup) -> None:
    """Add what only callers at the same time, or of a server, can mean."""
    group.add_argument(
        "--concurrency",
        type=positive,
        metavar="N",
        help="requests of a worker to one API at a time; more wait (default: the file's, else 256)",
    )
    group.add_argument(
        "--forward-query",
        action="append",
        default=[],
        metavar="NS",
        help="pass on query parameters that the file does not declare, on the REST server NS",
    )
    group.add_argument(
        "--no-hot-lane",
        dest="hot_lane",
        action="store_false",
        help="answer all MCP messages with the SDK, also those that are answered faster without it",
    )


def _add_sandbox(sandbox: argparse.ArgumentParser) -> None:
    sandbox.add_argument("name", metavar="NAME", help="together-ai")
    sandbox.add_argument("--port", type=port, default=0, help="port to listen on (default: a free one)")
    sandbox.add_argument("--key", help="bearer token that it accepts (default: sandbox-key)")
    sandbox.add_argument(
        "--job-seconds",
        type=duration,
        default=60.0,
        metavar="S",
        help="how long a whole job takes (default: 60)",
    )
    _add_log_level(sandbox)


def _add_check(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--format",
        choices=("text", "json", "sarif", "github"),
        default="text",
        help="how check prints (default: text)",
    )
    parser.add_argument(
        "--lint",
        choices=("none", "recommended", "all"),
        default="recommended",
        help="which rules of good files check goes by (default: recommended)",
    )
    parser.add_argument("--strict", action="store_true", help="take every warning of the file as an error")


def _add_log_level(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log-level",
        choices=("debug", "info", "warning", "error"),
        help="how much is logged (default: info)",
    )
