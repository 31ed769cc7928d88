"""Routes are found on the raw path."""

from itertools import product

import pytest

from naftiko_runtime.exposers.rest.router import build_router
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import Operation, RestRoute

ROUTES = (
    ("GET", "/jobs"),
    ("POST", "/jobs"),
    ("GET", "/jobs/{id}"),
    ("GET", "/jobs/latest"),
    ("POST", "/jobs/{id}/cancel"),
    ("GET", "/{kind}/list"),
    ("GET", "/range(address='{address}')"),
    ("GET", "/files/{{file-name}}.json"),
    ("HEAD", "/only-head"),
    ("GET", "no/slash"),
    ("GET", "/a%20b/{x}"),
)


def route(method: str, path: str) -> RestRoute:
    operation = Operation(f"{method} {path}", "", Contract(), Flow((), Selected(Root())))
    return RestRoute(method, path, operation)


ROUTER = build_router(route(method, path) for method, path in ROUTES)


@pytest.mark.parametrize(
    ("raw", "path", "values"),
    [
        (b"/jobs", "/jobs", {}),
        (b"/jobs/7", "/jobs/{id}", {"id": "7"}),
        (b"/jobs/latest", "/jobs/latest", {}),
        (b"/jobs/l%61test", "/jobs/latest", {}),
        (b"/jobs/x%2Fcancel", "/jobs/{id}", {"id": "x/cancel"}),
        (b"/jobs/a%2Fb/cancel", "/jobs/{id}/cancel", {"id": "a/b"}),
        (b"/jobs//cancel", "/jobs/{id}/cancel", {"id": ""}),
        (b"/jobs/", "/jobs/{id}", {"id": ""}),
        (b"/jobs/list", "/jobs/{id}", {"id": "list"}),
        (b"/ships/list", "/{kind}/list", {"kind": "ships"}),
        (b"/range(address='A1:B2')", "/range(address='{address}')", {"address": "A1:B2"}),
        (b"/files/report.json", "/files/{{file-name}}.json", {"file-name": "report"}),
        (b"/no/slash", "no/slash", {}),
        (b"/a%20b/%C3%A9", "/a%20b/{x}", {"x": "é"}),
        (b"/jobs/%ff", "/jobs/{id}", {"id": "\udcff"}),
    ],
)
def test_a_raw_path_finds_its_route_and_its_values(raw: bytes, path: str, values: dict[str, str]) -> None:
    found = ROUTER.find(raw)
    assert found is not None
    assert (found[0].path, dict(found[1])) == (path, values)


@pytest.mark.parametrize("raw", [b"/", b"/jobs/7/", b"/Jobs", b"/jobs%2F7", b"/jobs/7/cancel/8", b"*"])
def test_what_is_not_exposed_is_not_found(raw: bytes) -> None:
    assert ROUTER.find(raw) is None


def test_methods_of_one_path_stand_together() -> None:
    found = ROUTER.find(b"/jobs")
    assert found is not None
    assert found[0].allow == "GET, HEAD, OPTIONS, POST"
    assert found[0].find("DELETE") is None
    assert found[0].find("HEAD") is found[0].find("GET")


def test_a_declared_head_is_its_own() -> None:
    found = ROUTER.find(b"/only-head")
    assert found is not None
    assert found[0].allow == "HEAD, OPTIONS"
    assert found[0].find("GET") is None


def test_of_two_equal_routes_the_first_serves() -> None:
    first, second = route("GET", "/x"), route("GET", "/x")
    found = build_router([first, second]).find(b"/x")
    assert found is not None
    assert found[0].find("GET") is first


def test_of_all_templates_that_match_the_one_with_most_fixed_segments_serves_then_the_first() -> None:
    paths = ["/".join(["", *parts]) for parts in product(("a", "{p}", "x{q}", "b"), repeat=3)][::-1]
    router = build_router(route("GET", path) for path in paths)
    for segments in product(("a", "b", "xa", "c"), repeat=3):
        found = router.find("/".join(["", *segments]).encode())
        matching = [path for path in paths if all(map(fits, path.split("/")[1:], segments))]
        best = min(matching, key=lambda path: path.count("{"))
        assert found is not None
        assert found[0].path == best


def fits(part: str, segment: str) -> bool:
    prefix, hole, _ = part.partition("{")
    return segment.startswith(prefix) if hole else segment == part


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [("/job", "/jobs"), ("/jobs/7/cancle", "/jobs/{id}/cancel"), ("/jobs/7/cancel/8", "/jobs/{id}/cancel")],
)
def test_the_nearest_path_is_named(asked: str, nearest: str) -> None:
    assert ROUTER.nearest(asked) == nearest


def test_without_routes_there_is_no_nearest_path() -> None:
    assert build_router([]).nearest("/x") is None
