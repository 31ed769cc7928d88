"""Arguments that a call completes: what the SDK's client is offered, and what the upstream is asked."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mcp import Client, types

from serving import compiled, mcp_client, served
from wire import Upstream, answer

pytestmark = pytest.mark.anyio

ERAS = ("legacy", "2026-07-28")
CAPABILITY = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: registry
    baseUri: http://127.0.0.1:1
    resilience: {retries: 0}
    resources:
    - name: ships
      path: /ships
      operations:
      - name: list-ships
        method: GET
        inputParameters: [{name: imo, in: query}, {name: status, in: query}, {name: text, in: query}]
      - {name: search, method: POST, body: {type: json, data: '{"text": "{{text}}"}'}}
    - name: crew
      path: /ships/{imo}/crew
      operations: [{name: list-crew, method: GET}]
  aggregates:
  - namespace: fleet
    flows:
    - {name: search, semantics: {safe: true}, call: registry.search, with: {text: '{{text}}'}}
    - name: wish
      semantics: {safe: true}
      steps:
      - type: ask
        name: wish
        elicit: {message: Which?, requestedSchema: {type: object, properties: {ship: {type: string}}}}
      - {type: call, name: found, call: registry.list-ships, with: {text: '{{wish.content.ship}}'}}
  exposes:
  - type: mcp
    namespace: yard
    port: 9090
    tools:
    - {name: list, description: Lists, call: registry.list-ships}
    - {name: wish, description: Asks and lists, ref: fleet.wish}
    resources:
    - name: crew
      uri: ship://{imo}/{member}
      call: registry.list-crew
      inputParameters:
      - {name: member, type: string, complete: {call: registry.list-crew, values: '$[*].id'}}
    prompts:
    - name: brief
      arguments:
      - {name: status, enum: [active, laid-up]}
      - {name: imo, complete: {call: registry.list-ships, values: '$.ships[*].imo'}}
      - name: ship
        complete: {call: registry.list-ships, with: {text: '{{ship}}'}, values: '$.ships[*].imo'}
      - {name: any, complete: {call: fleet.search, with: {text: '{{any}}'}, values: $.found}}
      - {name: wish, complete: {call: fleet.wish, values: '$.found.ships[*].imo'}}
      template: [{role: user, content: 'On {{imo}}, {{ship}}, {{any}}, {{status}}, {{wish}}.'}]
"""
NUMBERS: list[Any] = ["IMO-1", "imo-2", "X-3", 4, None, {}, "", "IMO-1", True]
SHIPS = {"ships": [{"imo": number} for number in NUMBERS]}
BRIEF = types.PromptReference(name="brief")
CREW = types.ResourceTemplateReference(uri="ship://{imo}/{member}")


@asynccontextmanager
async def client_of(upstream: Upstream, era: str = "legacy") -> AsyncIterator[Client]:
    async with (
        served(compiled(CAPABILITY), {}, base_uris={"registry": upstream.url}) as running,
        mcp_client(running.mcp, era) as client,
    ):
        yield client


async def offered(
    client: Client,
    ref: types.PromptReference | types.ResourceTemplateReference,
    name: str,
    typed: str = "",
    **known: str,
) -> list[str]:
    found = await client.complete(ref, {"name": name, "value": typed}, known or None)
    assert found.completion.total == len(found.completion.values)
    return found.completion.values


def says(upstream: Upstream, value: Any, status: str = "200 OK") -> None:
    upstream.respond = answer(json.dumps(value).encode(), status, content_type="application/json")


@pytest.mark.parametrize("era", ERAS)
async def test_values_of_an_answer_that_begin_with_what_is_typed_are_offered_once(
    upstream: Upstream, era: str
) -> None:
    says(upstream, SHIPS)
    async with client_of(upstream, era) as client:
        assert await offered(client, BRIEF, "imo") == ["IMO-1", "imo-2", "X-3", "4", "true"]
        assert await offered(client, BRIEF, "imo", "Imo") == ["IMO-1", "imo-2"]
        assert await offered(client, BRIEF, "imo", "Y") == []
    assert [seen.target for seen in upstream.seen] == ["/ships"] * 3


@pytest.mark.parametrize("era", ERAS)
async def test_arguments_that_are_known_go_to_the_call_and_others_do_not(
    upstream: Upstream, era: str
) -> None:
    says(upstream, SHIPS)
    async with client_of(upstream, era) as client:
        assert await offered(client, BRIEF, "imo", "x", status="active", imo="7", other="1") == ["X-3"]
    assert [seen.target for seen in upstream.seen] == ["/ships?status=active"]


async def test_a_call_that_takes_what_is_typed_has_chosen(upstream: Upstream) -> None:
    says(upstream, SHIPS)
    async with client_of(upstream) as client:
        assert await offered(client, BRIEF, "ship", "auro ra") == ["IMO-1", "imo-2", "X-3", "4", "true"]
        says(upstream, {"found": "Aurora"})
        assert await offered(client, BRIEF, "any", "au") == ["Aurora"]
    assert [(seen.target, seen.body) for seen in upstream.seen] == [
        ("/ships?text=auro%20ra", b""),
        ("/ships", b'{"text":"au"}'),
    ]


@pytest.mark.parametrize("era", ERAS)
async def test_a_variable_of_a_template_is_completed_from_those_before_it(
    upstream: Upstream, era: str
) -> None:
    says(upstream, [{"id": "C-1"}, {"id": "C-2"}])
    async with client_of(upstream, era) as client:
        assert await offered(client, CREW, "member", imo="IMO 1") == ["C-1", "C-2"]
        assert await offered(client, CREW, "member") == []  # the call cannot be made
        assert await offered(client, CREW, "imo") == []
    assert [seen.target for seen in upstream.seen] == ["/ships/IMO%201/crew"]


async def test_at_most_a_hundred_values_are_offered(upstream: Upstream) -> None:
    says(upstream, {"ships": [{"imo": str(number)} for number in range(101)]})
    async with client_of(upstream) as client:
        found = (await client.complete(BRIEF, {"name": "imo", "value": ""})).completion
    assert (len(found.values), found.total, found.has_more) == (100, 101, True)


@pytest.mark.parametrize("era", ERAS)
async def test_a_call_that_fails_offers_nothing(upstream: Upstream, era: str) -> None:
    async with client_of(upstream, era) as client:
        for value, status in ((SHIPS, "500 Oops"), (SHIPS, "404 None"), ({}, "200 OK"), ([], "200 OK")):
            says(upstream, value, status)
            assert await offered(client, BRIEF, "imo") == []
        upstream.respond = answer(b"<", content_type="application/json")
        assert await offered(client, BRIEF, "imo") == []
        assert await offered(client, BRIEF, "status", "l") == ["laid-up"]
    assert len(upstream.seen) == 5


@pytest.mark.parametrize("era", ERAS)
async def test_nobody_is_asked_while_they_type(upstream: Upstream, era: str) -> None:
    asked: list[str] = []

    async def person(context: Any, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action="accept", content={"ship": "a"})

    says(upstream, SHIPS)
    async with (
        served(compiled(CAPABILITY), {}, base_uris={"registry": upstream.url}) as running,
        Client(f"{running.mcp}/mcp", mode=era, elicitation_callback=person) as client,
    ):
        assert await offered(client, BRIEF, "wish") == []
    assert (asked, upstream.seen) == ([], [])
