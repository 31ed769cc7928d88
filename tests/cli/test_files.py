"""Which files a check is of."""

from pathlib import Path

import pytest

from naftiko_runtime.cli.failure import WrongUsage
from naftiko_runtime.cli.files import Place, is_capability, places


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with folders, and stand in it."""
    for name in ("b.yaml", "a/z.yml", "a/b/c.yaml", "a/notes.txt", ".hidden/d.yaml", "a/.e.yaml", "a-b.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_means_the_yaml_files_below_it_but_not_below_hidden_ones(tree: Path) -> None:
    found = ["a-b.yaml", "b.yaml", "a/.e.yaml", "a/z.yml", "a/b/c.yaml"]
    assert places(["."]) == tuple(Place(name, is_found=True) for name in found)
    assert places([".hidden"]) == (Place(".hidden/d.yaml", is_found=True),)


def test_files_are_listed_once_in_the_order_in_which_they_are_named(tree: Path) -> None:
    listed = places(["b.yaml", "a/b", "./b.yaml", str(tree / "b.yaml"), "a"])
    assert [place.name for place in listed] == ["b.yaml", "a/b/c.yaml", "a/.e.yaml", "a/z.yml"]
    assert [place.is_found for place in listed] == [False, True, True, True]


def test_what_is_named_is_listed_whatever_it_is(tree: Path) -> None:
    words = ("none.yaml", "a/notes.txt", "-", "sample:a", "https://h.example/a", "nul\0")
    assert places(words) == tuple(Place(word) for word in words)


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(20):  # a longer path than any system takes
        below = Path("n" * 250)
        below.mkdir()
        monkeypatch.chdir(below)
    monkeypatch.undo()
    with pytest.raises(WrongUsage, match=r"^cannot read .*: File name too long$"):
        places([str(tmp_path)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("naftiko: 1.0.0-alpha2", True),
        ("# one\n---\nikanos : 1.0.0-beta5\n", True),
        ("info: {}\r\n'naftiko': 0.2\r\n", True),
        ('{"naftiko": "0.2"}', True),
        ("naftiko: [", True),
        ("", False),
        ("name: naftiko\nmore:\n  naftiko: 1\n", False),
        ("naftikos: 1", False),
    ],
)
def test_a_capability_is_told_by_its_first_key(tmp_path: Path, text: str, found: bool) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    assert is_capability(str(path)) is found


def test_what_cannot_be_read_may_be_a_capability(tmp_path: Path) -> None:
    assert is_capability(str(tmp_path / "none.yaml"))
