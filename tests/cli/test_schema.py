"""The grammar, for editors."""

import json
from collections.abc import Callable

from naftiko_runtime.spec.schema import describe_grammar
from process import Done

Command = Callable[..., Done]


def test_the_schema_is_printed_and_always_the_same(command: Command) -> None:
    done = command("naftiko", "schema")
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("}\n")
    assert json.loads(done.out) == describe_grammar()
    assert command("naftiko", "schema") == done


def test_the_schema_takes_no_file(command: Command) -> None:
    done = command("naftiko", "schema", "a.yaml")
    assert (done.code, done.out) == (2, "")
    assert "unrecognized arguments: a.yaml" in done.err
