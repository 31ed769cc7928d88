"""Credentials that servers check which nobody here wrote: Apache httpd, and an OAuth 2 server by Authlib."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from subprocess import PIPE

import httpx2
import pytest

from apache import PASSWORD, USER, Apache, prepare, program, run
from certifying import Authority
from serving import Served, compiled, mcp_client, served

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
HOME, AWAY = Authority("home"), Authority("away")
CAPABILITY = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {USER: USER, PASSWORD: PASSWORD, CERT: CERT, KEY: KEY, CA: CA}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: BASE
    authentication: AUTHENTICATION
    TLS
    resources:
    - name: ship
      path: PATH
      operations:
      - {name: read, method: GET}
      - {name: change, method: PUT, body: {type: binary}}
      - {name: store, method: PUT, inputParameters: [{name: body, in: body, type: object}]}
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - path: /ship
      operations:
      - {name: read, method: GET, call: ships.read}
      - {name: change, method: PUT, call: ships.change}
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - {name: read-ship, description: Read a ship., call: ships.read}
    - {name: store-ship, description: Store a ship., call: ships.store}
"""


@pytest.fixture
def httpd() -> Iterator[Apache]:
    program()
    with tempfile.TemporaryDirectory() as folder:
        yield prepare(Path(folder), HOME)


@asynccontextmanager
async def serving_ships(
    base: str, authentication: str, path: str, environ: Mapping[str, str], tls: str = ""
) -> AsyncIterator[Served]:
    text = CAPABILITY.replace("AUTHENTICATION", authentication).replace("PATH", path).replace("BASE", base)
    given = {"USER": USER, "PASSWORD": PASSWORD, **environ}
    async with served(compiled(text.replace("TLS", tls)), given, base_uris={}) as running:
        yield running


async def read(running: Served) -> tuple[int, bool, str]:
    """Read from both faces; return the status of one, whether the other failed, and what both said."""
    async with httpx2.AsyncClient() as client:
        got = await client.get(f"{running.rest}/ship")
    async with mcp_client(running.mcp) as tools:
        told = await tools.call_tool("read-ship", {})
    return got.status_code, told.is_error, f"{got.text} {told.content}"


@pytest.mark.parametrize("scheme", ["basic", "digest"])
async def test_apache_lets_in_who_knows_the_password_and_nobody_else(
    httpd: Apache, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    authentication = f"{{type: {scheme}, username: '{{{{env.USER}}}}', password: '{{{{env.PASSWORD}}}}'}}"
    path = f"/{scheme}/ship.json"
    async with run(httpd):
        async with serving_ships(httpd.url, authentication, path, {}) as running:
            assert (await read(running))[:2] == (200, False)
        async with serving_ships(httpd.url, authentication, path, {"PASSWORD": "wr0ng"}) as running:
            status, is_error, said = await read(running)
    assert (status, is_error) == (401, True)
    assert [secret for secret in (PASSWORD, "wr0ng") if secret in said + caplog.text] == []


async def test_apache_takes_what_is_sent_and_streamed_by_digest_also_after_it_was_started_anew(
    httpd: Apache,
) -> None:
    authentication = "{type: digest, username: '{{env.USER}}', password: '{{env.PASSWORD}}'}"
    file = httpd.folder / "digest" / "new.json"
    async with serving_ships(httpd.url, authentication, "/digest/new.json", {}) as running:
        for body in (b"x" * 100_000, b"{}"):  # a nonce of the first run means nothing to the second
            async with run(httpd), httpx2.AsyncClient() as client, mcp_client(running.mcp) as tools:
                told = await tools.call_tool("store-ship", {"body": {"name": "Ada"}})
                assert not told.is_error, told
                assert json.loads(file.read_text(encoding="utf-8")) == {"name": "Ada"}
                got = await client.put(f"{running.rest}/ship", content=body)
                assert (got.status_code, file.read_bytes()) == (204, body)


TLS = "tls: {certificate: '{{env.CERT}}', key: '{{env.KEY}}', ca: '{{env.CA}}'}"


@pytest.mark.parametrize(
    ("client", "authority", "expected"),
    [(HOME, HOME, (200, False)), (AWAY, HOME, (502, True)), (HOME, AWAY, (502, True))],
)
async def test_apache_and_the_runtime_know_each_other_by_certificates(
    httpd: Apache, client: Authority, authority: Authority, expected: tuple[int, bool]
) -> None:
    pair = client.issue("runtime")
    environ = {"CERT": pair.certificate, "KEY": pair.key, "CA": authority.pair.certificate}
    async with (
        run(httpd),
        serving_ships(httpd.tls_url, "{type: none}", "/tls/ship.json", environ, TLS) as running,
    ):
        assert (await read(running))[:2] == expected


@pytest.fixture
async def issuer() -> AsyncIterator[str]:
    """Run the authorization server, which is the API as well."""
    python = ROOT / ".cache" / "clients" / "oauth2" / "bin" / "python"
    if not python.exists():
        pytest.skip("no environment oauth2: run make test-all")
    script = str(ROOT / "tests" / "clients" / "oauth2_server.py")
    process = await asyncio.create_subprocess_exec(
        str(python), script, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        port = await asyncio.wait_for(process.stdout.readline(), 30)
        yield f"http://127.0.0.1:{int(port)}"
    finally:
        process.terminate()
        await process.communicate()


CLIENTS = {
    "a secret in the header": ("clientId: by-header, clientSecret: '{{env.PASSWORD}}'", "s3cret"),
    "a secret in the body": (
        "clientAuthentication: post, clientId: by-body, clientSecret: '{{env.PASSWORD}}'",
        "s3:cr%t+ é&=",
    ),
    "a refresh token": (
        "grantType: refresh-token, clientId: public, refreshToken: '{{env.PASSWORD}}'",
        "r-0",
    ),
}


def oauth2(issuer: str, client: str) -> str:
    return f"{{type: oauth2, tokenEndpoint: '{issuer}/oauth/token', {client}, scopes: [ships.read]}}"


@pytest.mark.parametrize("name", CLIENTS)
async def test_tokens_of_authlib_are_shared_and_renewed_when_they_are_revoked(issuer: str, name: str) -> None:
    client, secret = CLIENTS[name]
    async with serving_ships(issuer, oauth2(issuer, client), "/ships", {"PASSWORD": secret}) as running:
        for tokens in (1, 2, 3):
            status, is_error, said = await read(running)
            assert (status, is_error, f'"tokens":{tokens}' in said.replace(" ", "")) == (200, False, True)
            async with httpx2.AsyncClient() as admin:
                await admin.post(f"{issuer}/revoke")


@pytest.mark.parametrize("name", CLIENTS)
async def test_a_wrong_secret_is_told_by_authlibs_word_and_not_shown(issuer: str, name: str) -> None:
    client, _ = CLIENTS[name]
    async with serving_ships(issuer, oauth2(issuer, client), "/ships", {"PASSWORD": "wr0ng"}) as running:
        status, is_error, said = await read(running)
    word = "invalid_grant" if "refresh" in name else "invalid_client"
    assert (status, is_error, said.count(f"({word})")) == (502, True, 2)
    assert "wr0ng" not in said


async def test_what_a_token_does_not_allow_is_refused_by_the_api_and_not_asked_for_again(issuer: str) -> None:
    client, secret = CLIENTS["a secret in the header"]
    authentication = oauth2(issuer, client).replace("ships.read", "ships.write")
    async with serving_ships(issuer, authentication, "/ships", {"PASSWORD": secret}) as running:
        status, is_error, said = await read(running)
    assert (status, is_error, "insufficient_scope" in said) == (403, True, True)
