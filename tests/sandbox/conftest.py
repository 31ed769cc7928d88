import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx2
import pytest
import uvicorn
from starlette.types import ASGIApp

from naftiko_sandbox import DEFAULT_KEY
from naftiko_sandbox.together_ai.app import build_app

MODEL = "meta-llama/Meta-Llama-3.1-8B-Instruct-Reference"


@dataclass(slots=True)
class Clock:
    """Time that passes when a test says so."""

    now_ns: int

    def __call__(self) -> int:
        return self.now_ns

    def wait(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1e9)


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve on a socket of its own; it listens before the thread starts, so nobody has to wait."""
    config = uvicorn.Config(app, log_level="critical", lifespan="on", ws="none", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock(time.time_ns())


@pytest.fixture
def wait(clock: Clock) -> Callable[[float], None]:
    """Let seconds pass without waiting."""
    return clock.wait


@pytest.fixture(scope="session")
def by_hand_url(clock: Clock) -> Iterator[str]:
    with serving(build_app(DEFAULT_KEY, 0, clock)) as url:
        yield url


@pytest.fixture(scope="session")
def by_clock_url(clock: Clock) -> Iterator[str]:
    with serving(build_app(DEFAULT_KEY, 100, clock)) as url:
        yield url


@contextmanager
def caller_of(url: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {DEFAULT_KEY}"}
    with httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def by_hand_caller(by_hand_url: str) -> Iterator[httpx2.Client]:
    with caller_of(by_hand_url) as client:
        yield client


@pytest.fixture(scope="session")
def by_clock_caller(by_clock_url: str) -> Iterator[httpx2.Client]:
    with caller_of(by_clock_url) as client:
        yield client


@pytest.fixture
def api(by_hand_caller: httpx2.Client) -> httpx2.Client:
    """Call a sandbox, as good as new, whose jobs move only by hand."""
    by_hand_caller.post("/__sim__/reset").raise_for_status()
    return by_hand_caller


@pytest.fixture
def timed_api(by_clock_caller: httpx2.Client) -> httpx2.Client:
    """Call a sandbox, as good as new, whose jobs last 100 seconds."""
    by_clock_caller.post("/__sim__/reset").raise_for_status()
    return by_clock_caller


@pytest.fixture
def job(api: httpx2.Client) -> str:
    """Create a job and give its id."""
    answer = api.post(
        "/v1/fine-tunes", json={"training_file": "file-train", "model": MODEL, "n_checkpoints": 2}
    )
    return str(answer.raise_for_status().json()["id"])


@pytest.fixture
def done_job(api: httpx2.Client, job: str) -> str:
    """Create a job, let it finish, give its id."""
    api.post("/__sim__/advance", json={"id": job, "to": "completed"}).raise_for_status()
    return job
