"""An operation that is watched is the same for everybody but who watches."""

from linking import operation_of
from naftiko_runtime.app.watching import watched
from naftiko_runtime.cli.story import Story
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import PassThrough
from stepping import harbour

UNIT = """\
steps:
- {name: ship, type: call, call: harbour.get-ship, with: {imo: '7'}}
- {name: ports, type: call, call: harbour.list-ports}
- {name: folders, type: ask, roots: true, required: false}
outputParameters: [{name: town, type: string, mapping: $.ports.town}]
"""


def test_a_watched_operation_calls_and_answers_as_it_did() -> None:
    operation = operation_of(harbour(UNIT), "tool")
    other = watched(operation, Story())
    assert isinstance(operation.body, Flow)
    assert isinstance(other.body, Flow)
    assert (other.body.calls, other.body.asks) == (operation.body.calls, operation.body.asks)
    assert [query.name for query in operation.body.asks] == ["folders"]
    assert other.body.result.schema() == operation.body.result.schema()
    for step, seen in zip(operation.body.steps, other.body.steps, strict=True):
        assert (seen.name, [*seen.parts()]) == (step.name, [*step.parts()])


def test_what_passes_through_has_nothing_to_watch_but_its_request() -> None:
    operation = operation_of(harbour("call: harbour.ships.get-ship"), "tool")
    assert isinstance(operation.body, PassThrough)
    assert watched(operation, Story()) is operation
