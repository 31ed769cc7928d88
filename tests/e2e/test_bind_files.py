"""Keys from files beside a capability: read at start, sent to the upstream, and nowhere else."""

import logging
from pathlib import Path

import httpx2
import pytest

from naftiko_runtime import compile
from naftiko_runtime.runtime.bindings import bind
from serving import served
from wire import Upstream, answer

TUTORIAL = Path(__file__).parents[3] / "shared" / "tutorial"

CAPABILITY = """
ikanos: 1.0.0-beta5
binds:
- {namespace: own, location: "file:///./keys/%s", keys: {OWN_TOKEN: token, OWN_VERSION: api.version}}
capability:
  consumes:
  - {from: ./shared/depots.yaml, import: depots}
  - type: http
    namespace: ships
    baseUri: http://127.0.0.1:1
    authentication: {type: bearer, token: "OWN_TOKEN"}
    inputParameters: {Version: {in: header, value: "{{own.OWN_VERSION}}"}}
    resources: {ships: {path: /ships, operations: {list: {method: GET}}}}
  exposes:
  - type: rest
    namespace: face
    port: 8080
    resources:
      ships: {path: /ships, operations: {list: {method: GET, call: ships.list}}}
      depots: {path: /depots, operations: {list: {method: GET, call: depots.list}}}
"""
DEPOTS = """
ikanos: 1.0.0-beta5
binds:
- {namespace: theirs, location: "file:./depots.json", keys: {DEPOT_KEY: key}}
consumes:
- type: http
  namespace: depots
  baseUri: http://127.0.0.1:1
  authentication: {type: apikey, key: X-Key, value: "{{DEPOT_KEY}}", placement: header}
  resources: {depots: {path: /depots, operations: {list: {method: GET}}}}
"""
OWN = {
    "own.yaml": "token: own-s3cret\napi: {version: 1.10}\n",
    "own.json": '{"token": "own-s3cret", "api": {"version": 1.10}}',
    "own.env": "# ours\nexport token='own-s3cret'\napi.version=1.10\n",
}


@pytest.mark.parametrize("name", OWN)
async def test_keys_of_files_reach_the_upstream_and_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "fleet.yaml").write_text(CAPABILITY % name, encoding="utf-8")
    (tmp_path / "keys" / name).write_text(OWN[name], encoding="utf-8")
    (tmp_path / "shared" / "depots.yaml").write_text(DEPOTS, encoding="utf-8")
    (tmp_path / "shared" / "depots.json").write_text('{"key": "their-s3cret"}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    plan = compile("fleet.yaml")
    monkeypatch.chdir(tmp_path / "elsewhere")
    caplog.set_level(logging.DEBUG, "naftiko")
    async with Upstream.open() as upstream:
        upstream.respond = answer(b"[]")
        base_uris = {"ships": upstream.url, "depots": upstream.url}
        async with (
            served(plan, {}, base_uris=base_uris) as running,
            httpx2.AsyncClient(base_url=running.rest) as client,
        ):
            answers = [await client.get("/ships"), await client.get("/depots")]
    assert [one.status_code for one in answers] == [200, 200]
    ships, depots = upstream.seen
    assert (ships.header("Authorization"), ships.header("Version")) == ("Bearer own-s3cret", "1.10")
    assert depots.header("X-Key") == "their-s3cret"
    assert "s3cret" not in caplog.text + plan.explain()


@pytest.mark.full
@pytest.mark.skipif(not TUTORIAL.is_dir(), reason="needs ../shared/tutorial beside the repository")
@pytest.mark.parametrize("step", range(2, 12))
def test_every_step_of_the_tutorial_finds_its_keys(step: int) -> None:
    (path,) = TUTORIAL.glob(f"step-{step}-*.yml")
    plan = compile(path)
    values = {key.partition(".")[2]: value.reveal() for key, value in bind(plan, {}).binds.items()}
    assert all(values.values())
    assert {"REGISTRY_TOKEN", "MCP_SERVER_TOKEN"} - values.keys() == (
        {"REGISTRY_TOKEN", "MCP_SERVER_TOKEN"} if step == 2 else set()
    )
