"""What a file says of how hard its APIs are tried, and of their errors."""

from linking import compiled, plan_of
from naftiko_runtime.expr.path import compile_path
from naftiko_runtime.plan.remedy import ErrorRule
from naftiko_runtime.plan.resilience import Effort, Limits, Rate

HEAD = "naftiko: 1.0.0-alpha2\ncapability:\n  consumes:\n  - type: http\n    namespace: shop\n"


def file(settings: str = "", operation: str = "") -> str:
    return f"""\
{HEAD}    baseUri: https://shop.example
{settings}
    resources:
    - name: orders
      path: /orders
      operations: [{{name: list, method: GET{operation}}}]
  exposes:
  - {{type: mcp, namespace: t, port: 9090, tools: [{{name: list, call: shop.list}}]}}
"""


def test_without_a_word_everything_is_as_it_always_is() -> None:
    plan = plan_of(compiled(file()))
    assert (plan.apis["shop"].limits, plan.apis["shop"].errors) == (Limits(), ())
    assert effort(file()) == Effort()


def effort(text: str) -> Effort:
    [operation] = plan_of(compiled(text)).operations()
    return operation.body.call.effort  # type: ignore[union-attr]


def test_an_operation_goes_by_its_own_settings_and_then_by_those_of_its_api() -> None:
    settings = "    resilience: {timeout: 1500, retries: 5, retryOn: [418], backoff: fixed, backoffBase: 50}"
    own = ", resilience: {retries: 0, retryOnNetworkErrors: false, jitterFactor: 0.5, coalesce: true}"
    assert effort(file(settings, own)) == Effort(
        timeout_s=1.5,
        retries=0,
        retry_on=frozenset({418}),
        retries_network_errors=False,
        backoff="fixed",
        backoff_s=0.05,
        jitter=0.5,
        coalesces=True,
    )


def test_an_api_says_what_it_is_asked_at_most() -> None:
    settings = """\
    resilience:
      connectTimeout: 250
      idleTimeout: 30000
      maxConcurrent: 4
      queue: 0
      circuitBreaker: {failures: 0, openFor: 500}
      rateLimit: {requests: 90, per: 60000, burst: 5, followHeaders: true}"""
    limits = plan_of(compiled(file(settings))).apis["shop"].limits
    assert limits == Limits(
        concurrency=4,
        queue=0,
        failures=0,
        open_s=0.5,
        rate=Rate(1.5, 5, follows_headers=True),
        connect_s=0.25,
        idle_s=30,
    )


def test_a_rate_has_a_burst_of_its_requests_and_is_of_a_second() -> None:
    plan = plan_of(compiled(file("    resilience: {rateLimit: {requests: 7}}")))
    assert plan.apis["shop"].limits == Limits(rate=Rate(7, 7))


def test_errors_are_read_as_rules() -> None:
    settings = """\
    errors:
    - {status: 409, code: a, message: there, hint: look, retryable: false, retryAfter: 3}
    - {status: [5xx, 404], when: $.e, equals: true, code: b, message: $.m}
    - {when: $.e, equals: 7, code: c}"""
    rules = plan_of(compiled(file(settings))).apis["shop"].errors
    errors = frozenset(range(400, 600))
    assert rules == (
        ErrorRule(frozenset({409}), "a", None, None, "there", "look", is_retryable=False, retry_after_s=3),
        ErrorRule(frozenset({404, *range(500, 600)}), "b", compile_path("$.e"), "true", compile_path("$.m")),
        ErrorRule(errors, "c", compile_path("$.e"), "7"),
    )


def test_what_comes_below_a_path_goes_by_the_settings_of_the_api() -> None:
    settings = "    resilience: {retries: 1}"
    text = file(settings).replace(
        "  - {type: mcp, namespace: t, port: 9090, tools: [{name: list, call: shop.list}]}",
        "  - type: rest\n    namespace: r\n    port: 8080\n    resources:\n"
        "    - {path: '/x/{{path}}', forward: {targetNamespace: shop}}",
    )
    [operation] = plan_of(compiled(text)).operations()
    assert operation.body.call.effort.retries == 1  # type: ignore[union-attr]
