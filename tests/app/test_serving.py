"""A plan that is served: on real sockets, with stand-ins or without, and how it stops."""

import asyncio
import gc
import os
import signal
import socket
import threading
import time
from pathlib import Path

import httpx2
import pytest

from calling import SECRET, SHIPS, ships_plan
from naftiko_runtime import BindError, Options, serve, serving
from naftiko_runtime.app.listener import ListenError
from naftiko_runtime.app.loop import new_event_loop
from naftiko_runtime.app.sandbox import acting, play, set_stage
from naftiko_runtime.app.stage import NoSandbox
from naftiko_runtime.plan.explain import Plan
from naftiko_sandbox import DEFAULT_KEY, SANDBOXES
from serving import KEY, compiled, read, served
from wire import Seen, Upstream, answer

ENVIRON = {"SHIPS_KEY": SECRET}
WAIT_S = 5

BOTH = SHIPS.replace(
    "  exposes:\n",
    """\
  exposes:
  - type: mcp
    namespace: mcp
    port: 9090
    tools:
    - {name: motd, description: Greets, outputParameters: [{name: text, type: string, value: ahoy}]}
""",
)
FREE = {"rest": 0, "mcp": 0}


@pytest.fixture
def fine_tuning(together: Path) -> Plan:
    return compiled(read(together))


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=WAIT_S).close()
    except ConnectionRefusedError:
        return False
    return True


async def get(url: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient(trust_env=False, timeout=WAIT_S) as client:
        return await client.get(url, headers=headers)


async def test_two_servers_serve_and_stop_together(upstream: Upstream) -> None:
    options = Options(ports=FREE, base_uris={"ships": upstream.url})
    async with serving(compiled(BOTH), ENVIRON, options) as running:
        ports = {listener.surface.namespace: listener.port for listener in running.listeners}
        assert running.base_uris == {"ships": upstream.url}
        assert running.sandboxed == frozenset()
        assert [is_open(port) for port in ports.values()] == [True, True]
        assert (await get(f"http://127.0.0.1:{ports['rest']}/motd")).json() == {"text": "ahoy"}
    assert [is_open(port) for port in ports.values()] == [False, False]


async def test_a_running_call_finishes_when_serving_stops(upstream: Upstream) -> None:
    arrived, may_answer = asyncio.Event(), asyncio.Event()

    async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await may_answer.wait()
        await answer(b'{"ok":true}')(seen, writer)

    upstream.respond = respond
    options = Options(ports={"rest": 0}, base_uris={"ships": upstream.url})
    async with serving(ships_plan(), ENVIRON, options) as running:
        url = running.listeners[0].url
        call = asyncio.ensure_future(get(f"{url}/ships/1"))
        await asyncio.wait_for(arrived.wait(), WAIT_S)
        asyncio.get_running_loop().call_later(0.3, may_answer.set)
    assert (await call).json() == {"ok": True}
    assert not is_open(int(url.rpartition(":")[2]))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (Options(ports={"rest": 0, "mcp": -1}), ListenError),
        (Options(ports={**FREE, "other": 0}), ListenError),
        (Options(ports=FREE, host="no-such-host.invalid"), ListenError),
        (Options(ports=FREE, base_uris={"other": "http://localhost"}), BindError),
        (Options(ports=FREE, forward_query=frozenset({"rset"})), ListenError),
        (Options(ports=FREE, forward_query=frozenset({"mcp"})), ListenError),
        (Options(ports=FREE, sandbox=True), NoSandbox),
    ],
)
async def test_what_cannot_be_served_is_raised_before_anything_runs(
    options: Options, error: type[Exception]
) -> None:
    with pytest.raises(error):
        async with serving(compiled(BOTH), ENVIRON, options):
            pass
    gc.collect()  # a socket that was left open would warn here


async def test_a_missing_key_is_raised_before_anything_runs() -> None:
    with pytest.raises(BindError):
        async with serving(ships_plan(), {}, Options(ports={"rest": 0})):
            pass


async def test_callers_may_use_the_name_that_the_server_listens_under(upstream: Upstream) -> None:
    options = Options(host="LocalHost", ports={"rest": 0}, allowed_hosts=frozenset({"ships.example.com"}))
    async with serving(ships_plan(), ENVIRON, options) as running:
        url = f"http://127.0.0.1:{running.listeners[0].port}/motd"
        answers = [(await get(url, Host=host)) for host in ("localhost", "ships.example.com", "evil.example")]
    assert [found.status_code for found in answers] == [200, 200, 421]


async def test_the_stand_in_accepts_the_key_of_the_environment_and_no_other(fine_tuning: Plan) -> None:
    async with served(fine_tuning) as running:
        assert (await get(f"{running.rest}/v1/fine-tunes")).status_code == 200
        url = f"{running.base_uri}/fine-tunes"
        assert (await get(url, Authorization=f"Bearer {KEY}")).status_code == 200
        assert (await get(url, Authorization=f"Bearer {DEFAULT_KEY}")).status_code == 401


async def test_without_a_key_the_stand_in_accepts_sandbox_key(fine_tuning: Plan) -> None:
    async with served(fine_tuning, {}) as running:
        assert (await get(f"{running.rest}/v1/fine-tunes")).status_code == 200
        url = f"{running.base_uri}/fine-tunes"
        assert (await get(url, Authorization=f"Bearer {DEFAULT_KEY}")).status_code == 200


async def test_a_stand_in_needs_no_token_from_elsewhere(together: Path) -> None:
    bearer = "\n      type: bearer\n      token: '{{env.TOGETHER_AI_API_KEY}}'"
    oauth2 = " {type: oauth2, tokenEndpoint: 'http://127.0.0.1:1/', clientId: a, clientSecret: b}"
    written = read(together)
    assert bearer in written
    async with served(compiled(written.replace(bearer, oauth2)), {}) as running:
        assert (await get(f"{running.rest}/v1/fine-tunes")).status_code == 200


async def test_a_stand_in_needs_no_file_with_the_key(together: Path) -> None:
    bound = "- namespace: env\n"
    plan = compiled(read(together).replace(bound, f"{bound}  location: file:///no/keys.yaml\n"))
    assert [bind.file is None for bind in plan.binds] == [False]
    async with served(plan, {}) as running:
        assert (await get(f"{running.rest}/v1/fine-tunes")).status_code == 200


async def test_a_key_with_a_line_break_is_refused_with_stand_ins_too(fine_tuning: Plan) -> None:
    with pytest.raises(BindError):
        async with served(fine_tuning, {"TOGETHER_AI_API_KEY": "key\n"}):
            pass


async def test_a_taken_port_is_raised_as_such_with_stand_ins_too(fine_tuning: Plan) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = {"together-ai-fine-tuning-rest": 0, "together-ai-fine-tuning-mcp": taken.getsockname()[1]}
        with pytest.raises(ListenError):
            async with served(fine_tuning, ports=ports):
                pass


async def test_what_goes_wrong_while_serving_is_raised_as_it_is(upstream: Upstream) -> None:
    options = Options(ports={"rest": 0}, base_uris={"ships": upstream.url})
    with pytest.raises(ZeroDivisionError):
        async with serving(ships_plan(), ENVIRON, options):
            raise ZeroDivisionError


MANY_KEYS = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {MODEL: MODEL, KEY: TOGETHER_KEY}
capability:
  consumes:
  - type: http
    namespace: jobs
    baseUri: https://api.together.ai/v1
    inputParameters: [{name: X-Model, in: header, value: '{{env.MODEL}}'}]
    AUTHENTICATION
    resources:
    - name: jobs
      path: /fine-tunes
      operations: [{name: list, method: GET}]
  - type: http
    namespace: ships
    baseUri: https://ships.example.com
    resources:
    - name: ship
      path: /ship
      operations: [{name: read, method: GET}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - name: jobs
      path: /jobs
      operations: [{name: list, method: GET, call: jobs.list}]
    - name: ship
      path: /ship
      operations: [{name: read, method: GET, call: ships.read}]
"""
BEARER = "authentication: {type: bearer, token: '{{env.KEY}}'}"


def keyed(authentication: str) -> Plan:
    return compiled(MANY_KEYS.replace("AUTHENTICATION", authentication))


async def test_the_stand_in_accepts_what_the_apis_own_credential_presents(upstream: Upstream) -> None:
    environ = {"MODEL": "a-model", "TOGETHER_KEY": "the-key"}
    for authentication in (BEARER, "authentication: {type: bearer, token: stated-in-the-file}"):
        plan = keyed(authentication)
        async with served(plan, environ, sandbox=True, base_uris={"ships": upstream.url}) as running:
            assert (await get(f"{running.rest}/jobs")).status_code == 200


@pytest.mark.parametrize(
    "authentication",
    ["", "authentication: {type: apikey, key: X-Key, value: '{{env.KEY}}'}", BEARER.replace("}}", "}} ")],
    ids=["none", "another scheme", "unsendable"],
)
async def test_an_api_without_a_bearer_token_gets_a_stand_in_all_the_same(authentication: str) -> None:
    with set_stage(keyed(authentication), {"TOGETHER_KEY": "k"}, {"ships"}) as stage:
        async with acting(stage.stand_ins):
            url = f"{stage.base_uris['jobs']}/fine-tunes"
            answered = await get(url, Authorization=f"Bearer {DEFAULT_KEY}")
    assert answered.status_code == 200


async def test_an_api_that_the_operator_placed_gets_no_stand_in(upstream: Upstream) -> None:
    options = Options(ports={"rest": 0}, base_uris={"ships": upstream.url}, sandbox=True)
    async with serving(keyed(BEARER), {}, options) as running:
        assert running.sandboxed == {"jobs"}
        assert running.base_uris["ships"] == upstream.url
        await get(f"{running.listeners[0].url}/ship")
    assert [seen.target for seen in upstream.seen] == ["/ship"]


@pytest.mark.parametrize("base_uri", ["https://ships.example.com/v1", "'{{env.SHIPS_URL}}'"])
def test_an_api_that_nobody_plays_is_named(base_uri: str) -> None:
    plan = compiled(SHIPS.replace("https://ships.example.com/v1", base_uri))
    named = "an API without address" if "{{" in base_uri else "ships.example.com"
    said = f"^there is no sandbox for {named}; there is one for api.together"
    with pytest.raises(NoSandbox, match=said), set_stage(plan, {}):
        pass


async def test_a_stand_in_that_cannot_start_leaves_no_socket_open() -> None:
    with pytest.raises(ValueError, match="less than no time"):
        async with play(SANDBOXES["together-ai"], port=0, key="k", job_s=-1):
            pass
    gc.collect()


def test_serve_runs_until_a_signal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    before = signal.getsignal(signal.SIGTERM)
    seen: list[int] = []

    def stop_when_it_answers() -> None:
        deadline = time.monotonic() + WAIT_S
        while not is_open(port):
            time.sleep(0.01)
            assert time.monotonic() < deadline
        seen.append(httpx2.get(f"http://127.0.0.1:{port}/motd", trust_env=False).status_code)
        os.kill(os.getpid(), signal.SIGTERM)

    caller = threading.Thread(target=stop_when_it_answers)
    caller.start()
    serve(ships_plan(), ENVIRON, Options(ports={"rest": port}))
    caller.join()
    assert seen == [200]
    assert not is_open(port)
    assert signal.getsignal(signal.SIGTERM) is before


def test_serve_raises_what_cannot_be_served() -> None:
    with pytest.raises(BindError):
        serve(ships_plan(), {})


def test_without_uvloop_the_standard_loop_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("naftiko_runtime.app.loop.find_spec", lambda name: None)
    loop = new_event_loop()
    loop.close()
    assert type(loop).__module__.startswith("asyncio")
