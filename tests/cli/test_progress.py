"""How far a check has come, on terminals only."""

from io import StringIO

import pytest

from naftiko_runtime.cli.progress import Progress


def test_a_bar_grows_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    terminal = StringIO()
    progress = Progress(2, terminal)
    for _ in progress.of("ab"):
        progress.hide()
    bars = [
        f"[{'#' * done}{'.' * (24 - done)}] {count}/2 files" for count, done in ((0, 0), (1, 12), (2, 24))
    ]
    assert terminal.getvalue() == "".join(f"\r\r{bar}\r{' ' * len(bar)}\r" for bar in bars)


def test_a_narrow_terminal_has_a_short_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "9")
    terminal = StringIO()
    assert list(Progress(1, terminal).of("a")) == ["a"]
    assert terminal.getvalue() == f"\r\r[.......\r{' ' * 8}\r[#######\r{' ' * 8}\r"


def test_without_a_terminal_there_is_none() -> None:
    assert list(Progress(2, None).of("ab")) == ["a", "b"]
