"""Whatever is in a file: a plan or a report, soon and without much memory; never an exception."""

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from soak.files import LIMIT_MB, LIMIT_S, made
from soak.mutation import KINDS, mutated
from soak.probe import Probed, probe, seeds
from soak.watch import watch

SEEDS = seeds(everything=False)
# always the same ones where CI=true
FEW = settings(
    max_examples=300,
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)

MANY = 1_000
HEAD = "naftiko: 1.0.0-alpha2\n"
# measuring coverage takes several times as long
SLOWED = 5 if "COVERAGE_PROCESS_CONFIG" in os.environ else 1


def in_time(text: str) -> Probed:
    found = probe(text)
    assert found.took_s < LIMIT_S * SLOWED
    return found


@FEW
@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    in_time(text)


@FEW
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_answered(data: bytes, headed: bool) -> None:
    in_time((HEAD if headed else "") + data.decode("utf-8", "surrogateescape"))


@FEW
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2**32)), min_size=1, max_size=8),
)
def test_a_broken_file_is_answered(text: str, changes: list[tuple[str, int]]) -> None:
    for kind, number in changes:
        text = mutated(text, kind, number)
    in_time(text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_of_breaking_breaks_most_files_and_always_the_same(kind: str) -> None:
    broken = [mutated(text, kind, number) for number, text in enumerate(SEEDS)]
    assert broken == [mutated(text, kind, number) for number, text in enumerate(SEEDS)]
    assert sum(one != other for one, other in zip(broken, SEEDS, strict=True)) > len(SEEDS) / 2


def capability(operations: str, tools: str) -> str:
    return (
        f"{HEAD}capability:\n  consumes:\n  - type: http\n    namespace: a\n    baseUri: https://a.example\n"
        f"    resources:\n{operations}  exposes:\n  - type: mcp\n    namespace: t\n    port: 9090\n"
        f"    tools:\n{tools}"
    )


def resources(name: str, path: str = "/r{i}", many: int = MANY) -> str:
    return "".join(
        f"    - {{name: r{i}, path: '{path.format(i=i)}', operations: [{{name: {name.format(i=i)}}}]}}\n"
        for i in range(many)
    )


def calling(name: str, many: int = MANY) -> str:
    return "".join(f"    - {{name: t{i}, call: a.{name.format(i=i)}}}\n" for i in range(many))


def stating(text: str) -> str:
    tool = f"    - {{name: t, call: a.o, outputParameters: [{{name: x, type: string, value: '{text}'}}]}}\n"
    return capability(resources("o", many=1), tool)


def at(path: str) -> str:
    """Consume and expose a path."""
    escaped = path.replace("{", "{{").replace("}", "}}")
    rest = (
        "  - {type: rest, namespace: r, port: 8080, resources: [{path: '%s', operations: [{call: a.o}]}]}\n"
    )
    return capability(resources("o", escaped, many=1), calling("o", 1)) + rest % path


BOMBS = {
    "laughs": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)),
    "deep": HEAD + "a: " + "[" * 50_000,
    "deep blocks": HEAD + "".join(f"{' ' * n}a:\n" for n in range(1_000)),
    "long text": HEAD + "a: '" + "x" * 5_000_000 + "'",
    "many keys": HEAD + "".join(f"key{n}: 1\n" for n in range(20_000)),
    "many calls": capability(resources("o{i}"), calling("o{i}")),
    "many unknown calls": capability(resources("o{i}"), calling("x{i}")),
    "many unknown calls with long names": capability(
        resources("read-the-ship-{i}"), calling("read-a-shp-{i}")
    ),
    "many calls of one name": capability(resources("get"), calling("get")),
    "many doubles": capability(resources("get"), calling("get", MANY - 1)),
    "open comments": stating("{{!" * 30_000),
    "open comments behind a tag": stating("{{x}}" + "{{!" * 30_000),
    "open braces": stating("{" * 100_000),
    "open sections": stating("{{#a}}" * 20_000),
    "holes in a text": stating("{{x}}" * 20_000),
    "holes in a path": at("/{x}" * 20_000),
    "different holes in a path": at("".join(f"/{{x{n}}}" for n in range(5_000))),
    "braces in a path": at("/" + "{" * 50_000),
    "blanks in a path": at("/{" + " " * 50_000 + "x"),
    "an open hole in a path": at("/{x" + " x" * 50_000),
    "plus signs in a path": at("/{x" + "+" * 50_000),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_what_is_made_to_take_long_does_not(text: str) -> None:
    in_time(text)


def test_a_run_takes_little_memory_and_finds_nothing() -> None:
    figures = list(watch(seed=1, until=time.monotonic() + 40, count=1000))[-1]
    assert figures.failures == {}
    assert figures.inputs == 1000
    assert figures.peak_mb < LIMIT_MB


def test_an_input_follows_from_its_number() -> None:
    assert made(SEEDS, 1, 7) == made(SEEDS, 1, 7) != made(SEEDS, 1, 8)
