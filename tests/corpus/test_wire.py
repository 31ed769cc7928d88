"""Real files served and called over REST and MCP: what reaches the upstream is what was predicted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest

from naftiko_runtime.app.opening import Options
from naftiko_runtime.app.serve import serving
from naftiko_runtime.plan.surfaces import McpTool, Operation, Refused, RestRoute, RestSurface
from oracle.arguments import made
from oracle.asking import ask
from oracle.cases import Case, check, chosen, needs_corpus
from oracle.observed import calls_of, received
from oracle.prediction import Prediction
from oracle.sites import Site
from oracle.words import NotUnderstood, Words, secret_of
from wire import Upstream

pytestmark = needs_corpus

OF_EACH_SERVER = 2
BASE = "/base/v1"


@dataclass(frozen=True)
class Chosen:
    """A unit of a server that is to be called."""

    case: Case
    site: Site
    unit: RestRoute | McpTool

    @property
    def operation(self) -> Operation:
        return self.unit.operation

    async def call(self, url: str, upstream: Upstream) -> list[str]:
        """Call it with every argument, and say in what the request at the upstream is not as predicted."""
        params = self.operation.contract.params
        arguments = made((param.name, param.kind) for param in params)
        consumed = chosen(self.case, self.site, self.operation)
        assert consumed is not None
        assert self.case.capability is not None
        words = Words(self.case.capability, self.site, [param.name for param in params], arguments)
        predicted = replace(Prediction(consumed, words).message(), base=None)
        upstream.seen.clear()
        answer = await ask(url, self.unit, arguments)
        if len(upstream.seen) != 1:
            return [f"{len(upstream.seen)} requests reached the upstream: {answer[:2000]}"]
        names = [name for name, _ in predicted.headers]
        return predicted.differences(received(upstream.seen[0], BASE, names))


def one_of_each_provider(cases: list[Case]) -> list[Case]:
    """Take of every provider the file whose units have the most arguments."""
    best: dict[str, Case] = {}
    for case in cases:
        provider = case.path.parent.name
        if case.plan is not None and case.unread is None:
            best[provider] = max(best.get(provider, case), case, key=lambda one: (weight(one), one.name))
    return list(best.values())


def weight(case: Case) -> int:
    return sum(len(operation.contract.params) for operation in case.plan.operations()) if case.plan else 0


def sample(case: Case) -> Iterator[list[Chosen]]:
    """Take of each server those linked units that have the most arguments."""
    assert case.plan is not None
    for surface, pairs in zip(case.plan.surfaces, case.servers(), strict=True):
        units: Sequence[RestRoute | McpTool] = (
            surface.routes if isinstance(surface, RestSurface) else surface.tools
        )
        found = [
            Chosen(case, site, unit)
            for (site, operation), unit in zip(pairs, units, strict=True)
            if site.call and not isinstance(operation.body, Refused)
            if not any(call.streams_body for call in calls_of(operation))
        ]
        found.sort(key=lambda each: -len(each.operation.contract.params))
        yield found[:OF_EACH_SERVER]


@pytest.mark.anyio
async def test_what_reaches_the_socket_is_what_was_predicted(
    cases: list[Case], upstream: Upstream, *, update_golden: bool
) -> None:
    outcomes: Counter[str] = Counter()
    differences: list[str] = []
    for case in one_of_each_provider(cases):
        assert case.plan is not None
        environ = {bind.source: secret_of(bind.source) for bind in case.plan.binds}
        ports = {surface.namespace: 0 for surface in case.plan.surfaces}
        bases = dict.fromkeys(case.plan.apis, f"{upstream.url}{BASE}")
        # the files with the secrets of others are not there
        plan = replace(case.plan, binds=tuple(replace(bind, file=None) for bind in case.plan.binds))
        async with serving(plan, environ, Options(ports=ports, base_uris=bases)) as running:
            for listener, units in zip(running.listeners, sample(case), strict=True):
                for each in units:
                    try:
                        found = await each.call(listener.url, upstream)
                    except NotUnderstood as error:
                        outcomes[f"{listener.kind}, not understood: {error}"] += 1
                        continue
                    differences += [f"{case.name}: {each.operation.name}: {said}" for said in found]
                    outcomes[f"{listener.kind}, {'differs' if found else 'agrees'}"] += 1
    assert not differences, "\n".join(differences)
    check("calls over the wire", outcomes, update=update_golden)
