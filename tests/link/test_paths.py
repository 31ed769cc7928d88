"""Operations with a path of their own: what real files mean by it, and what nobody can tell."""

import json

import pytest

from linking import call_of, codes, compiled, operation_of, refusal_of
from naftiko_runtime.app.compiler import Compiled
from naftiko_runtime.plan.surfaces import Refused
from naftiko_runtime.values import Json


def operation(name: str, method: str, path: str | None = None, *declared: str) -> Json:
    inputs: list[Json] = [{"name": each, "in": "path"} for each in declared]
    own: dict[str, Json] = {} if path is None else {"path": path}
    return {"name": name, "method": method, "inputParameters": inputs, **own}


def shop(resources: dict[str, list[Json]], exposed: tuple[tuple[str, str], ...] = ()) -> Compiled:
    """Compile resources by path, with a tool for every operation; ``exposed`` are paths and their calls."""
    names = [each["name"] for group in resources.values() for each in group if isinstance(each, dict)]
    consumed: list[Json] = [
        {"name": f"r{at}", "path": path, "operations": group}
        for at, (path, group) in enumerate(resources.items(), 1)
    ]
    routes: list[Json] = [
        {"path": path, "operations": [{"method": "DELETE", "call": call}]} for path, call in exposed
    ]
    api: Json = {"type": "http", "namespace": "s", "baseUri": "https://shop.example", "resources": consumed}
    tools: list[Json] = [{"name": name, "call": f"s.{name}"} for name in names]
    rest: Json = {"type": "rest", "namespace": "rest", "port": 8080, "resources": routes}
    mcp: Json = {"type": "mcp", "namespace": "face", "port": 9090, "tools": tools}
    capability: Json = {"consumes": [api], "exposes": [rest, mcp]}
    return compiled(json.dumps({"naftiko": "1.0.0-alpha2", "capability": capability}))


def path_of(result: Compiled, name: str) -> str:
    return str(call_of(result, name).path)


@pytest.mark.parametrize(
    ("path", "own", "expected"),
    [
        ("/oauth", "/token", "/oauth/token"),
        ("/oauth/", "token", "/oauth/token"),
        ("oauth", "/token", "/oauth/token"),
        ("/v1", "/{name}:run", "/v1/{name}:run"),
        ("/jobs/{id}", ":cancel", "/jobs/{id}:cancel"),
        ("/A_Partner", "/('{id}')", "/A_Partner/('{id}')"),
        ("/table", "/{tableName}/{sys_id}", "/table/{tableName}/{sys_id}"),
        ("/{org}", "/{repo}", "/{org}/{repo}"),
        ("/{org}", "/{repo}/{org}", "/{org}/{repo}/{org}"),
        ("", "/token", "/token"),
        ("/", "/token", "/token"),
        ("/oauth", "/", "/oauth"),
        ("/oauth", "", "/oauth"),
        ("/user", "/users", "/user/users"),
        ("/users", "/users/{id}", "/users/{id}"),
        ("/Users/{user_id}", "/users/{userId}/keys", "/users/{userId}/keys"),
        ("/{org}", "/{org}/keys", "/{org}/keys"),
        ("/user/followers", "/user/following", "/user/following"),
    ],
)
def test_an_own_path_follows_that_of_the_resource_unless_it_begins_like_it(
    path: str, own: str, expected: str
) -> None:
    assert path_of(shop({path: [operation("one", "POST", own)]}), "one") == expected


def test_an_own_path_may_add_a_query() -> None:
    result = shop({"/orders": [operation("one", "GET", "?state=open&id={id}")]})
    assert [name for name, _ in call_of(result, "one").query] == ["state", "id"]
    assert [param.name for param in operation_of(result, "one").contract.params] == ["id"]


def test_siblings_of_a_whole_path_are_whole_too() -> None:
    users = [operation("one", "GET", "/users/{name}"), operation("find", "POST", "/search/users")]
    result = shop({"/users": users, "/keys": [operation("keys", "GET")]})
    assert [path_of(result, name) for name in ("one", "find", "keys")] == [
        "/users/{name}",
        "/search/users",
        "/keys",
    ]
    assert codes(result) == ["L140"]


def test_each_way_of_reading_is_said_once_for_an_api() -> None:
    result = shop(
        {
            "/users": [operation("one", "GET", "/users/{name}"), operation("all", "GET", "/users")],
            "/orgs/{org}": [operation("keys", "GET", "/keys/{org}/{id}", "org", "id")],
            "/teams/{team}": [operation("team", "GET", "/{id}", "team")],
        }
    )
    assert [(item.code, item.message, item.hint) for item in result.report] == [
        (
            "L140",
            "own paths of operations are read as the whole path; this API has 3",
            "the first gives '/users/{name}'",
        ),
        (
            "L140",
            "own paths of operations are read as what follows the path of the resource; this API has 1",
            "the first gives '/teams/{team}/{id}'",
        ),
    ]


WHOLE = {"/users": [operation("one", "GET", "/users/{name}")]}


def test_what_nothing_tells_is_tried_by_what_only_reads() -> None:
    result = shop({**WHOLE, "/orgs/{org}": [operation("all", "GET", "/organizations")]})
    assert path_of(result, "all") == "/organizations"
    assert [(item.code, item.hint) for item in result.report if item.code != "L140"] == [
        ("L141", "write /organizations or /orgs/{org}/organizations as the path of a resource")
    ]


def test_what_nothing_tells_is_refused_for_what_changes_something() -> None:
    orgs = [operation("drop", "DELETE", "/organizations"), operation("add", "POST")]
    result = shop({**WHOLE, "/orgs/{org}": orgs})
    assert refusal_of(result, "drop") == "L040"
    assert not isinstance(operation_of(result, "add").body, Refused)


@pytest.mark.parametrize("call", ["s.drop", "s.r2.drop"])
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/organizations", "/organizations"),
        ("/v2/organizations", "/organizations"),
        ("/v1/orgs/{name}/organizations", "/orgs/{org}/organizations"),
    ],
)
def test_the_exposed_path_of_a_call_tells_what_is_meant(path: str, call: str, expected: str) -> None:
    orgs = {"/orgs/{org}": [operation("drop", "DELETE", "/organizations")]}
    assert path_of(shop({**WHOLE, **orgs}, ((path, call),)), "drop") == expected


@pytest.mark.parametrize(
    "paths", [["/v1/all"], ["/organizations", "/orgs/{org}/organizations"]], ids=["neither", "both"]
)
def test_exposed_paths_that_are_neither_or_both_tell_nothing(paths: list[str]) -> None:
    orgs = {"/orgs/{org}": [operation("drop", "DELETE", "/organizations")]}
    result = shop({**WHOLE, **orgs}, tuple((path, "s.drop") for path in paths))
    assert refusal_of(result, "drop") == "L040"


def test_the_exposed_path_of_a_call_that_may_mean_another_operation_tells_nothing() -> None:
    orgs = {
        "/orgs/{org}": [operation("drop", "DELETE", "/organizations")],
        "/x": [operation("drop", "GET")],
    }
    result = shop({**WHOLE, **orgs}, (("/organizations", "s.drop"), ("/x", "s.r2.drop")))
    assert refusal_of(result, "DELETE /x") == "L040"


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (["org"], "/orgs/{org}/{name}"),
        (["org", "name"], "/orgs/{org}/{name}"),
        (["name"], "/{name}"),
    ],
)
def test_the_declared_path_parameters_tell_what_is_meant(declared: list[str], expected: str) -> None:
    orgs = {"/orgs/{org}": [operation("drop", "DELETE", "/{name}", *declared)]}
    assert path_of(shop({**WHOLE, **orgs}), "drop") == expected


def test_a_section_in_an_own_path_is_refused() -> None:
    result = shop({"/orders": [operation("one", "GET", "/{{#x}}a{{/x}}")]})
    assert refusal_of(result, "one") == "L060"


def test_a_fragment_in_an_own_path_is_not_sent() -> None:
    result = shop({"/orders": [operation("one", "GET", "/all#top")]})
    assert (path_of(result, "one"), codes(result)) == ("/orders/all", ["L118", "L140"])
