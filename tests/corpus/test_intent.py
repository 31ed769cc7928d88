"""Calls that name several operations: which rule settled each, and whether the raw file says the same.

For a route that is the consumed resource of the same name, else the consumed path that its own ends in. A
tool is compared with its twin: the route at the same place of a REST server with the same sequence of calls.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from oracle.capability import Capability, Consumed
from oracle.cases import Case, check, needs_corpus
from oracle.paths import plain
from oracle.raw import fold
from oracle.sites import Site, sites

pytestmark = needs_corpus

RULES = ("L101", "L102", "L103", "L104", "L105", "L002", "L003")
BY_ORDER = "L105"
CHOSEN = re.compile(r"; .* chooses '(?P<name>.*)'$")


@dataclass(frozen=True)
class Ambiguous:
    """A call that names several operations, what the report says of it, and what the raw file does."""

    where: str
    face: str
    candidates: tuple[Consumed, ...]
    rule: str
    chosen: str
    by_names: str | None
    by_description: str | None

    @property
    def is_safe(self) -> bool:
        return all(each.method in ("GET", "HEAD") for each in self.candidates if each.name == self.chosen)

    @property
    def settled(self) -> str:
        confirmed = "" if self.by_names else ", which no name confirms"
        return f"{self.face}, {self.rule}{confirmed}"


def ambiguous(case: Case) -> Iterator[Ambiguous]:
    if case.plan is None or case.capability is None:
        return
    capability = case.capability
    said = {item.span.line: item for item in case.report if item.code in RULES}
    servers = [[site for site in sites(server) if site.call] for server in capability.servers]
    for calling in servers:
        twin = twin_of(calling, servers)
        for place, site in enumerate(calling):
            among = capability.candidates(str(site.call))
            if len(among) < 2:
                continue
            item = said[site.unit.lines["call"]]
            found = CHOSEN.search(item.message)
            yield Ambiguous(
                where=f"{case.name}:{item.span.line}",
                face="route" if site.is_rest else "tool",
                candidates=among,
                rule=item.code,
                chosen=found["name"] if found else "",
                by_names=by_names(site if site.is_rest else twin[place] if twin else None, capability),
                by_description=only(
                    each for each in among if each.description and each.description == described(site)
                ),
            )


def twin_of(calling: list[Site], servers: list[list[Site]]) -> list[Site]:
    """Find the REST server that makes the same calls in the same order."""
    calls = [site.call for site in calling]
    return next(
        (other for other in servers if other[0:1] and other[0].is_rest and [s.call for s in other] == calls),
        [],
    )


def by_names(site: Site | None, capability: Capability) -> str | None:
    """Say what a route means by the name of its resource, else by its path; nothing when neither tells."""
    if site is None or site.resource is None:
        return None
    among = capability.candidates(str(site.call))
    name, path = fold(str(site.resource.get("name") or "")), plain(site.path)
    of_name = only(each for each in among if name and fold(str(each.resource.get("name") or "")) == name)
    of_path = only(
        each
        for each in among
        if each.method == site.method and plain(each.path or "") and path.endswith(plain(each.path or ""))
    )
    return of_name or of_path


def only(found: Iterator[Consumed]) -> str | None:
    names = [each.name for each in found]
    return names[0] if len(names) == 1 else None


def described(site: Site) -> str:
    return str(site.unit.get("description") or "").strip()


@pytest.fixture(scope="module")
def found(cases: list[Case]) -> list[Ambiguous]:
    return [each for case in cases for each in ambiguous(case)]


def test_no_call_is_settled_against_the_names_of_its_file(found: list[Ambiguous]) -> None:
    wrong = [
        (each.where, each.rule, each.chosen, truth)
        for each in found
        for truth in (each.by_names, each.by_description)
        if each.chosen and truth is not None and truth != each.chosen
    ]
    assert wrong == []


def test_no_call_that_changes_something_rests_on_its_place_alone(found: list[Ambiguous]) -> None:
    alone = [
        each.where for each in found if each.rule == BY_ORDER and not each.is_safe and each.by_names is None
    ]
    assert alone == []


def test_what_settled_how_many_calls_is_pinned(found: list[Ambiguous], *, update_golden: bool) -> None:
    check("calls that name several operations", Counter(each.settled for each in found), update=update_golden)
