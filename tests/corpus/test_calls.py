"""What every linked call of real files sends, against a second reading of the same files.

That reading (tests/oracle) knows the raw YAML alone; it shares no code with the runtime.
"""

from pathlib import Path

import pytest

from oracle.cases import Case, check, needs_corpus
from oracle.comparison import Comparison

ROOT = Path(__file__).parents[2]
CONSTRUCTS = Path(__file__).with_name("constructs.yaml")
OWN = sorted(
    [*ROOT.glob("capabilities/*.yaml"), *ROOT.glob("tests/golden/*/capability.yaml"), CONSTRUCTS],
)


@pytest.mark.parametrize("path", OWN, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_of_the_project_sends_what_it_says(path: Path) -> None:
    comparison = Comparison()
    comparison.add(Case.of(path))
    assert comparison.differences == []


def test_every_construct_is_understood() -> None:
    comparison = Comparison()
    comparison.add(Case.of(CONSTRUCTS))
    assert comparison.outcomes == {"agrees": 7}


@pytest.fixture(scope="module")
def compared(cases: list[Case]) -> Comparison:
    comparison = Comparison()
    for case in cases:
        comparison.add(case)
    return comparison


class TestRealFiles:
    pytestmark = needs_corpus

    def test_every_call_sends_what_the_file_says(self, compared: Comparison) -> None:
        assert compared.differences == []

    def test_how_many_calls_are_compared_is_pinned(
        self, compared: Comparison, *, update_golden: bool
    ) -> None:
        check("calls", compared.outcomes, update=update_golden)

    def test_arguments_that_go_nowhere_are_pinned(self, compared: Comparison, *, update_golden: bool) -> None:
        check("arguments that go nowhere", compared.nowhere, update=update_golden)
