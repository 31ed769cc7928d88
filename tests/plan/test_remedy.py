"""What errors of an API mean by the rules of a file."""

import pytest

from naftiko_runtime.expr.path import compile_path
from naftiko_runtime.plan.errors import Meaning
from naftiko_runtime.plan.remedy import ErrorRule, explain_error

CONFLICT = frozenset({409})
CODE = compile_path("$.error.code")


def meaning(rule: ErrorRule, body: bytes, status: int = 409) -> Meaning | None:
    found = explain_error([rule], status, (), body)
    return found.meaning if found else None


@pytest.mark.parametrize(
    ("rule", "body", "applies"),
    [
        (ErrorRule(CONFLICT, "x"), b"", True),
        (ErrorRule(CONFLICT, "x", CODE), b'{"error": {"code": 0}}', True),
        (ErrorRule(CONFLICT, "x", CODE), b'{"error": {}}', False),
        (ErrorRule(CONFLICT, "x", CODE), b"not json", False),
        (ErrorRule(CONFLICT, "x", CODE, "E1"), b'{"error": {"code": "E1"}}', True),
        (ErrorRule(CONFLICT, "x", CODE, "E1"), b'{"error": {"code": "E2"}}', False),
        (ErrorRule(CONFLICT, "x", CODE, "7"), b'{"error": {"code": 7}}', True),
        (ErrorRule(CONFLICT, "x", CODE, "true"), b'{"error": {"code": true}}', True),
        (ErrorRule(CONFLICT, "x", CODE, "false"), b'{"error": {"code": false}}', True),
        (ErrorRule(CONFLICT, "x", CODE, "E1"), b'{"error": {"code": ["E1"]}}', False),
        (ErrorRule(CONFLICT, "x", CODE, "E1"), b"[" * 9999, False),
    ],
)
def test_a_rule_is_for_a_status_and_for_what_stands_in_the_answer(
    rule: ErrorRule, body: bytes, applies: bool
) -> None:
    assert (meaning(rule, body) is not None) == applies
    assert meaning(rule, body, 410) is None


def test_the_first_rule_that_applies_says_it() -> None:
    rules = [ErrorRule(frozenset({404}), "a"), ErrorRule(CONFLICT, "b"), ErrorRule(CONFLICT, "c")]
    found = explain_error(rules, 409, (("x", "1"),), b"body")
    assert found is not None
    assert (found.status, found.headers, found.body, found.meaning.code) == (409, (("x", "1"),), b"body", "b")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (None, None),
        ("it is there", "it is there"),
        (compile_path("$.text"), "in their words"),
        (compile_path("$.none"), None),
        (compile_path("$.long"), "x" * 500),
    ],
)
def test_the_words_are_those_of_the_file_or_of_the_upstream(message: object, said: str | None) -> None:
    body = b'{"text": "in their words", "long": "' + b"x" * 900 + b'"}'
    rule = ErrorRule(CONFLICT, "x", message=message)  # type: ignore[arg-type]
    found = meaning(rule, body)
    assert found is not None
    assert found.message == said
