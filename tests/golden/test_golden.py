"""Capability files in, plan and diagnostics out; ``--update-golden`` writes the expected texts anew.

A case without a ``capability.yaml`` is the capability of that name which the project ships; one with a
``bind.json`` is bound with the variables and base URIs given there; all rules look at one with a ``lint``;
one with an ``elsewhere`` is read like a text that did not come from a file.
"""

import json
from pathlib import Path

import pytest

from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.rules.lint import RULES, lint
from naftiko_runtime.runtime.bindings import BindError, bind

CASES = sorted(
    path for path in Path(__file__).parent.iterdir() if path.is_dir() and path.name != "__pycache__"
)
SHIPPED = Path(__file__).parents[2] / "capabilities"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_gives_its_plan_and_diagnostics(case: Path, *, update_golden: bool) -> None:
    found = compiled(case)
    if update_golden:
        for name, text in found.items():
            (case / name).write_text(text, encoding="utf-8")
    assert found == {name: (case / name).read_text(encoding="utf-8") for name in found}


def compiled(case: Path) -> dict[str, str]:
    source = case / "capability.yaml"
    if not source.exists():
        source = SHIPPED / f"{case.name}.yaml"
    folder = None if (case / "elsewhere").exists() else source.parent
    result = compile_text(source.read_text(encoding="utf-8"), source.name, folder)
    if result.document is not None and (case / "lint").exists():
        lint(result.document, result.report, RULES)
    said = [str(item) for item in result.report]
    if result.plan is not None:
        said += unbound(result.plan, case / "bind.json")
    return {
        "plan.txt": result.plan.explain() if result.plan is not None else "no plan\n",
        "diagnostics.txt": "".join(f"{line}\n" for line in said) or "nothing to say\n",
    }


def unbound(plan: Plan, settings: Path) -> list[str]:
    if not settings.exists():
        return []
    given = json.loads(settings.read_text(encoding="utf-8"))
    with pytest.raises(BindError) as caught:
        bind(plan, given.get("environ", {}), given.get("base_uris", {}))
    return [str(item) for item in caught.value.diagnostics]
