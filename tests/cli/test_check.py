"""What is wrong with a file, how it is printed, and what it compiles to."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from contextlib import redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from naftiko_runtime.cli import main
from naftiko_runtime.cli.check import check
from process import Done

Command = Callable[..., Done]

GOOD = """\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example
    resources:
    - name: ship
      path: /ship
      operations: [{name: read, method: GET}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - name: ship
      path: /ship
      operations: [{name: read, method: GET, call: ships.read}]
"""
WARNED = GOOD.replace("    port: 8080\n", "    port: 8080\n    descripton: Ships\n")
REFUSED = GOOD.replace("call: ships.read", "call: ships.raed")
BROKEN = WARNED.replace("port: 8080", "port: 80800")
NOT_YAML = "naftiko: 1.0.0-alpha2\ncapability: {\n"
OTHER_ROOT = GOOD.replace("naftiko: 1.0.0-alpha2", "openapi: 3.1.0")
OTHER_VERSION = GOOD.replace("1.0.0-alpha2", "latest")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Write a file and give its place."""

    def write(text: str) -> str:
        path = tmp_path / "ships.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


ONE_ERROR = "1 errors, 0 refused, 0 warnings"
CHECKS = [
    pytest.param(GOOD, [], "no problems", (0, 0), id="good"),
    pytest.param(WARNED, ["15:5: warning[S002]"], "0 errors, 0 refused, 1 warnings", (0, 1), id="warned"),
    pytest.param(REFUSED, ["18:46: refused[L001]"], "0 errors, 1 refused, 0 warnings", (1, 1), id="refused"),
    pytest.param(BROKEN, ["14:5: error[S001]"], ONE_ERROR, (1, 1), id="broken"),
    pytest.param(NOT_YAML, ["3:1: error[Y001]"], ONE_ERROR, (1, 1), id="not yaml"),
    pytest.param(OTHER_ROOT, ["1:1: error[D002]"], ONE_ERROR, (1, 1), id="other root"),
    pytest.param(OTHER_VERSION, ["1:1: error[D003]"], ONE_ERROR, (1, 1), id="other version"),
]


@pytest.mark.parametrize("name", ["naftiko check", "naftiko-run --check", "naftiko run --check"])
@pytest.mark.parametrize(("text", "found", "summary", "codes"), CHECKS)
def test_every_problem_is_printed_with_its_line_and_counted(
    command: Command,
    write: Callable[[str], str],
    name: str,
    text: str,
    found: list[str],
    summary: str,
    codes: tuple[int, int],
) -> None:
    place, (program, *words) = write(text), name.split()
    done = command(program, *words, place)
    told = [line for line in done.out.splitlines() if not line.startswith("  hint: ")]
    problems, ending = told[: len(found)], told[len(found) :]
    assert [line.rpartition("]")[0] + "]" for line in problems] == [f"{place}:{line}" for line in found]
    more = [f"more about a code: naftiko explain {line[-5:-1]}" for line in found]
    assert (ending, done.err, done.code) == ([f"{place}: {summary}", *more], "", codes[0])
    assert command(program, *words, place, "--strict").code == codes[1]


def test_problems_can_be_read_by_machines(command: Command, write: Callable[[str], str]) -> None:
    place = write(WARNED)
    done = command("naftiko", "check", place, "--format", "json")
    assert json.loads(done.out) == [
        {
            "file": place,
            "line": 15,
            "column": 5,
            "severity": "warning",
            "code": "S002",
            "message": "unknown key 'descripton' is ignored",
            "hint": "did you mean 'description'?",
        }
    ]
    assert command("naftiko", "check", write(GOOD), "--format", "json").out == "[]\n"


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], ["R110"]),
        (["--lint", "recommended"], ["R110"]),
        (["--lint", "all"], ["R143", "R140", "R110", "R141", "R142"]),
        (["--lint", "none"], []),
    ],
)
def test_rules_of_good_files_are_checked_as_asked(
    command: Command, write: Callable[[str], str], options: list[str], codes: list[str]
) -> None:
    place = write(GOOD.replace("ships.example", "example.com"))
    done = command("naftiko", "check", place, "--format", "json", *options)
    assert [item["code"] for item in json.loads(done.out)] == codes
    assert command("naftiko", "check", place, "--strict", *options).code == (1 if codes else 0)


def test_the_plan_of_the_users_file_shows_all_24_calls(command: Command, together: Path) -> None:
    done = command("naftiko", "plan", str(together))
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n  GET ") + done.out.count("\n  POST ") + done.out.count("\n  DELETE ") == 12
    assert done.out.count("  -> together-ai-fine-tuning.") == 24


@pytest.mark.parametrize("name", ["naftiko plan", "naftiko-run", "naftiko run"])
def test_a_file_without_a_plan_is_complained_about(
    command: Command, write: Callable[[str], str], name: str
) -> None:
    place, (program, *words) = write(BROKEN), name.split()
    done = command(program, *words, place)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"{place}:14:5: error[S001]: 'port' should be less than or equal to 65535\n"
        "  hint: ports are numbers from 1 to 65535\n"
    )


def test_warnings_are_not_complained_about(command: Command, write: Callable[[str], str]) -> None:
    # an MCP server needs a port and knows no 'descripton'
    consumed = WARNED.partition("  exposes:")[0]
    place = write(f"{consumed}  exposes:\n  - {{type: mcp, namespace: tools, descripton: Ships}}\n")
    for name in ("plan", "run"):
        assert command("naftiko", name, place).err.count("\n") == 1
    assert "[S002]" in command("naftiko", "run", place, "--strict").err


def test_output_may_be_redirected_within_python(
    write: Callable[[str], str],
) -> None:
    with redirect_stdout(StringIO()) as output:
        assert main(["plan", write(GOOD)]) == 0
    assert "  -> ships.ship.read: GET /ship" in output.getvalue()


@pytest.mark.parametrize(("text", "code"), [(WARNED, "S002"), (REFUSED, "L001")])
def test_under_strict_nothing_is_served_and_the_reason_is_said(
    command: Command, write: Callable[[str], str], text: str, code: str
) -> None:
    done = command("naftiko-run", write(text), "--strict")
    assert (done.code, done.out) == (1, "")
    assert f"[{code}]: " in done.err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with two capabilities and a file of another kind."""
    texts = {"good.yaml": GOOD, "warned.yml": WARNED, "compose.yaml": "services: {}\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_is_checked_file_by_file(command: Command, folder: Path) -> None:
    done = command("naftiko", "check", str(folder))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{folder}/warned.yml:15:5: warning[S002]: ")
    assert "\n2 files, 1 skipped: 0 errors, 0 refused, 1 warnings\n" in done.out
    assert command("naftiko", "check", str(folder), "--strict").code == 1


def test_a_path_that_cannot_be_read_does_not_hide_the_others(command: Command, folder: Path) -> None:
    none = str(folder / "none.yaml")
    done = command("naftiko", "check", none, str(folder / "warned.yml"), "--format", "github")
    reason = f"cannot read {none}: No such file or directory"
    assert (done.code, done.err) == (2, f"naftiko: {reason}\n")
    assert done.out.splitlines()[0] == f"::error file={none}::{reason}"
    assert "title=S002::" in done.out


def test_findings_are_written_for_code_scanning(command: Command, folder: Path) -> None:
    done = command("naftiko", "check", str(folder), "--format", "sarif")
    assert [result["ruleId"] for result in json.loads(done.out)["runs"][0]["results"]] == ["S002"]


@pytest.mark.parametrize("count", [15, 40])
def test_few_files_and_many_are_told_alike(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    for number in range(count):
        (tmp_path / f"{number:02}.yaml").write_text(REFUSED, encoding="utf-8")
    done = command("naftiko", "check", str(tmp_path))
    places = [line.split(":")[0] for line in done.out.splitlines() if "refused[L001]" in line]
    assert places == [f"{tmp_path}/{number:02}.yaml" for number in range(count)]
    assert f"\n{count} files: 0 errors, {count} refused, 0 warnings\n" in done.out
    assert (done.code, done.err) == (1, "")


def test_standard_input_may_be_one_of_many(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(WARNED.encode())))
    done = command("naftiko", "check", str(tmp_path), "-")
    assert done.out.startswith("<stdin>:15:5: warning[S002]: ")
    assert "\n21 files: " in done.out


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("options", "is_shown"), [([], True), (["--format", "json"], False)])
def test_who_waits_at_a_terminal_sees_how_far_it_is(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    is_shown: bool,
) -> None:
    for number in range(20):
        (tmp_path / f"{number}.yaml").write_text(NOT_YAML, encoding="utf-8")
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    command("naftiko", "check", str(tmp_path), str(tmp_path / "none.yaml"), *options)
    assert ("] 21/21 files\r" in terminal.getvalue()) is is_shown
    assert f"naftiko: cannot read {tmp_path}/none.yaml: " in terminal.getvalue()


def test_a_folder_without_capabilities_is_not_taken_for_fine(command: Command, folder: Path) -> None:
    (empty := folder / "empty").mkdir()
    assert command("naftiko", "check", str(empty)) == Done(2, "", f"naftiko: no *.yaml or *.yml in {empty}\n")
    (empty / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    assert command("naftiko", "check", str(empty)) == Done(2, "", f"naftiko: no capability in {empty}\n")


def test_a_mistake_of_ours_is_a_problem(command: Command, folder: Path) -> None:
    place = str(folder / "good.yaml")
    asked = Namespace(paths=[place], lint="no such rules", format="text", strict=False, prog="naftiko")
    assert check(asked) == 1
