"""Which consumed operation a call means, when its name alone does not tell (D3).

Every rule looks at all candidates and settles the call when exactly one is left. Rules that settle
on different operations refuse it; nothing is guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from ..expr.scope import fold
from ..plan.surfaces import Choice
from ..source.diagnostics import Diagnostic, Report, did_you_mean
from ..spec.flows import UnitSpec
from ..values.record import dataclass
from .consumes import Candidate
from .evidence import RULES, Meanings, Unit


@dataclass(slots=True)
class Use:
    """One call in a file: what it may mean, and what it was found to mean."""

    unit: Unit
    call: str
    meant: Meanings
    chosen: Candidate | None = None
    choice: Choice | None = None
    refusal: Diagnostic | None = None
    votes: dict[str, Candidate] = field(default_factory=dict)

    @property
    def among(self) -> tuple[Candidate, ...]:
        return self.meant.candidates

    def settle(self, candidate: Candidate, code: str, rule: str) -> None:
        self.chosen, self.choice = candidate, Choice(code, rule)


@dataclass(frozen=True, slots=True)
class CallTable:
    """What every name of an operation may mean; ``alike`` has the only name of each spelling, folded."""

    meanings: Mapping[str, Meanings]
    alike: Mapping[str, str]

    def __contains__(self, call: object) -> bool:
        return call in self.meanings

    def __iter__(self) -> Iterator[str]:
        return iter(self.meanings)

    def meant(self, call: str) -> Meanings:
        """List what a call may mean; a name that no operation has may be spelled otherwise (L170)."""
        if call in self.meanings:
            return self.meanings[call]
        found = self.meanings.get(self.alike.get(fold(call), ""), _NOTHING)
        return found if len(found.candidates) == 1 else _NOTHING


_NOTHING = Meanings(())
_BY_ORDER = ("L105", "its place in the order of calls")


def call_table(known: tuple[Candidate, ...]) -> CallTable:
    """List what every ``namespace.operation``, else ``namespace.resource.operation``, may mean."""
    short: dict[str, list[Candidate]] = {}
    full: dict[str, list[Candidate]] = {}
    for found in known:
        short.setdefault(f"{found.api.namespace}.{found.operation.name}", []).append(found)
        full.setdefault(found.name, []).append(found)
    meanings = {name: Meanings(tuple(those)) for name, those in (full | short).items()}
    spelled = Counter(map(fold, meanings))
    return CallTable(meanings, {fold(name): name for name in meanings if spelled[fold(name)] == 1})


def choose(units: Sequence[Unit], table: CallTable, twins: Sequence[Sequence[Use]]) -> list[Use]:
    """Settle the calls of one server; ``twins`` are servers linked before, which may confirm its order."""
    uses = [Use(unit, unit.spec.call, table.meant(unit.spec.call)) for unit in units if unit.spec.call]
    for use in uses:
        _vote(use)
    _settle_by_order(uses, twins)
    return uses


def choose_for_step(step: UnitSpec, table: CallTable, report: Report) -> Candidate | Diagnostic:
    """Settle the call of a step: by its name or its parameters; where its unit stands says nothing of it."""
    use = Use(Unit(step), step.call or "", table.meant(step.call or ""))
    _vote(use)
    return tell(use, table, report)


def _vote(use: Use) -> None:
    if len(use.among) == 1:
        in_full = use.call == use.among[0].name
        use.settle(use.among[0], "", "its full name" if in_full else "its name, which one operation has")
        return
    for code, (_, rule) in RULES.items():
        left = rule(use.unit, use.meant)
        if len(left) == 1:
            use.votes[code] = left[0]
    if len(set(map(id, use.votes.values()))) == 1:
        code = next(iter(use.votes))
        use.settle(use.votes[code], code, RULES[code][0])


def _settle_by_order(uses: Sequence[Use], twins: Sequence[Sequence[Use]]) -> None:
    """L105: the k-th use of a call is its k-th candidate, where nothing speaks against it.

    Counts must agree, every call of this server that other rules settle must follow the order, and a
    call that changes something needs a server with the same calls whose own rules found the same.
    """
    groups = [group for group in _groups(uses).values() if len(group) == len(group[0].among) > 1]
    orderly = all(
        use.votes == {} or (use.chosen is use.among[place] and not _disagree(use))
        for group in groups
        for place, use in enumerate(group)
    )
    if not orderly:
        return
    twin = next((other for other in twins if [use.call for use in other] == [use.call for use in uses]), ())
    confirmed = {id(use): other.chosen for use, other in zip(uses, twin, strict=False)}
    for group in groups:
        for place, use in enumerate(group):
            found = use.among[place]
            if use.chosen is None and (found.is_safe or _is_same(confirmed.get(id(use)), found)):
                use.settle(found, *_BY_ORDER)


def _groups(uses: Sequence[Use]) -> dict[str, list[Use]]:
    groups: dict[str, list[Use]] = {}
    for use in uses:
        groups.setdefault(use.call, []).append(use)
    return {call: group for call, group in groups.items() if group[0].among}


def _disagree(use: Use) -> bool:
    return len(set(map(id, use.votes.values()))) > 1


def _is_same(one: Candidate | None, other: Candidate) -> bool:
    return one is not None and one.operation is other.operation


def tell(use: Use, table: CallTable, report: Report) -> Candidate | Diagnostic:
    """Report how a call was settled, or refuse it: L001 nothing, L002 not settled, L003 rules disagree."""
    if use.chosen is None:
        use.refusal = _refuse(use, table, report)
        return use.refusal
    if use.call not in table:
        message = f"{use.call!r} is read as {use.chosen.name!r}, whose spelling differs"
        report.warn("L170", message, use.unit.spec.span("call"), f"write {use.chosen.name}")
    if use.choice is not None and use.choice.code:
        number = len(use.among)
        message = f"{use.call!r} names {number} operations; {use.choice.rule} chooses {use.chosen.name!r}"
        report.warn(use.choice.code, message, use.unit.spec.span("call"), f"write {use.chosen.name}")
    return use.chosen


def _refuse(use: Use, table: CallTable, report: Report) -> Diagnostic:
    span = use.unit.spec.span("call")
    if not use.among:
        hint = did_you_mean(use.call, table)
        return report.refuse("L001", f"no consumed operation {use.call!r}", span, hint)
    if _disagree(use):
        said = "; ".join(f"{RULES[code][0]} says {found.name!r}" for code, found in use.votes.items())
        return report.refuse("L003", f"the rules for {use.call!r} disagree: {said}", span, _full_names(use))
    message = f"{use.call!r} names {len(use.among)} operations, and nothing tells which is meant"
    return report.refuse("L002", message, span, _full_names(use))


def _full_names(use: Use) -> str:
    names = [found.name for found in use.among[:8]]
    return f"write one of {', '.join(names)}{', …' if len(use.among) > len(names) else ''}"
