"""``--healthcheck``: which servers it finds, and what it takes for an answer."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from naftiko_runtime.cli.notes import told_while_serving
from process import Done

Command = Callable[..., Done]


@contextmanager
def answering(data: bytes) -> Iterator[str]:
    """Answer one request with these bytes; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(data)

        thread = Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@pytest.fixture
def closed() -> str:
    """Give an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def folder_of(tmp_path: Path) -> Path:
    return tmp_path / f"naftiko-runtime-{os.getuid()}"


def test_where_nothing_is_served_nothing_is_healthy(command: Command) -> None:
    assert command("naftiko-run", "--healthcheck") == Done(1, "unhealthy: nothing is being served\n", "")


@pytest.mark.parametrize("status", ["200 OK", "401 Unauthorized", "404 Not Found", "421 Misdirected Request"])
def test_a_server_that_answers_is_healthy_until_it_ends(command: Command, status: str) -> None:
    data = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()
    with answering(data) as url, told_while_serving() as tell:
        tell((url,))
        assert command("naftiko-run", "--healthcheck") == Done(0, f"healthy: {url}\n", "")
    assert command("naftiko", "run", "--healthcheck").code == 1


@pytest.mark.parametrize(
    "data", [b"", b"not HTTP\r\n\r\n", b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"]
)
def test_a_server_that_does_not_answer_well_is_unhealthy(command: Command, data: bytes) -> None:
    with answering(data) as url, told_while_serving() as tell:
        tell((url,))
        done = command("naftiko-run", "--healthcheck")
    assert done == Done(1, f"unhealthy: no answer from {url}\n", "")


def test_one_silent_server_of_several_is_enough_to_be_unhealthy(command: Command, closed: str) -> None:
    with answering(b"HTTP/1.1 204 No Content\r\n\r\n") as url, told_while_serving() as tell:
        tell((url, closed))
        done = command("naftiko-run", "--healthcheck")
    assert done == Done(1, f"unhealthy: no answer from {closed}\n", "")


def test_notes_of_dead_processes_are_removed(command: Command, tmp_path: Path, closed: str) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    folder = folder_of(tmp_path)
    folder.mkdir()
    for name in (str(dead.pid), "notes", "9" * 30):
        (folder / f"{name}.txt").write_text(closed, encoding="utf-8")
    assert command("naftiko-run", "--healthcheck") == Done(1, "unhealthy: nothing is being served\n", "")
    assert list(folder.iterdir()) == []


def test_what_is_no_note_is_left_alone(command: Command, tmp_path: Path) -> None:
    (folder_of(tmp_path) / f"{os.getpid()}.txt").mkdir(parents=True)
    assert command("naftiko-run", "--healthcheck") == Done(1, "unhealthy: nothing is being served\n", "")


def test_a_note_tells_nothing_to_other_users(tmp_path: Path, command: Command, closed: str) -> None:
    with told_while_serving() as tell:
        tell((closed,))
        [note] = folder_of(tmp_path).iterdir()
        assert note.read_text(encoding="utf-8") == closed
        assert folder_of(tmp_path).stat().st_mode & 0o077 == 0
    assert not note.exists()


def test_a_server_without_temporary_files_serves_and_says_so(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch, told_while_serving() as tell:
        patch.setattr("tempfile.tempdir", str(tmp_path / "none"))
        tell(("http://127.0.0.1:1",))
    assert [record.getMessage() for record in caplog.records] == [
        "--healthcheck will not find this server: No such file or directory"
    ]
    assert command("naftiko-run", "--healthcheck").code == 1


def test_without_any_folder_for_temporary_files_nothing_is_healthy(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_folder() -> str:
        raise FileNotFoundError("no usable temporary directory found")

    with monkeypatch.context() as patch:
        patch.setattr("tempfile.gettempdir", no_folder)
        done = command("naftiko-run", "--healthcheck")
    assert done == Done(1, "unhealthy: nothing is being served\n", "")


def test_a_folder_of_somebody_else_is_not_written_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    somebody = os.getuid() + 1
    with monkeypatch.context() as patch:
        patch.setattr("tempfile.tempdir", str(tmp_path))
        patch.setattr("os.getuid", lambda: somebody)
        with told_while_serving() as tell:
            tell(("http://127.0.0.1:1",))
            assert list((tmp_path / f"naftiko-runtime-{somebody}").iterdir()) == []
    [record] = caplog.records
    assert "belongs to somebody else" in record.getMessage()
