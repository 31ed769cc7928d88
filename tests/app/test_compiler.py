"""The public functions that read a file: a plan, a document, or every mistake at once."""

from pathlib import Path

import pytest

import naftiko_runtime
from naftiko_runtime import CompileError, Document, Plan
from naftiko_runtime.app.compiler import compile_text

BROKEN = """\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: htpp
    namespace: api
    baseUri: https://example.com
  exposes:
  - type: rest
    namespace: rest
    port: 99999
"""


def test_a_file_compiles_to_a_plan(together: Path) -> None:
    plan = naftiko_runtime.compile(together)
    assert isinstance(plan, Plan)
    assert (plan.file, len(list(plan.operations()))) == (str(together), 24)


def test_a_file_loads_as_its_author_wrote_it(together: Path) -> None:
    document = naftiko_runtime.load(str(together))
    assert isinstance(document, Document)
    assert document.naftiko == "1.0.0-alpha2"
    assert [server.type for server in document.capability.exposes or ()] == ["rest", "mcp"]


def test_every_mistake_is_raised_once_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    for read in (naftiko_runtime.compile, naftiko_runtime.load):
        with pytest.raises(CompileError) as caught:
            read(path)
        assert [(item.code, item.span.line) for item in caught.value.report] == [("S001", 4), ("S001", 10)]
        assert str(caught.value) == str(caught.value.report)
        assert str(caught.value).startswith(f"{path}:4:")


def test_a_file_that_parses_but_does_not_link_loads_and_does_not_compile(tmp_path: Path) -> None:
    path = tmp_path / "no-port.yaml"
    text = BROKEN.replace("htpp", "http").replace("type: rest", "type: mcp").replace("    port: 99999\n", "")
    path.write_text(text, encoding="utf-8")
    assert isinstance(naftiko_runtime.load(path), Document)
    with pytest.raises(CompileError) as caught:
        naftiko_runtime.compile(path)
    assert [item.code for item in caught.value.report] == ["S003"]


@pytest.mark.parametrize("text", ["", "[1]", "a: b: c", "naftiko: 9.9.9\ncapability: {}\n"])
def test_a_text_that_is_no_capability_gives_a_report_and_no_plan(text: str) -> None:
    compiled = compile_text(text, "a.yaml")
    assert compiled.plan is None
    assert compiled.report.has_errors


def test_a_file_that_is_not_there_is_the_systems_own_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        naftiko_runtime.compile(tmp_path / "none.yaml")


def test_a_file_that_is_not_text_is_pythons_own_error(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"naftiko: 1.0.0-alpha2\ninfo: {label: Zo\xeb}\n")
    with pytest.raises(UnicodeDecodeError):
        naftiko_runtime.compile(path)


def test_the_package_offers_what_it_lists_and_nothing_else() -> None:
    assert {name for name in naftiko_runtime.__all__ if getattr(naftiko_runtime, name)} == set(
        naftiko_runtime.__all__
    )
    with pytest.raises(AttributeError, match="has no attribute 'servce'"):
        naftiko_runtime.servce  # noqa: B018
