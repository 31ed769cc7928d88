"""What a call tells of itself, and a call that is only rehearsed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from calling import SECRET
from process import Done
from wire import Seen, Upstream, answer, hang_up

Call = Callable[..., Done]
Command = Callable[..., Done]

HEADERS = """\
  -H 'User-Agent: naftiko-runtime/0.1.0' \\
  -H 'Accept: */*' \\
  -H 'Accept-Encoding: identity' \\
  -H "Authorization: Bearer $SHIPS_KEY"
"""
ANSWERED = """\
200 OK after 0 ms
  content-type: application/json
  content-length: {size}
  {size} bytes, read after 0 ms
"""


def timeless(done: Done) -> Done:
    return Done(done.code, done.out, re.sub(r"\d+\.\d ms", "0 ms", done.err))


def test_the_request_its_answer_and_the_outputs_are_told(call: Call, beside: Upstream) -> None:
    beside.respond = answer(b'{"ship":{"name":"Vega"}}')
    assert timeless(call("names.name", "--arg", "imo=7", "--explain")) == Done(
        0,
        '"Vega"\n',
        f'curl {beside.url}/ships/7 \\\n{HEADERS}{ANSWERED.format(size=24)}  output = $.ship.name: "Vega"\n',
    )


def test_steps_are_told_one_by_one(call: Call, beside: Upstream) -> None:
    async def respond(seen: Seen, writer: object) -> None:
        ship = {"tows": "8"} if seen.target == "/ships/7" else {"ship": {"name": "Ada"}}
        await answer(json.dumps(ship).encode())(seen, writer)  # type: ignore[arg-type]

    beside.respond = respond
    assert timeless(call("two", "--arg", "imo=7", "--explain")) == Done(
        0,
        '{"towed":"Ada","flag":null}\n',
        "step 'first' -> ships.ship.read: GET /ships/{imo}\n"
        f"curl {beside.url}/ships/7 \\\n{HEADERS}{ANSWERED.format(size=13)}"
        "step 'first' took 0 ms\n"
        "step 'second' -> ships.ship.read: GET /ships/{imo}\n"
        f"curl {beside.url}/ships/8 \\\n{HEADERS}{ANSWERED.format(size=25)}"
        "step 'second' took 0 ms\n"
        '  output towed = step second.ship.name: "Ada"\n'
        "  output flag = step second.ship.flag: null, there is nothing\n",
    )


def test_a_request_that_is_sent_again_is_told_once(call: Call, beside: Upstream) -> None:
    beside.respond = hang_up
    done = timeless(call("names.name", "--arg", "imo=7", "--explain", "--retries", "1"))
    failed = "no answer after 0 ms: ships: no usable answer came\n"
    assert done == Done(
        1,
        "",
        f"curl {beside.url}/ships/7 \\\n{HEADERS}{failed}the same request again\n{failed}"
        "naftiko: ships: no usable answer came\n  a retry may help\n",
    )


def test_an_error_of_the_upstream_is_told_with_what_was_read_of_it(call: Call, beside: Upstream) -> None:
    beside.respond = answer(b"gone", "404 Not Found", content_type="text/plain")
    done = timeless(call("GET /ships/{imo}", "--arg", "imo=7", "--explain"))
    assert (done.code, done.out) == (1, "")
    assert done.err.endswith(
        "404 Not Found after 0 ms\n"
        "  content-type: text/plain\n"
        "  content-length: 4\n"
        "  4 bytes, read after 0 ms\n"
        "naftiko: the upstream answered 404 Not Found: gone\n"
        "  do not retry it unchanged\n"
    )


def test_what_passes_through_stays_as_it_came(call: Call, beside: Upstream) -> None:
    beside.respond = answer(b'{ "a":1}')
    assert call("GET /ships/{imo}", "--arg", "imo=7", "--explain").out == '{ "a":1}'


def test_no_secret_is_shown_even_if_the_upstream_tells_it(
    call: Call, beside: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "k3y-that-comes-back"
    monkeypatch.setenv("SHIPS_KEY", key)

    async def respond(seen: Seen, writer: object) -> None:
        told = {"tows": key, "ship": {"name": f"Bearer {key}", "flag": "x" * 300}}
        given = {"Set_Cookie": "session=abc", "X_Echo": str(seen.header("authorization")), "X_Bell": "a\x85b"}
        await answer(json.dumps(told).encode(), **given)(seen, writer)  # type: ignore[arg-type]

    beside.respond = respond
    done = call("two", "--arg", "imo=7", "--explain")
    assert (done.code, json.loads(done.out)["towed"]) == (0, f"Bearer {key}")
    assert beside.seen[1].target == f"/ships/{key}"
    for line in (
        f"curl {beside.url}/ships/*** \\",
        "  set-cookie: ***",
        "  x-echo: Bearer ***",
        '  output towed = step second.ship.name: "Bearer ***"',
        f'  output flag = step second.ship.flag: "{"x" * 199} … (302 characters)',
    ):
        assert line in done.err.splitlines()
    assert key not in done.err
    assert "\x85" not in done.err


def test_a_rehearsal_writes_the_request_and_sends_nothing(call: Call, beside: Upstream) -> None:
    done = call("GET /ships/{imo}", "--arg", "imo=a b", "--arg", "crew=me", "--dry-run")
    cookie = "  -H 'Cookie: ***' \\\n"
    assert done == Done(
        0,
        f"curl {beside.url}/ships/a%20b \\\n  -H 'User-Agent: naftiko-runtime/0.1.0' \\\n{cookie}"
        + HEADERS.partition("\n")[2],
        "nothing was sent\n",
    )
    assert beside.seen == []


def test_a_rehearsal_needs_no_keys(call: Call, beside: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHIPS_KEY")
    assert call("DELETE /ships/{imo}", "--arg", "imo=7", "--dry-run") == Done(
        0, f"curl -X DELETE {beside.url}/ships/7 \\\n{HEADERS}", "nothing was sent\n"
    )


def test_of_several_steps_only_the_first_can_be_rehearsed(call: Call, beside: Upstream) -> None:
    assert call("two", "--arg", "imo=7", "--dry-run") == Done(
        0,
        f"curl {beside.url}/ships/7 \\\n{HEADERS}",
        "nothing was sent; what 'second' would do depends on what it gives\n",
    )
    assert beside.seen == []


def test_what_the_file_states_has_nothing_to_rehearse(call: Call) -> None:
    done = call("motd", "--dry-run")
    assert done == Done(0, "", "nothing would be sent: the file states the answer\n")


def test_wrong_arguments_are_told_by_a_rehearsal_too(call: Call) -> None:
    done = call("GET /ships/{imo}", "--arg", "imo=..", "--dry-run")
    assert (done.code, done.out) == (2, "")


def test_a_call_is_told_or_rehearsed(call: Call) -> None:
    done = call("motd", "--explain", "--dry-run")
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("error: argument --dry-run: not allowed with argument --explain\n")


NESTED = """\
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: harbour
    baseUri: https://harbour.example
    resources:
    - name: ships
      path: /ships/{imo}
      operations:
      - name: get-ship
        method: GET
        outputParameters: [{name: crew, type: array, value: $.crew}]
  aggregates:
  - label: Crew
    namespace: crew
    functions:
    - name: of-ship
      description: Who sails on a ship
      inputParameters: [{name: imo, type: string}]
      steps:
      - {name: ship, type: call, call: harbour.get-ship, with: {imo: '{{imo}}'}}
      - {name: found, type: lookup, index: ship, match: id, lookupValue: '{{imo}}', outputParameters: [id]}
      outputParameters: [{name: who, type: array, mapping: $.}]
  exposes:
  - type: mcp
    namespace: tools
    port: 9090
    tools:
    - name: look
      description: Looks
      inputParameters: [{name: ship, type: string}]
      steps:
      - {name: crew, type: call, call: crew.of-ship, with: {imo: '{{ship}}'}}
      - {name: same, type: lookup, index: crew, match: id, lookupValue: '{{ship}}', outputParameters: [id]}
      outputParameters: [{name: same, type: object, mapping: $.}]
"""


def test_steps_of_flows_within_steps_are_told(command: Command, beside: Upstream, tmp_path: Path) -> None:
    path = tmp_path / "nested.yaml"
    path.write_text(NESTED, encoding="utf-8")
    beside.respond = answer(b'{"crew":[{"id":"7"}]}')
    words = ("look", "--arg", "ship=7", "--base-uri", f"harbour={beside.url}")
    done = command("naftiko", "call", str(path), *words, "--explain")
    told = [line for line in done.err.splitlines() if line.startswith(("step", "curl", "  output"))]
    assert [re.sub(r" took .*", " took", line) for line in told] == [
        "step 'crew' -> flow crew.of-ship, which calls harbour.ships.get-ship",
        "step 'ship' -> harbour.ships.get-ship: GET /ships/{imo}",
        f"curl {beside.url}/ships/7 \\",
        '  output crew = $.crew: [{"id":"7"}]',
        "step 'ship' took",
        "step 'found' finds id in step ship where id is imo",
        "step 'found' took",
        "  output = step found: null, there is nothing",
        "step 'crew' took",
        "step 'same' finds id in step crew where id is ship",
        "step 'same' took",
        "  output = step same: null, there is nothing",
    ]
    dry = command("naftiko", "call", str(path), *words, "--dry-run")
    assert dry.err == "nothing was sent; what 'same' would do depends on what it gives\n"


OAUTH = """\
naftiko: 1.0.0-alpha2
binds: [{namespace: env, keys: {SECRET: SHOP_SECRET}}]
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    authentication:
      {type: oauth2, tokenEndpoint: 'AUTH/token', clientId: me, clientSecret: '{{env.SECRET}}'}
    resources: [{name: x, path: /x, operations: [{name: get, method: GET}]}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources: [{name: x, path: /x, operations: [{name: get, method: GET, call: shop.get}]}]
"""


@pytest.mark.parametrize("option", ["--explain", "--dry-run"])
def test_where_a_token_comes_from_is_told_and_the_token_is_not(
    command: Command, beside: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    beside.respond = answer(b'{"access_token":"t0ken-of-the-test","token_type":"bearer"}')
    path = tmp_path / "shop.yaml"
    path.write_text(OAUTH.replace("AUTH", beside.url), encoding="utf-8")
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    done = command("naftiko", "call", str(path), "/x", "--base-uri", f"shop={beside.url}", option)
    assert done.code == 0, done.err
    assert [seen.target for seen in beside.seen] == (["/token", "/x"] if option == "--explain" else [])
    told = done.err if option == "--explain" else done.out
    assert f"curl -X POST {beside.url}/token" in done.err
    assert f"curl {beside.url}/x" in told
    assert "-H 'Authorization: Bearer ***'" in told
    assert SECRET not in done.err + done.out
    assert "t0ken-of-the-test" not in done.err
