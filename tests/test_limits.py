"""Limits that start true stay true."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = [ROOT / "src", ROOT / "bench"]
MODULE_LINES = 300
FUNCTION_LINES = 50


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(path for folder in SOURCES for path in folder.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def functions() -> Iterator[tuple[str, int]]:
    for name, text in modules():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.lineno} {node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_there_are_modules_to_measure() -> None:
    assert any(modules())


def test_no_module_is_too_long() -> None:
    lengths = {name: len(text.splitlines()) for name, text in modules()}
    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    assert {name: lines for name, lines in functions() if lines > FUNCTION_LINES} == {}


def test_every_module_begins_with_a_docstring() -> None:
    assert [name for name, text in modules() if not ast.get_docstring(ast.parse(text))] == []
