"""How the commands are used, and what is said to who uses them otherwise."""

import sys
from collections.abc import Callable

import pytest

from naftiko_runtime import __version__
from naftiko_runtime.cli.parser import parser_of_run
from process import Done

Command = Callable[..., Done]


@pytest.mark.parametrize("name", ["naftiko", "naftiko-run"])
def test_the_version_is_one_line(command: Command, name: str) -> None:
    assert command(name, "--version") == Done(0, f"naftiko-runtime {__version__}\n", "")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("naftiko-run", ["sample:together-ai-fine-tuning --sandbox", "--base-uri", "--healthcheck"]),
        ("naftiko run", ["sample:together-ai-fine-tuning --sandbox", "--base-uri", "--healthcheck"]),
        ("naftiko", ["run", "check", "plan", "explain", "schema", "sandbox"]),
        ("naftiko check", ["PATH", "--format", "sarif", "exit codes: "]),
        ("naftiko sandbox", ["--job-seconds", "together-ai"]),
    ],
)
def test_help_says_what_there_is(command: Command, name: str, words: list[str]) -> None:
    program, *subcommand = name.split()
    done = command(program, *subcommand, "--help")
    assert (done.code, done.err) == (0, "")
    assert all(word in done.out for word in words)


@pytest.mark.parametrize("name", ["naftiko-run", "naftiko run"])
def test_without_a_file_there_is_a_hint(command: Command, name: str) -> None:
    program, *subcommand = name.split()
    done = command(program, *subcommand)
    assert (done.code, done.out) == (2, "")
    assert "a capability FILE is needed" in done.err
    assert "sample:together-ai-fine-tuning --sandbox" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "8080"], "'8080' is not NS=PORT"),
        (["--port", "=8080"], "'=8080' is not NS=PORT"),
        (["--port", "ns="], "'ns=' is not NS=PORT"),
        (["--port", "ns=http"], "'http' is not a port (0 to 65535)"),
        (["--port", "ns=65536"], "'65536' is not a port (0 to 65535)"),
        (["--port", "ns=-1"], "'-1' is not a port (0 to 65535)"),
        (["--base-uri", "http://localhost"], "'http://localhost' is not NS=URL"),
        *(
            (["--base-uri", f"ns={url}"], "is not an http:// or https:// address")
            for url in (
                "ftp://localhost",
                "localhost:3000",
                "http://",
                "http://:80",
                "http://localhost:0",
                "http://localhost:http",
                "http://localhost:99999",
                "http://[::1",
                "http://user:s3cret@localhost",
                "http://localhost/?q=1",
                "http://localhost/#top",
                "http://localhost/{version}",
                "http://local host",
                "http://localhost/\n",
            )
        ),
        (["--retries", "-1"], "'-1' is not a number from 0 to 999999"),
        (["--retries", "two"], "'two' is not a number from 0 to 999999"),
        (["--concurrency", "0"], "with 0 nothing would ever be sent"),
        (["--timeout", "soon"], "'soon' is not a number of seconds"),
        (["--timeout", "0"], "'0' seconds leave no time for an answer"),
        (["--timeout", "-1"], "'-1' is not a number of seconds"),
        (["--timeout", "nan"], "'nan' is not a number of seconds"),
        (["--timeout", "inf"], "'inf' is not a number of seconds"),
        (["--log-level", "loud"], "invalid choice: 'loud'"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["--no-such-option"], "unrecognized arguments: --no-such-option"),
        (["other.yaml"], "unrecognized arguments: other.yaml"),
    ],
)
def test_wrong_usage_is_named(command: Command, arguments: list[str], said: str) -> None:
    done = command("naftiko-run", "a.yaml", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["server"], "invalid choice: 'server'"),
        (["check"], "the following arguments are required: PATH"),
        (["sandbox", "together-ai", "--job-seconds", "nan"], "'nan' is not a number of seconds"),
        (["sandbox", "together-ai", "--job-seconds=-1"], "'-1' is not a number of seconds"),
        (["sandbox", "together-ai", "--port", "x"], "'x' is not a port (0 to 65535)"),
    ],
)
def test_wrong_usage_of_subcommands_is_named(command: Command, arguments: list[str], said: str) -> None:
    done = command("naftiko", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_options_may_be_repeated_for_several_servers_and_apis() -> None:
    words = "a.yaml --port a=1 --port b=0 --base-uri x=http://[::1]:3000/v1 --base-uri y=https://h.example"
    arguments = parser_of_run().parse_args(words.split())
    assert arguments.port == [("a", 1), ("b", 0)]
    assert arguments.base_uri == [("x", "http://[::1]:3000/v1"), ("y", "https://h.example")]


def test_an_interrupt_ends_a_command_as_shells_expect(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted:
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Interrupted())
    assert command("naftiko", "check", "-") == Done(130, "", "")
