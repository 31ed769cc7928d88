import logging
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from anyio.from_thread import start_blocking_portal

from calling import LOST, SECRET, SHIPS
from naftiko_runtime.cli import main, main_run
from process import Done
from wire import Upstream

Command = Callable[..., Done]
Call = Callable[..., Done]

TOOLS = """\
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - {name: name, description: Names a ship, call: ships.ship.read}
    - name: moor
      description: Moors a ship
      call: ships.ship.find
      inputParameters:
      - {name: imo, type: integer, required: true, description: the number on its hull}
      - {name: ropes, type: array, required: false}
      - {name: body, type: object, required: false}
      - {name: berth, type: string, required: true}
    - name: two
      description: Reads one ship, and then the one that it tows
      inputParameters: [{name: imo, type: string}]
      steps:
      - {type: call, name: first, call: ships.ship.read, with: {imo: '{{imo}}'}}
      - {type: call, name: second, call: ships.ship.read, with: {imo: '{{first.tows}}'}}
      outputParameters:
      - {name: towed, type: string, mapping: $.ship.name}
      - {name: flag, type: string, mapping: $.ship.flag}
"""


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


@pytest.fixture
def ships(tmp_path: Path) -> Path:
    """Write the small capability, with tools and with an operation that is refused."""
    path = tmp_path / "ships.yaml"
    path.write_text(SHIPS + LOST + TOOLS, encoding="utf-8")
    return path


@pytest.fixture
def call(command: Command, ships: Path, beside: Upstream, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call an operation of the small capability, whose API is the upstream beside this test."""
    monkeypatch.setenv("SHIPS_KEY", SECRET)

    def run(*words: str) -> Done:
        return command("naftiko", "call", str(ships), *words, "--base-uri", f"ships={beside.url}")

    return run


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
