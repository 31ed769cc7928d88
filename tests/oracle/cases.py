"""Real files as both readings see them: compiled by the runtime, and raw."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.plan.explain import Plan, exposed
from naftiko_runtime.plan.surfaces import Operation
from naftiko_runtime.source.diagnostics import Report
from oracle.capability import Capability, Consumed
from oracle.cut import MARK
from oracle.observed import calls_of
from oracle.sites import Site

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PINS = Path(__file__).parents[1] / "corpus" / "oracle.json"

needs_corpus = [
    pytest.mark.full,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="needs ../shared/corpus beside the repository"),
    pytest.mark.timeout(180),
]


@dataclass(frozen=True)
class Case:
    """A file; without a plan its report says why."""

    path: Path
    plan: Plan | None
    report: Report
    capability: Capability | None

    @classmethod
    def of(cls, path: Path) -> "Case":
        result = compile_text(path.read_text(encoding="utf-8"), path.name, path.parent)
        return cls(path, result.plan, result.report, Capability.of(path))

    @property
    def unread(self) -> str | None:
        """Say why this reading can do nothing with a file that has a plan."""
        breaks_off = any(item.code == "D110" for item in self.report)
        if breaks_off and MARK not in self.path.read_text(encoding="utf-8"):
            return "a file that breaks off without saying so"
        version = self.capability.root.get("naftiko") if self.capability else None
        return f"a file of {version}" if str(version) in ("0.2", "0.3") else None

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"

    def servers(self) -> Iterator[list[tuple[Site, Operation]]]:
        """Bring the units of each server, as they are written, together with what they were linked to."""
        if self.plan is None:
            return
        assert self.capability is not None, f"{self.name} has a plan, but this reading finds nothing in it"
        served = self.capability.served()
        linked = [
            # a forward has no request of its own to be predicted: see tests/e2e/test_forward.py
            [
                operation
                for shown, operation in exposed(surface)
                # nor has this reading a word for resources and completion: see tests/link
                if not shown.startswith("* ") and "://" not in shown and " completes " not in shown
            ]
            for surface in self.plan.surfaces
        ]
        assert [len(sites) for sites in served] == [len(operations) for operations in linked], self.name
        for sites, operations in zip(served, linked, strict=True):
            yield list(zip(sites, operations, strict=True))


def files() -> list[Path]:
    return sorted(path for path in CORPUS.rglob("*") if path.is_file())


def chosen(case: Case, site: Site, operation: Operation) -> Consumed | None:
    """Find which consumed operation the plan took for a call; it has to be one that the call may mean."""
    if case.capability is None or site.call is None:
        return None
    call = calls_of(operation)[0]
    among = case.capability.candidates(site.call)
    found = [each for each in among if (each.name, each.key) == (call.name, call.api)]
    assert found, f"{case.name}: {site.call!r} cannot mean {call.name!r}, but {[each.name for each in among]}"
    same = [each for each in found if each.method == call.method]
    return same[0] if len(same) == 1 else None


def check(part: str, found: Mapping[str, int], *, update: bool) -> None:
    """Compare counts with what is pinned under ``part``, and say what moved."""
    pins = json.loads(PINS.read_text(encoding="utf-8")) if PINS.exists() else {}
    if update:
        pins[part] = {name: count for name, count in found.items() if count}
        PINS.write_text(json.dumps(pins, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    pinned = pins.get(part, {})
    moved = {
        name: f"{pinned.get(name, 0)} -> {found.get(name, 0)}"
        for name in sorted({*pinned, *found})
        if pinned.get(name, 0) != found.get(name, 0)
    }
    assert moved == {}, (
        f"the counts of {part!r} moved: {moved}. Nothing differs from what the second reading says, or the"
        " test before would have failed; but what is linked, or how much of it that reading understands, has"
        " changed. If that was meant, pin it anew with --update-golden; a new 'not understood' asks for a"
        " few lines in tests/oracle."
    )
