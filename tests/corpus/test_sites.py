"""Every call that is written in a real file is linked, or something is said about it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from naftiko_runtime.plan.surfaces import Operation, Refused
from naftiko_runtime.source.diagnostics import Diagnostic
from oracle.cases import Case, check, needs_corpus
from oracle.observed import calls_of
from oracle.raw import Block, entries
from oracle.sites import REST, Site, sites

pytestmark = needs_corpus

OF_THE_CALL = ("L001", "L002", "L003")
OF_THE_UNSERVED = ("L116", "L117")  # a double, or a kind of server that is not served


def written(value: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    """List every ``call`` below a value: the kinds of things it stands in, and its line."""
    if isinstance(value, Block):
        if "call" in value:
            yield " ".join(way), value.lines["call"]
        for key, item in value.items():
            yield from written(item, (*way, key) if key in KINDS else way)
    elif isinstance(value, list):
        for item in value:
            yield from written(item, way)


KINDS = (
    "exposes",
    "tools",
    "resources",
    "operations",
    "steps",
    "aggregates",
    "functions",
    "flows",
    "prompts",
)


def outcomes(case: Case) -> Iterator[tuple[int, str]]:
    """Say for each call of a file, by its line, what became of it."""
    assert case.capability is not None
    said = list(case.report)
    served = {id(site.unit.lines): operation for server in case.servers() for site, operation in server}
    for server in entries(case.capability.body.get("exposes")):
        if server.get("type") not in (*REST, "mcp") or not any(
            id(site.unit.lines) in served for site in sites(server)
        ):
            yield from ((line, unserved(server.lines.values(), line, said)) for _, line in written(server))
            continue
        for site in sites(server):
            operation = served.get(id(site.unit.lines))
            for line in call_lines(site):
                yield line, outcome(site, operation, line, said)


def unserved(lines: Iterable[int], line: int, said: list[Diagnostic]) -> str:
    """Find what is said about a unit or server that is not in the plan."""
    about = [item.code for item in said if item.span.line in lines and item.code in OF_THE_UNSERVED]
    return f"not served, {about[0]}" if about else f"LOST on line {line}"


def call_lines(site: Site) -> list[int]:
    stepwise = [step.lines["call"] for step in entries(site.unit.get("steps")) if "call" in step]
    return ([site.unit.lines["call"]] if site.call else []) + stepwise


def outcome(site: Site, operation: Operation | None, line: int, said: list[Diagnostic]) -> str:
    if operation is None:
        return unserved(site.unit.lines.values(), line, said)
    if isinstance(operation.body, Refused):
        refusal = operation.body.diagnostic
        if refusal not in said:
            return f"REFUSED IN SILENCE on line {line}"
        if refusal.code in OF_THE_CALL and refusal.span.line != line:
            return f"REFUSED ELSEWHERE than on line {line}"
        return f"refused, {refusal.code}"
    return "linked" if len(calls_of(operation)) >= len(call_lines(site)) else f"LOST on line {line}"


@pytest.fixture(scope="module")
def found(cases: list[Case]) -> list[tuple[str, str]]:
    """List (file and line, outcome) of every call that stands in a file with a plan."""
    return [
        (f"{case.name}:{line}", said)
        for case in cases
        if case.plan is not None and case.unread is None
        for line, said in outcomes(case)
    ]


def test_no_call_is_lost(found: list[tuple[str, str]]) -> None:
    assert [(where, said) for where, said in found if said[0].isupper()] == []


def test_no_call_stands_where_nobody_looks(cases: list[Case], found: list[tuple[str, str]]) -> None:
    looked_at = {where for where, _ in found}
    elsewhere = Counter(
        place
        for case in cases
        if case.plan is not None and case.capability is not None
        for place, line in written(case.capability.root)
        if f"{case.name}:{line}" not in looked_at
    )
    assert elsewhere == {}


def test_a_file_without_a_plan_says_why(cases: list[Case]) -> None:
    assert [case.name for case in cases if case.plan is None and not case.report.has_errors] == []


def test_what_became_of_how_many_calls_is_pinned(
    found: list[tuple[str, str]], *, update_golden: bool
) -> None:
    check("call sites", Counter(said for _, said in found), update=update_golden)
