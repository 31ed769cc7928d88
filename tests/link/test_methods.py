"""Methods that no request can have are refused, wherever they stand."""

import pytest

from linking import codes, compiled, plan_of, shop
from naftiko_runtime.plan.surfaces import PassThrough, Refused

SHARED = """
naftiko: 1.0.0-alpha2
capability:
  consumes:
  - type: http
    namespace: shop
    baseUri: https://shop.example
    resources:
    - {name: orders, path: /orders, operations: [{name: list, method: 'GET, HEAD'}]}
  exposes:
  - {type: rest, namespace: face, port: 8080, resources: []}
"""


@pytest.mark.parametrize("method", ["GET HEAD", "GET/HEAD", "''", "GÉT"])
def test_a_route_with_such_a_method_is_refused_alone(method: str) -> None:
    result = shop(verb=method)
    assert codes(result) == ["S009"]
    bodies = [type(operation.body) for operation in plan_of(result).operations()]
    assert bodies == [Refused, PassThrough]


def test_an_operation_with_such_a_method_is_refused_though_nobody_calls_it() -> None:
    assert codes(compiled(SHARED)) == ["S009"]


def test_any_other_name_may_be_one_that_the_api_made_up() -> None:
    assert codes(compiled(SHARED.replace("GET, HEAD", "X-LIST!"))) == []
