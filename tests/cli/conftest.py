import logging
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from anyio.from_thread import start_blocking_portal

from naftiko_runtime.cli import main, main_run
from process import Done
from wire import Upstream

Command = Callable[..., Done]


@pytest.fixture
def command(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    """Run a command in this process, with health notes and levels of loggers of its own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    loggers = [logging.getLogger(name) for name in ("naftiko", "uvicorn")]
    levels = [logger.level for logger in loggers]

    def run(name: str, *arguments: str) -> Done:
        start = {"naftiko": main, "naftiko-run": main_run}[name]
        try:
            code = start(arguments)
        except SystemExit as end:
            code = int(str(end.code))
        captured = capfd.readouterr()
        return Done(code, captured.out, captured.err)

    yield run
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def beside() -> Iterator[Upstream]:
    """Serve a raw upstream beside commands, which have this thread to themselves."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Upstream.open()) as opened:
        yield opened


class _Pages(BaseHTTPRequestHandler):
    """Serves what a test put under a path, and hangs up on everything that is ``None``."""

    pages: dict[str, bytes | None]

    def do_GET(self) -> None:
        page = self.pages.get(self.path, b"")
        if page == b"":
            self.send_error(404)
        elif page is not None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page)

    def log_message(self, *arguments: object) -> None:
        return


@pytest.fixture
def pages() -> Iterator[tuple[str, dict[str, bytes | None]]]:
    """Serve pages on loopback; the test fills them in."""
    handler = type("Pages", (_Pages,), {"pages": {}})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler.pages  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
