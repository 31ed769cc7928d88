"""What keeps a file from being served, and what is said about it."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from calling import SHIPS
from process import STOP_S, Done

Command = Callable[..., Done]

REST, MCP = "together-ai-fine-tuning-rest", "together-ai-fine-tuning-mcp"


def test_a_missing_key_is_told_with_the_line_that_needs_it_and_what_to_do(
    command: Command, together: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, state in ((None, "is not set"), (" ", "is empty")):
        if key is not None:
            monkeypatch.setenv("TOGETHER_AI_API_KEY", key)
        done = command("naftiko-run", str(together))
        assert (done.code, done.out) == (1, "")
        problem, hint, advice = done.err.splitlines()
        assert problem == (
            f"{together}:14:5: error[B001]: TOGETHER_AI_API_KEY {state}; "
            "bind 'env.TOGETHER_AI_API_KEY' needs it for bearer token (line 216)"
        )
        assert hint.startswith("  hint: export TOGETHER_AI_API_KEY=")
        assert "--env-file" in hint
        assert advice == "  or try it without keys: --sandbox"


def test_a_missing_file_of_keys_is_told_and_check_does_not_look_for_it(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ships.yaml"
    path.write_text(
        SHIPS.replace("- namespace: env\n", "- namespace: env\n  location: file:///./keys.yaml\n"),
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    assert command("naftiko", "check", "ships.yaml", "--lint", "none").code == 0
    assert (
        "needs env.KEY: SHIPS_KEY from file:///./keys.yaml\n" in command("naftiko", "plan", "ships.yaml").out
    )
    done = command("naftiko-run", "ships.yaml")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        "ships.yaml:4:3: error[B005]: cannot read 'file:///./keys.yaml', which is needed for "
        "bearer token (line 11): No such file or directory",
        f"  hint: it is looked for at {tmp_path / 'keys.yaml'}",
        "  or try it without keys: --sandbox",
    ]


def test_the_sandbox_is_no_advice_for_what_it_cannot_mend(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "ships.yaml"
    path.write_text(
        SHIPS.replace("    authentication: {type: bearer, token: '{{env.KEY}}'}\n", ""), encoding="utf-8"
    )
    place = str(path)
    done = command("naftiko-run", place, "--base-uri", "shipz=http://localhost")
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        f"{place}:1:1: error[B004]: --base-uri names 'shipz', which this file does not consume",
        "  hint: did you mean 'ships'?",
    ]
    done = command("naftiko-run", place, "--sandbox")
    assert done.err == (
        "naftiko-run: there is no sandbox for ships.example.com; there is one for "
        "api.together.ai, api.together.xyz\n"
    )


@pytest.mark.parametrize("options", [[], ["--sandbox"]])
def test_a_key_with_a_line_break_is_refused_and_not_shown(
    command: Command, together: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.setenv("TOGETHER_AI_API_KEY", "s3cret\n")
    done = command("naftiko-run", str(together), *options)
    assert (done.code, done.out) == (1, "")
    assert "error[B002]: TOGETHER_AI_API_KEY holds a line break" in done.err
    assert "s3cret" not in done.err


@pytest.mark.parametrize("name", ["naftiko-run", "naftiko run"])
def test_a_taken_port_is_one_line_that_says_what_to_do(command: Command, together: Path, name: str) -> None:
    program, *words = name.split()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = ("--sandbox", "--port", f"{REST}=0", "--port", f"{MCP}={port}")
        done = command(program, *words, str(together), *options)
    assert done == Done(
        1,
        "",
        f"{program}: {MCP} cannot listen on 127.0.0.1:{port}: Address already in use; "
        f"another port: --port {MCP}=PORT\n",
    )


def test_a_taken_port_of_a_sandbox_is_one_line_that_says_what_to_do(command: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command("naftiko", "sandbox", "together-ai", "--port", str(port))
    assert done == Done(
        1,
        "",
        f"naftiko: the together-ai sandbox cannot listen on 127.0.0.1:{port}: Address already in use; "
        "another port: --port PORT\n",
    )


def test_an_unknown_sandbox_names_those_there_are(command: Command) -> None:
    near, far = (command("naftiko", "sandbox", name) for name in ("together", "x"))
    assert near == Done(1, "", "naftiko: no sandbox 'together'; did you mean 'together-ai'?\n")
    assert far == Done(1, "", "naftiko: no sandbox 'x'; there is together-ai\n")


@pytest.mark.parametrize(
    ("options", "environ"),
    [(["--host", "no-such-host.invalid"], {}), ([], {"NAFTIKO_HOST": "no-such-host.invalid"})],
    ids=["option", "environment"],
)
def test_an_address_that_is_not_ours_is_one_line(
    command: Command,
    together: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    environ: dict[str, str],
) -> None:
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    done = command("naftiko-run", str(together), "--sandbox", *options)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert done.err.startswith(f"naftiko-run: {REST} cannot listen on no-such-host.invalid:8080: ")


def test_an_interrupt_ends_serving_well(command: Command, together: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    def interrupt_when_it_answers() -> None:
        deadline = time.monotonic() + STOP_S
        while not list(tmp_path.glob("naftiko-runtime-*/*.txt")):
            time.sleep(0.01)
            assert time.monotonic() < deadline
        os.kill(os.getpid(), signal.SIGINT)

    caller = threading.Thread(target=interrupt_when_it_answers)
    caller.start()
    done = command(
        "naftiko-run", str(together), "--sandbox", "--port", f"{REST}={port}", "--port", f"{MCP}=0"
    )
    caller.join()
    assert (done.code, done.out) == (0, "")
    assert f"  REST  http://127.0.0.1:{port} " in done.err
    assert list(tmp_path.glob("naftiko-runtime-*/*")) == []
