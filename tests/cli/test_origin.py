"""Where a file may come from, and the one line that says why it cannot be read."""

import re
import sys
from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from process import Done

Command = Callable[..., Done]
Pages = tuple[str, dict[str, bytes | None]]

TOO_LARGE = b"#" * (8 * 1024 * 1024 + 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fill a folder with files of which none can be read."""
    (tmp_path / "directory.yaml").mkdir()
    (tmp_path / "latin.yaml").write_bytes(b"naftiko: Zo\xeb")
    (tmp_path / "large.yaml").write_bytes(TOO_LARGE)
    return tmp_path


READERS = [("naftiko-run", 1), ("naftiko run", 1), ("naftiko plan", 1), ("naftiko check", 2)]


@pytest.mark.parametrize(("name", "code"), [*READERS, ("naftiko-run --check", 2)])
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("none.yaml", "No such file or directory"),
        ("latin.yaml", "byte 11 is not UTF-8"),
        ("large.yaml", "it is larger than 8388608 bytes"),
        ("nul\0.yaml", "embedded null byte"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line(
    command: Command, folder: Path, name: str, code: int, file: str, reason: str
) -> None:
    program, *words = name.split()
    place = str(folder / file)
    assert command(program, *words, place) == Done(code, "", f"{program}: cannot read {place}: {reason}\n")


@pytest.mark.parametrize("name", ["naftiko-run", "naftiko plan"])
def test_a_folder_is_no_capability(command: Command, tmp_path: Path, name: str) -> None:
    program, *words = name.split()
    done = command(program, *words, str(tmp_path))
    assert done == Done(1, "", f"{program}: cannot read {tmp_path}: Is a directory\n")


def test_a_file_may_come_from_a_server(command: Command, pages: Pages, together: Path) -> None:
    url, served = pages
    served["/a.yaml?token=1"] = together.read_bytes()
    done = command("naftiko", "plan", f"{url}/a.yaml?token=1")
    assert (done.code, done.err) == (0, "")
    assert done.out.count("  -> ") == 24


@pytest.mark.parametrize(
    ("page", "reason"),
    [(b"", "the server answered 404 Not Found"), (TOO_LARGE, "it is larger than 8388608 bytes")],
    ids=["missing", "large"],
)
def test_a_server_without_the_file_is_one_line(
    command: Command, pages: Pages, page: bytes, reason: str
) -> None:
    url, served = pages
    served["/a.yaml"] = page
    done = command("naftiko", "check", f"{url}/a.yaml")
    assert done == Done(2, "", f"naftiko: cannot read {url}/a.yaml: {reason}\n")


@pytest.mark.parametrize("rest", ["/hangs-up", ":x/", "]/", "-no-such-host.invalid/"])
def test_an_address_that_gives_nothing_is_one_line(command: Command, pages: Pages, rest: str) -> None:
    url, served = pages
    served["/hangs-up"] = None
    done = command("naftiko", "check", url + rest)
    assert (done.code, done.out) == (2, "")
    assert re.fullmatch(rf"naftiko: cannot read {re.escape(url + rest)}: [^\[\]<>]+\n", done.err)


def test_a_file_may_come_from_standard_input(
    command: Command, monkeypatch: pytest.MonkeyPatch, together: Path
) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(together.read_bytes())))
    done = command("naftiko", "check", "-")
    assert (done.code, done.err) == (0, "")
    assert "\n<stdin>: " in done.out


def test_a_sample_comes_with_the_package(command: Command) -> None:
    done = command("naftiko", "plan", "sample:together-ai-fine-tuning")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("Together APIs — Fine-tuning (sample:together-ai-fine-tuning)\n")


@pytest.mark.parametrize("name", ["none", "", "../../pyproject", "together-ai-fine-tuning.yaml"])
def test_an_unknown_sample_names_those_there_are(command: Command, name: str) -> None:
    done = command("naftiko-run", f"sample:{name}")
    reason = "no such sample; there is together-ai-fine-tuning"
    assert done == Done(1, "", f"naftiko-run: cannot read sample:{name}: {reason}\n")


def test_keys_may_come_from_a_file(command: Command, tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"\xef\xbb\xbf# keys\nTOGETHER_AI_API_KEY='from $HOME'\nexport OTHER\n")
    arguments = ("sample:together-ai-fine-tuning", "--env-file", str(env_file), "--port", "none=0")
    done = command("naftiko-run", *arguments)
    assert done.err.startswith("naftiko-run: --port names 'none'")  # the key was not what it lacked


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("none.yaml", "No such file or directory"),
        ("directory.yaml", "Is a directory"),
        ("latin.yaml", "byte 11 is not UTF-8"),
        ("nul\0", "embedded null byte"),
    ],
)
def test_a_file_of_keys_that_cannot_be_read_is_one_line(
    command: Command, folder: Path, file: str, reason: str
) -> None:
    place = str(folder / file)
    done = command("naftiko-run", "sample:together-ai-fine-tuning", "--env-file", place)
    assert done == Done(1, "", f"naftiko-run: cannot read --env-file {place}: {reason}\n")
