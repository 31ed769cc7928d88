"""What a forward adds to every request, and what it cannot."""

import pytest

from linking import codes, compiled, plan_of
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.plan.surfaces import Refused, RestSurface


def desk(
    inputs: str = "", forward: str = "{targetNamespace: notes}", rest: str = "", root: str = ""
) -> Compiled:
    return compiled(f"""\
naftiko: 1.0.0-alpha2
{root}
capability:
  consumes:
  - type: http
    namespace: notes
    baseUri: https://notes.example
    inputParameters: [{inputs}]
  exposes:
  - type: rest
    namespace: desk
    port: 8080
    {rest}
    resources:
    - {{path: "/notes/{{path}}", forward: {forward}}}
""")


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ("{name: 'X Y', in: header, value: a}", "L022"),
        ("{name: X-A, in: header, value: ['{{env.SECRET}}']}", "L023"),
        ("{name: X-A, in: header, value: '{{#a}}'}", "L060"),
    ],
)
def test_what_an_api_states_and_cannot_be_sent_refuses_the_forward(inputs: str, code: str) -> None:
    result = desk(inputs)
    [surface] = plan_of(result).surfaces
    assert isinstance(surface, RestSurface)
    [forward] = surface.forwards
    assert isinstance(forward.operation.body, Refused)
    assert (forward.operation.body.diagnostic.code, code in codes(result)) == (code, True)


@pytest.mark.parametrize(
    ("inputs", "trusted", "warned"),
    [
        ("{name: q, in: query}", "[X-A]", []),
        ("{name: X-A, in: header}", "[x-a]", []),
        ("{name: X-A, in: header}", "[x-b]", ["L146"]),
        ("{name: X-A, in: header, value: a}", "[x-b]", []),
        ("{name: TOKEN, in: environment}", "[x-b]", []),
        ("{name: a, in: cookie}", "[x-b]", ["L146"]),
        ("{name: a, in: body, value: 1}", "[x-b]", ["L146"]),
    ],
)
def test_parameters_that_nobody_gives_are_told(inputs: str, trusted: str, warned: list[str]) -> None:
    binds = "binds: [{namespace: keys, keys: {TOKEN: TOKEN}}]"
    result = desk(inputs, f"{{targetNamespace: notes, trustedHeaders: {trusted}}}", root=binds)
    assert codes(result) == warned


def test_a_server_whose_callers_cannot_be_checked_forwards_nothing() -> None:
    result = desk(rest="authentication: {type: hmac}")
    [surface] = plan_of(result).surfaces
    assert isinstance(surface, RestSurface)
    assert isinstance(surface.forwards[0].operation.body, Refused)
