"""One secret in each place that can have one; none is in anything that the runtime says, at any level."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from canary import leaks
from process import run_command, running
from wire import Seen, Upstream, answer, hang_up

OF_CALLS = {
    "OF_HEADER": "canary of-header-é",
    "OF_QUERY": 'canary-query/"+é',
    "OF_PATH": 'canary-path/"é',
    "OF_BODY": 'canary-body"\\é',
}
OF_APIS = ("BEARER", "USER", "PASSWORD", "IN_HEADER", "IN_QUERY", "IN_COOKIE", "CLIENT", "CALLERS", "TOOLS")
SECRETS = OF_CALLS | {name: f"canary-{name.lower()}-7/+" for name in OF_APIS}
IN_FILE, TOKEN = "canary-in-file-8/", "canary-token-9"
APIS = {
    "bearer": "{type: bearer, token: '{{env.BEARER}}'}",
    "basic": "{type: basic, username: '{{env.USER}}', password: '{{env.PASSWORD}}'}",
    "header": "{type: apikey, key: X-Key, value: '{{env.IN_HEADER}}'}",
    "query": "{type: apikey, key: key, placement: query, value: '{{env.IN_QUERY}}'}",
    "cookie": "{type: apikey, key: Cookie, value: 'session={{env.IN_COOKIE}}'}",
    "file": "{type: bearer, token: '{{files.KEY}}'}",
    "oauth": "{type: oauth2, tokenEndpoint: 'TOKENS/token', clientId: me, clientSecret: '{{env.CLIENT}}'}",
}
API = """
  - type: http
    namespace: {name}
    baseUri: http://127.0.0.1:1
    authentication: {authentication}
    inputParameters: [{{name: X-Bound, in: header, value: '{{{{env.OF_HEADER}}}}'}}]
    resources:
    - name: things
      path: /{{kind}}/x-{{{{env.OF_PATH}}}}
      inputParameters: [{{name: bound, in: query, value: '{{{{env.OF_QUERY}}}}'}}]
      operations:
      - {{name: read, method: GET}}
      - {{name: parse, method: GET, outputRawFormat: xml}}
      - name: send
        method: POST
        body: {{type: json, data: {{bound: '{{{{env.OF_BODY}}}}', given: '{{{{given}}}}'}}}}
"""
ROUTES = """
    - path: /{name}/{{kind}}
      operations: [{{method: GET, call: {name}.read}}, {{method: POST, call: {name}.send}}]
    - path: /{name}/{{kind}}/parsed
      operations: [{{method: GET, call: {name}.parse, outputParameters: [{{type: object, mapping: $.}}]}}]"""
TOOLS = """
    - {{name: read-{name}, call: {name}.read}}
    - {{name: send-{name}, call: {name}.send}}"""
KINDS = ("ok", "fail", "broken", "echo", "gone", "..")


def capability(folder: Path, tokens: str) -> Path:
    """Write a file that has a secret wherever one can be."""
    (folder / "keys.json").write_text(json.dumps({"KEY": IN_FILE}), encoding="utf-8")
    (folder / "keys.env").write_text(
        "".join(f"{name}='{value}'\n" for name, value in SECRETS.items()), encoding="utf-8"
    )
    text = "naftiko: 1.0.0-alpha2\nbinds:\n- namespace: env\n  keys:\n"
    text += "".join(f"    {name}: {name}\n" for name in SECRETS)
    text += "- {namespace: files, location: 'file:./keys.json', keys: {KEY: KEY}}\ncapability:\n  consumes:"
    text += "".join(API.format(name=name, authentication=how) for name, how in APIS.items())
    text += "  exposes:\n  - type: rest\n    namespace: face\n    port: 8080\n"
    text += "    authentication: {type: bearer, token: '{{env.CALLERS}}'}\n    resources:"
    text += "".join(ROUTES.format(name=name) for name in APIS)
    text += "\n  - type: mcp\n    namespace: tools\n    port: 9090\n"
    text += "    authentication: {type: apikey, key: X-Tools, value: '{{env.TOOLS}}'}\n    tools:"
    text += "".join(TOOLS.format(name=name) for name in APIS)
    path = folder / "capability.yaml"
    path.write_text(text.replace("TOKENS/", f"{tokens}/"), encoding="utf-8")
    return path


def as_text(seen: Seen) -> str:
    return f"{seen.target} {seen.headers} {seen.body.decode()}"


async def respond(seen: Seen, writer: asyncio.StreamWriter) -> None:
    """Answer as the path asks; ``echo`` gives back all that came, in an answer that is no XML."""
    kind = seen.target.split("/")[1]
    echo = as_text(seen).encode()
    token = json.dumps({"access_token": TOKEN, "token_type": "Bearer"}).encode()
    how = {
        "token": answer(token),
        "fail": answer(b'{"error": "no"}', "500 Internal Server Error"),
        "broken": answer(b"<a"),
        "echo": answer(echo, "200 OK"),
        "gone": hang_up,
    }
    await how.get(kind, answer(b'{"a": 1}'))(seen, writer)


@dataclass
class Told:
    """All that callers and operators were told, by where."""

    texts: dict[str, str] = field(default_factory=dict)

    async def ask(self, client: httpx2.AsyncClient, method: str, url: str, **more: object) -> None:
        got = await client.request(method, url, **more)  # type: ignore[arg-type]
        self.texts[f"{method} {url} {more}"] = f"{got.status_code} {got.headers.raw} {got.text}"


async def call_everything(told: Told, rest: str, mcp: str) -> None:
    bearer, key = f"Bearer {SECRETS['CALLERS']}", SECRETS["TOOLS"]
    async with httpx2.AsyncClient(timeout=20, headers={"Authorization": bearer, "X-Tools": key}) as client:
        for name in APIS:
            for kind in KINDS:
                if kind != "echo":  # which is the upstream's own answer, and passes through
                    await told.ask(client, "GET", f"{rest}/{name}/{kind}")
                    await told.ask(client, "POST", f"{rest}/{name}/{kind}", json={"given": "x"})
                await told.ask(client, "GET", f"{rest}/{name}/{kind}/parsed")
            for tool, kind in ((f"read-{name}", "fail"), (f"send-{name}", "ok"), (f"read-{name}", "..")):
                await told.ask(
                    client,
                    "POST",
                    f"{mcp}/mcp",
                    json=message("tools/call", name=tool, arguments={"kind": kind}),
                )
        for path in ("/openapi.json", "/docs", "/nowhere", "/healthz"):
            await told.ask(client, "GET", rest + path)
        await told.ask(client, "POST", f"{mcp}/mcp", json=message("tools/list"))
    async with httpx2.AsyncClient() as client:
        await told.ask(client, "GET", f"{rest}/bearer/ok", headers={"Authorization": bearer + "x"})
        await told.ask(
            client, "POST", f"{mcp}/mcp", headers={"X-Tools": key[:-1]}, json=message("tools/list")
        )


def message(method: str, **params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[Told, Upstream, tuple[str, ...]]]:
    """Serve the file in a process that logs everything; what it said is told in the end."""
    told = Told()
    async with Upstream.open() as upstream:
        upstream.respond = respond
        path = capability(folder, upstream.url)
        options = [
            str(path),
            "--env-file",
            str(folder / "keys.env"),
            "--log-level",
            "debug",
            "--retries",
            "0",
        ]
        options += [word for name in APIS for word in ("--base-uri", f"{name}={upstream.url}")]
        options += ["--port", "face=0", "--port", "tools=0"]
        with running("naftiko-run", *options, folder=folder) as server:
            yield told, upstream, (server.address("REST"), server.address("MCP"))
            done = await asyncio.to_thread(server.stop)
            told.texts |= {"banner": server.banner, "stdout": done.out, "log": done.err}


def by_commands(folder: Path) -> Mapping[str, str]:
    """Run the commands that serve nothing over the same file."""
    path, said = str(folder / "capability.yaml"), {}
    commands = [("check", path), ("check", "--format", "json", path), ("plan", path), ("check", str(folder))]
    for words in commands:
        done = run_command("naftiko", *words, folder=folder, extra=SECRETS)
        said[" ".join(words)] = done.out + done.err
    few = {"BEARER": SECRETS["BEARER"], "USER": f"{SECRETS['USER']}\nx"}
    done = run_command("naftiko-run", path, folder=folder, extra=few)
    assert done.code == 1
    return {**said, "a start that is refused": done.out + done.err}


async def test_no_secret_is_in_anything_that_is_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as (told, upstream, (rest, mcp)):
        await call_everything(told, rest, mcp)
        sent = {str(number): as_text(seen) for number, seen in enumerate(upstream.seen)}
    told.texts |= await asyncio.to_thread(by_commands, tmp_path)
    secrets = [*SECRETS.values(), IN_FILE, TOKEN]
    to_upstreams = set(secrets) - {SECRETS["CALLERS"], SECRETS["TOOLS"]}
    assert {secret for _, secret in leaks(sent, secrets)} == to_upstreams
    assert leaks(told.texts, secrets) == []
    assert "did not answer in xml" in str(told.texts)
    assert told.texts["log"].count(" answered ") >= len(APIS)


async def test_the_search_finds_what_an_upstream_gives_away(tmp_path: Path) -> None:
    """Prove the test above: what passes through is the upstream's own, and is found where it is told."""
    known = {"Authorization": f"Bearer {SECRETS['CALLERS']}"}
    async with serving(tmp_path) as (told, _, (rest, _)), httpx2.AsyncClient(headers=known) as client:
        for name in APIS:
            await told.ask(client, "GET", f"{rest}/{name}/echo")
    secrets = {*SECRETS.values(), IN_FILE, TOKEN}
    hidden = {SECRETS[name] for name in ("CALLERS", "TOOLS", "CLIENT", "OF_BODY")}
    assert {secret for _, secret in leaks(told.texts, secrets)} == secrets - hidden


async def test_a_call_that_is_explained_or_rehearsed_shows_no_secret(tmp_path: Path) -> None:
    told: dict[str, str] = {}
    async with Upstream.open() as upstream:
        upstream.respond = respond
        path = capability(tmp_path, upstream.url)
        places = [word for name in APIS for word in ("--base-uri", f"{name}={upstream.url}")]
        given = (
            "--env-file",
            str(tmp_path / "keys.env"),
            "--json",
            '{"kind": "echo", "given": "x"}',
            *places,
        )
        for name in APIS:
            for how in ("--explain", "--dry-run"):
                words = ("call", str(path), f"POST /{name}/{{kind}}", how, *given)
                done = await asyncio.to_thread(run_command, "naftiko", *words, folder=tmp_path)
                assert done.code == 0, done.err
                # the answer is the upstream's own, and has all that it was sent
                told[f"{name} {how}"] = done.err if how == "--explain" else done.out + done.err
        sent = {str(number): as_text(seen) for number, seen in enumerate(upstream.seen)}
    secrets = [*SECRETS.values(), IN_FILE, TOKEN]
    assert {secret for _, secret in leaks(sent, secrets)} == set(secrets) - {
        SECRETS["CALLERS"],
        SECRETS["TOOLS"],
    }
    assert leaks(told, secrets) == []
    assert '"Authorization: Bearer $BEARER"' in told["bearer --explain"]
    assert "'Authorization: Basic ***'" in told["basic --explain"]
    assert '"X-Key: $IN_HEADER"' in told["header --dry-run"]
    assert '"Cookie: session=$IN_COOKIE"' in told["cookie --dry-run"]
    assert "'Authorization: Bearer ***'" in told["file --dry-run"]
