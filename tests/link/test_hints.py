"""What a tool is said to do to the world: what the file says, else what its calls do."""

import pytest

from linking import agent, server_of
from naftiko_runtime.link.hints import link_hints
from naftiko_runtime.plan.surfaces import Refused
from naftiko_runtime.source.diagnostics import Diagnostic, Severity, Span
from naftiko_runtime.spec.aggregates import SemanticsSpec
from naftiko_runtime.spec.exposes import HintsSpec

REFUSED = Refused(Diagnostic("L001", "no", Span("capability.yaml"), Severity.REFUSED))


def said(**keys: bool) -> HintsSpec:
    return HintsSpec.model_validate(keys)


def hints(read_only: bool, destructive: bool, idempotent: bool, open_world: bool) -> dict[str, bool]:
    return {
        "readOnly": read_only,
        "destructive": destructive,
        "idempotent": idempotent,
        "openWorld": open_world,
    }


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("GET", hints(True, False, True, True)),
        ("POST", hints(False, True, False, True)),
        ("PUT", hints(False, True, True, True)),
        ("DELETE", hints(False, True, True, True)),
        ("PATCH", hints(False, True, False, True)),
    ],
)
def test_hints_follow_from_the_method(verb: str, expected: dict[str, bool]) -> None:
    for unit in ("", "outputParameters: [{type: string, mapping: $.a}]"):
        assert server_of(agent(f"call: shop.list\n{unit}", method=verb)).tools[0].hints == expected


def test_a_tool_that_calls_nothing_changes_nothing() -> None:
    (tool,) = server_of(agent("outputParameters: [{type: string, value: ahoy}]")).tools
    assert tool.hints == hints(True, False, True, False)


@pytest.mark.parametrize(
    ("semantics", "spec", "expected"),
    [
        (None, None, {}),
        (SemanticsSpec(), said(), {}),
        (SemanticsSpec(safe=False, idempotent=False), None, {"readOnly": False, "idempotent": False}),
        (SemanticsSpec(safe=True), None, {"readOnly": True, "destructive": False}),
        (
            SemanticsSpec(safe=True),
            HintsSpec.model_validate({"readOnly": False}),
            {"readOnly": False, "destructive": False},
        ),
        (
            None,
            HintsSpec.model_validate({"openWorld": False, "idempotent": True}),
            {"openWorld": False, "idempotent": True},
        ),
    ],
)
def test_what_the_file_says_goes_before_what_semantics_say(
    semantics: SemanticsSpec | None, spec: HintsSpec | None, expected: dict[str, bool]
) -> None:
    assert link_hints(REFUSED, semantics, spec) == expected


@pytest.mark.parametrize(("method", "is_safe"), [("GET", False), ("POST", True)])
def test_an_author_who_says_otherwise_than_the_method_is_believed_in_all_of_it(
    method: str, is_safe: bool
) -> None:
    body = server_of(agent(method=method)).tools[0].operation.body
    found = link_hints(body, SemanticsSpec(safe=is_safe), None)
    assert found == hints(is_safe, not is_safe, is_safe, True)
