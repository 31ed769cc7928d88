"""Both readings side by side: every linked call of a file with two sets of arguments."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from naftiko_runtime.plan.errors import InvalidArguments
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.surfaces import Operation, Refused
from naftiko_runtime.runtime.bindings import Bindings
from oracle.arguments import made
from oracle.capability import Capability, Consumed
from oracle.cases import Case, chosen
from oracle.observed import bound, calls_of, sent
from oracle.prediction import Prediction
from oracle.sites import Site
from oracle.words import NotUnderstood, Words


@dataclass
class Comparison:
    """What came out of the files that were added: outcomes, differences, arguments that go nowhere."""

    outcomes: Counter[str] = field(default_factory=Counter)
    nowhere: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, case: Case) -> None:
        if case.plan is None:
            return
        if case.unread is not None:
            self.outcomes[f"not understood: {case.unread}"] += len(tuple(case.plan.operations()))
            return
        bindings = bound(case.plan)
        for site, operation in (pair for server in case.servers() for pair in server):
            self.outcomes[self._outcome(case, site, operation, bindings)] += 1

    def _outcome(self, case: Case, site: Site, operation: Operation, bindings: Bindings) -> str:
        if isinstance(operation.body, Refused):
            return "refused"
        if not calls_of(operation):
            return "sends nothing"
        consumed = chosen(case, site, operation)
        if consumed is None:
            return f"not understood: {'steps' if 'steps' in site.unit else 'what is called'}"
        assert case.plan is not None
        assert case.capability is not None
        return self._compare(
            _Call(case.plan, case.capability, site, operation, consumed, bindings), case.name
        )

    def _compare(self, call: "_Call", file: str) -> str:
        try:
            for what, arguments in _argument_sets(call.operation):
                where = f"{file}: {call.operation.name}, {what}"
                self.differences += [f"{where}: {said}" for said in call.differences(arguments)]
        except NotUnderstood as error:
            return f"not understood: {error}"
        self.nowhere[file] += len(call.nowhere)
        return "agrees"


@dataclass
class _Call:
    plan: Plan
    capability: Capability
    site: Site
    operation: Operation
    consumed: Consumed
    bindings: Bindings
    nowhere: set[str] = field(default_factory=set)

    def differences(self, arguments: dict[str, Any]) -> Iterator[str]:
        """Say in what the two readings differ for one set of arguments."""
        params = self.operation.contract.params
        words = Words(self.capability, self.site, [param.name for param in params], arguments)
        prediction = Prediction(self.consumed, words)
        try:
            predicted = prediction.message()
            observed = sent(self.plan, self.bindings, self.operation, arguments)
        except (LookupError, InvalidArguments) as error:
            yield repr(error)
            return
        yield from predicted.differences(observed)
        self.nowhere |= {param.name for param in params} - words.asked
        if unknown := self.nowhere - words.declared():
            yield f"nobody asks for {sorted(unknown)}"
        required = {param.name for param in params if param.required}
        if required != (expected := prediction.required()):
            yield f"required: {sorted(expected)} != {sorted(required)}"


def _argument_sets(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    params = operation.contract.params
    yield "all arguments", made((param.name, param.kind) for param in params)
    yield "required arguments", made((param.name, param.kind) for param in params if param.required)
