"""What several processes listen on: a socket each where connections are spread, else one for all."""

import json
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from calling import SECRET, ships_plan
from naftiko_runtime.app.listener import ListenError
from naftiko_runtime.app.opening import Options
from naftiko_runtime.app.serve import made_ready
from naftiko_runtime.app.shares import shared_out

OPTIONS = Options(ports={"rest": 0})
ENVIRON = {"SHIPS_KEY": SECRET}


@pytest.fixture
def _spreads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("naftiko_runtime.app.shares._SPREADS", True)


def taken(listening: socket.socket) -> int:
    """Take all connections that wait, and count them."""
    count = 0
    while True:
        try:
            connection, _ = listening.accept()
        except BlockingIOError:
            return count
        connection.close()
        count += 1


@pytest.mark.usefixtures("_spreads")
@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="there is one process alone")
def test_each_process_has_a_socket_of_its_own_and_no_connection_is_lost() -> None:
    with made_ready(ships_plan(), ENVIRON, OPTIONS) as ready, shared_out(ready, 3) as shares:
        sockets = [listener.socket for (listener,) in shares.listeners]
        address = sockets[0].getsockname()
        assert [each.getsockname() for each in sockets] == [address] * 3
        for _ in range(300):
            socket.create_connection(address, timeout=5).close()
        counts = [taken(each) for each in sockets]
        assert sum(counts) == 300
        shares.close_servers()
        assert Counter(each.fileno() for each in sockets) == {-1: 3}


@pytest.mark.usefixtures("_spreads")
def test_another_of_us_cannot_join_by_accident() -> None:
    with made_ready(ships_plan(), ENVIRON, OPTIONS) as ready, shared_out(ready, 2):
        port = ready.listeners[0].port
        again = Options(ports={"rest": port})
        with (
            pytest.raises(ListenError, match="Address already in use"),
            made_ready(ships_plan(), ENVIRON, again),
        ):
            pass


def test_where_connections_are_not_spread_all_share_one_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("naftiko_runtime.app.shares._SPREADS", False)
    with made_ready(ships_plan(), ENVIRON, OPTIONS) as ready, shared_out(ready, 3) as shares:
        assert shares.listeners == (ready.listeners,) * 3


@pytest.mark.usefixtures("_spreads")
def test_a_socket_that_cannot_be_had_is_one_line() -> None:
    with made_ready(ships_plan(), ENVIRON, OPTIONS) as ready:
        url = ready.listeners[0].url
        ready.listeners[0].socket.close()
        with (
            pytest.raises(ListenError, match=f"^rest cannot listen once more on {url}: Bad file descriptor$"),
            shared_out(ready, 2),
        ):
            pass


# the pipe is at its end already, so that the worker serves and stops at once
WORKER = """
import json, os, sys
from pathlib import Path
from naftiko_runtime.app.compiler import compile
from naftiko_runtime.app.opening import Options
from naftiko_runtime.app.serve import made_ready
from naftiko_runtime.app.shares import shared_out

plan = compile(Path(sys.argv[1]))
options = Options(ports={surface.namespace: 0 for surface in plan.surfaces})
environ = {"TOGETHER_AI_API_KEY": "key"}
with made_ready(plan, environ, options) as ready, shared_out(ready, 2) as shares:
    until, end = os.pipe()
    os.close(end)
    before = set(sys.modules)
    assert "mcp" in before  # a message may need it
    if os.fork() == 0:
        shares.serve(1, options, until)
        print(json.dumps(sorted(set(sys.modules) - before)), flush=True)
        os._exit(0)
    os.wait()
"""


def test_a_worker_imports_nothing_for_itself(together: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKER, str(together)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == []
