"""Real capability files: compiling one never raises, and what comes out of all of them is pinned.

A change of the figures is not a mistake in itself, but has to be looked at; ``--update-golden`` pins anew.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from naftiko_runtime.plan.surfaces import Operation, Refused
from oracle.cases import Case, needs_corpus

FIGURES = Path(__file__).with_name("figures.json")

pytestmark = needs_corpus


@dataclass
class Figures:
    files: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    files_by_code: Counter[str] = field(default_factory=Counter)

    def count(self, case: Case) -> None:
        self.files["with a plan" if case.plan else "without a plan"] += 1
        self.files_by_code.update({f"{item.code} {item.severity.value}" for item in case.report})
        if case.plan is not None:
            self.operations.update(outcome(operation) for operation in case.plan.operations())
            assert case.plan.explain() != ""

    def as_json(self) -> dict[str, dict[str, int]]:
        counters = {"files": self.files, "operations": self.operations, "files by code": self.files_by_code}
        return {name: dict(sorted(counter.items())) for name, counter in counters.items()}


def outcome(operation: Operation) -> str:
    if isinstance(operation.body, Refused):
        return f"refused, {operation.body.diagnostic.code}"
    return f"served, {(operation.choice.code or 'by name') if operation.choice else 'mock'}"


def test_every_file_compiles_to_what_it_did_before(cases: list[Case], *, update_golden: bool) -> None:
    figures = Figures()
    for case in cases:
        figures.count(case)
    if update_golden:
        FIGURES.write_text(json.dumps(figures.as_json(), indent=2) + "\n", encoding="utf-8")
    assert figures.as_json() == json.loads(FIGURES.read_text(encoding="utf-8"))
