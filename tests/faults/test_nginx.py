"""What nginx answers by itself, as the server in front of so many APIs."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx2
import pytest

from daemon import daemon, free_ports
from facing import (
    AGAIN,
    CHECK,
    LATER,
    UNCHANGED,
    UNREACHABLE,
    Passed,
    Row,
    Trial,
    ask_rest,
    check_row,
    facing,
    on_post,
    text_of,
)
from wire import Upstream, silence

pytestmark = [pytest.mark.anyio, pytest.mark.full]

SHIP = b'{"name": "ark"}'
CONFIGURATION = """\
daemon off;
master_process off;
pid {root}/pid;
error_log {root}/error.log;
events {{ worker_connections 64; }}
http {{
  log_format plain $uri;
  access_log {root}/access.log plain;
  client_body_temp_path {root}/tmp;
  proxy_temp_path {root}/tmp;
  fastcgi_temp_path {root}/tmp;
  uwsgi_temp_path {root}/tmp;
  scgi_temp_path {root}/tmp;
  default_type application/json;
  server_tokens off;
  limit_req_zone all zone=slow:64k rate=1r/m;
  server {{
    listen 127.0.0.1:{port};
    root {root}/www;
    location /dead/ {{ proxy_pass http://127.0.0.1:{dead}; }}
    location /slow/ {{ proxy_pass http://127.0.0.1:{slow}; proxy_read_timeout 50ms; }}
    location /small/ {{ client_max_body_size 1; proxy_pass http://127.0.0.1:{dead}; }}
    location /gone/ {{ return 444; }}
    location /moved/ {{ rewrite ^/moved/(.*)$ /files/$1 permanent; }}
    location /closed/ {{ auth_basic ships; auth_basic_user_file {root}/none; }}
    location /limited/ {{ limit_req zone=slow; limit_req_status 429; }}
    location /once/ {{ keepalive_timeout 0; alias {root}/www/files/; }}
  }}
}}
"""


def page(title: str) -> bytes:
    """Write the page that nginx shows for a status."""
    lines = (
        "<html>",
        f"<head><title>{title}</title></head>",
        "<body>",
        f"<center><h1>{title}</h1></center>",
        "<hr><center>nginx</center>",
        "</body>",
        "</html>",
        "",
    )
    return "\r\n".join(lines).encode()


def refused(status: str, advice: str, *, on_post: str | None = None, seen: int = 1) -> Row[str]:
    """Make the row of a status with its page."""
    number = int(status[:3])
    given = Passed(number, page(status), {"content-type": "text/html"})
    cause = f"the upstream answered {number} {HTTPStatus(number).phrase}: {status}"
    return Row("", given, cause, advice, seen, on_post)


GIVEN = Passed(200, SHIP)
ROWS = {
    "dead": refused("502 Bad Gateway", AGAIN, on_post=CHECK, seen=3),
    "slow": refused("504 Gateway Time-out", AGAIN, on_post=CHECK, seen=3),
    "gone": Row("", UNREACHABLE, UNREACHABLE.detail, AGAIN, 3, CHECK),
    "moved": Row("", GIVEN, '{"name":"ark"}', seen=2, is_error=False),
    "closed": refused("401 Authorization Required", UNCHANGED, on_post=UNCHANGED),
    "limited": refused("429 Too Many Requests", LATER, on_post=LATER, seen=3),
    "once": Row("", GIVEN, '{"name":"ark"}', is_error=False),
    "nowhere": refused("404 Not Found", UNCHANGED),
}


@dataclass(frozen=True)
class Nginx:
    """A server that runs, and what it logs."""

    url: str
    log: Path

    async def ask(self, path: str) -> httpx2.Response:
        async with httpx2.AsyncClient(verify=False) as client:
            return await client.get(f"{self.url}{path}")

    async def arm(self) -> None:
        """Use up what the limit allows, and forget what was seen."""
        await self.ask("/limited/none")
        self.log.write_text("", encoding="utf-8")

    async def seen(self) -> int:
        """Count the requests; one more makes sure that those before are in the log."""
        await self.ask("/last")
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return sum(line.endswith("/ships") for line in lines)


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def nginx(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nginx]:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("no nginx: run make test-all")
    root, (port, dead) = tmp_path_factory.mktemp("nginx"), free_ports()
    for folder in ("tmp", "www", "www/files"):
        (root / folder).mkdir()
    (root / "www" / "files" / "ships").write_bytes(SHIP)
    (root / "none").write_text("", encoding="utf-8")
    async with Upstream.open() as slow:
        slow.respond = silence
        values = {"root": root, "port": port, "dead": dead, "slow": slow.port}
        (root / "nginx.conf").write_text(CONFIGURATION.format(**values), encoding="utf-8")
        log = root / "error.log"
        command = (program, "-p", str(root), "-c", str(root / "nginx.conf"), "-e", str(log))
        async with daemon(*command, port=port, log=log):
            yield Nginx(f"http://127.0.0.1:{port}", root / "access.log")


async def check(row: Row[str], method: str, path: str, nginx: Nginx, place: str) -> None:
    async with facing(f"{nginx.url}/{place}", text_of()) as running:
        await check_row(row, Trial(running, method, path, nginx.arm, nginx.seen))


@pytest.mark.parametrize("place", ROWS)
async def test_a_get_is_answered_whatever_nginx_does(nginx: Nginx, place: str) -> None:
    await check(ROWS[place], "GET", "read", nginx, place)


@pytest.mark.parametrize("place", [name for name, row in ROWS.items() if row.advice_on_post is not None])
async def test_a_post_is_answered_and_sent_once_to_nginx(nginx: Nginx, place: str) -> None:
    await check(on_post(ROWS[place]), "POST", "read", nginx, place)


async def test_a_body_that_is_too_large_for_nginx_is_its_own_answer(nginx: Nginx) -> None:
    async with facing(f"{nginx.url}/small", text_of()) as running:
        given = await ask_rest("POST", f"{running.rest}/read", {})
    assert given == Passed(413, page("413 Request Entity Too Large"))


async def test_a_part_of_a_file_comes_as_nginx_cut_it(nginx: Nginx) -> None:
    async with (
        facing(f"{nginx.url}/files", text_of()) as running,
        httpx2.AsyncClient(verify=False) as client,
    ):
        part = await client.get(f"{running.rest}/read", headers={"Range": "bytes=1-6"})
        known = await client.get(f"{running.rest}/read", headers={"If-None-Match": part.headers["etag"]})
    assert (part.status_code, part.content) == (206, b'"name"')
    assert part.headers["content-range"] == "bytes 1-6/15"
    assert (known.status_code, known.content) == (304, b"")
