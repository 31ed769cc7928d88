"""A small capability and an engine that runs it, for tests of what reaches the wire."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from naftiko_runtime.plan.explain import Plan, exposed
from naftiko_runtime.plan.reading import read
from naftiko_runtime.plan.surfaces import Context, Operation
from naftiko_runtime.runtime.bindings import bind
from naftiko_runtime.runtime.engine import Engine, Settings, open_engine
from naftiko_runtime.values import Json
from serving import compiled

SECRET = "s3cret-of-the-test"

SHIPS = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {KEY: SHIPS_KEY}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example.com/v1
    authentication: {type: bearer, token: '{{env.KEY}}'}
    resources:
    - name: ship
      path: /ships/{imo}
      operations:
      - name: read
        method: GET
        inputParameters:
        - {name: fields, in: query}
        - {name: X-Trace, in: header}
        - {name: crew, in: cookie}
      - name: find
        method: GET
        inputParameters: [{name: body, in: body, type: object}]
      - {name: scrap, method: DELETE}
    - name: ships
      path: /ships
      operations:
      - name: build
        method: POST
        inputParameters: [{name: body, in: body, type: object}]
  exposes:
  - type: rest
    namespace: rest
    port: 8080
    resources:
    - name: ship
      path: /ships/{imo}
      operations:
      - {name: read, method: GET, call: ships.ship.read}
      - {name: find, method: PUT, call: ships.ship.find}
      - {name: scrap, method: DELETE, call: ships.ship.scrap}
    - name: ships
      path: /ships
      operations:
      - {name: build, method: POST, call: ships.build}
    - name: names
      path: /names/{imo}
      operations:
      - name: name
        method: GET
        call: ships.ship.read
        outputParameters: [{name: name, type: string, mapping: $.ship.name}]
    - name: motd
      path: /motd
      operations:
      - name: motd
        method: GET
        outputParameters: [{name: text, type: string, value: ahoy}]
"""

LOST = """\
    - name: lost
      path: /lost
      operations:
      - {name: lost, method: GET, call: ships.lost}
"""


@dataclass(frozen=True)
class Called:
    """What a call gave: decoded JSON of a flow, or the bytes that passed through."""

    status: int
    headers: Mapping[str, str]
    body: Json | bytes


@dataclass(frozen=True)
class Ships:
    """An engine over the small capability; operations go by their names."""

    engine: Engine
    operations: Mapping[str, Operation]

    async def call(
        self, operation: str, arguments: Mapping[str, Json] | None = None, context: Context | None = None
    ) -> Called:
        chosen, known = self.operations[operation], context or Context("test")
        async with self.engine.invoke(chosen, arguments or {}, known) as result:
            body = result.value if hasattr(result, "value") else await read(result, 2**30)
            return Called(result.status, dict(result.headers), body)


def ships_plan(*, lost: bool = False) -> Plan:
    """Compile the small capability; ``lost`` adds an operation whose call means nothing."""
    return compiled(SHIPS + LOST if lost else SHIPS)


@asynccontextmanager
async def ships(
    base_uri: str, settings: Settings | None = None, plan: Plan | None = None
) -> AsyncIterator[Ships]:
    """Open an engine whose API is at ``base_uri``."""
    chosen = plan or ships_plan()
    bindings = bind(chosen, {"SHIPS_KEY": SECRET}, {"ships": base_uri})
    named = {
        operation.name.rpartition(".")[2]: operation
        for surface in chosen.surfaces
        for _, operation in exposed(surface)
    }
    async with open_engine(chosen, bindings, settings or Settings()) as engine:
        yield Ships(engine, named)
