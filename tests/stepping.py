"""Runs compiled units against answers that a test states, for tests of what steps do with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import indent

from linking import compiled, operation_of
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.asking import Question
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.errors import UpstreamRefused
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.values import Json

HARBOUR = """\
naftiko: 1.0.0-alpha2
binds: [{namespace: keys, keys: {TOKEN: HARBOUR_TOKEN}}]
capability:
  consumes:
  - type: http
    namespace: harbour
    baseUri: https://harbour.example
    resources:
    - name: ships
      path: /ships/{imo}
      operations:
      - {name: get-ship, method: GET, inputParameters: [{name: imo, in: path}, {name: full, in: query}]}
      - {name: scrap, method: DELETE}
    - name: crew
      path: /crew
      operations:
      - {name: list-crew, method: GET, inputParameters: [{name: page, in: query, type: integer}]}
      - name: hire
        method: POST
        inputParameters: [{name: body, in: body, type: object, required: true}]
    - name: ports
      path: /ports
      operations:
      - name: list-ports
        method: GET
        outputParameters: [{name: port-code, type: string, value: $.code}]
      - name: main-port
        method: GET
        outputParameters: [{name: result, type: object, value: $.}]
    - name: by-crew
      path: /crew/{id}
      operations: [{name: find, method: GET}]
    - name: by-port
      path: /ports/{code}
      operations: [{name: find, method: GET}]
"""

ANSWERS: Mapping[str, Json] = {
    "get-ship": {"imo": "7", "name": "Ada", "crew": ["c2", "c1", "c9"], "port": {"code": "NO"}},
    "list-crew": [
        {"crewId": "c1", "full_name": "Eve", "role": "mate"},
        {"crewId": "c2", "full_name": "Bob", "role": None},
        {"crewId": "c1", "full_name": "Second", "role": "cook"},
        "nobody",
        {"full_name": "Nameless"},
    ],
    "list-ports": [{"code": "NO", "town": "Oslo"}, {"code": 7, "town": "Rome"}],
    "main-port": {"code": "NO", "town": "Oslo", "result": "kept"},
    "hire": {"hired": True},
    "find": {"found": True},
}


def harbour(unit: str, more: str = "") -> Compiled:
    """Compile the tool ``tool`` with these lines of YAML; ``more`` are further lines of the capability."""
    return compiled(f"""\
{HARBOUR}
{indent(more, "  ")}
  exposes:
  - type: mcp
    namespace: t
    port: 9090
    tools:
    - name: tool
{indent(unit, "      ")}
""")


class NobodyIsAsked:
    """Effects of tests in which no step asks."""

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        raise NotImplementedError


@dataclass
class Harbour(NobodyIsAsked):
    """Answers by the name of the operation; what it does not know it refuses with 404."""

    answers: Mapping[str, Json] = field(default_factory=lambda: ANSWERS)
    sent: list[tuple[str, Outbound]] = field(default_factory=list)

    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        name = call.name.rpartition(".")[2]
        self.sent.append((name, outbound))
        if name not in self.answers:
            raise UpstreamRefused(404, (), b"")
        return Answer(200, (), self.answers[name])

    @property
    def lines(self) -> list[str]:
        return [f"{outbound.method} {outbound.target}" for _, outbound in self.sent]


async def ran(result: Compiled, arguments: Mapping[str, Json], harbour_: Harbour | None = None) -> Json:
    """Run the tool and return what it answers."""
    operation = operation_of(result)
    assert isinstance(operation.body, Flow), operation.body
    bound = operation.contract.bind(arguments)
    return (await operation.body.run(Scope(bound), harbour_ or Harbour())).value
