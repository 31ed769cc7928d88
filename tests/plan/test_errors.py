"""What goes wrong in a call: one family, whose members say what callers may know."""

from collections.abc import Iterator
from copy import copy

from naftiko_runtime.plan import errors
from naftiko_runtime.plan.errors import (
    AddressRefused,
    CallError,
    NotLinked,
    UpstreamDown,
    UpstreamError,
    UpstreamRefused,
    UpstreamUnreachable,
)
from naftiko_runtime.source.diagnostics import Diagnostic, Severity, Span


def members(kind: type[CallError]) -> Iterator[type[CallError]]:
    for child in kind.__subclasses__():
        yield child
        yield from members(child)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    tree = errors.__doc__ or ""
    assert all(f" {child.__name__} " in tree.replace("\n", " ") for child in members(CallError))


def test_every_member_has_an_error_status_and_a_title_of_its_own() -> None:
    assert all(400 <= child.status < 600 for child in members(CallError))
    titles = [CallError.title, *(child.title for child in members(CallError))]
    assert len(titles) == len(set(titles))


def test_only_upstream_errors_say_that_the_upstream_failed() -> None:
    gateway = {child for child in members(CallError) if child.status in (502, 504)}
    assert gateway == {UpstreamError, *members(UpstreamError)} - {UpstreamDown}


def test_detail_and_headers_are_kept_apart_from_the_sentence() -> None:
    error = CallError("no", detail="why", headers=(("Retry-After", "1"),))
    assert (str(error), error.sentence, error.detail, error.headers) == (
        "no",
        "no",
        "why",
        (("Retry-After", "1"),),
    )


def test_a_refused_operation_names_its_code() -> None:
    error = NotLinked(Diagnostic("L001", "no consumed operation 'x'", Span("f"), Severity.REFUSED))
    assert (error.code, error.status) == ("L001", 501)
    assert error.sentence == "this operation is refused (L001): no consumed operation 'x'"


def test_an_upstreams_own_error_keeps_its_status_headers_and_body() -> None:
    error = UpstreamRefused(429, (("retry-after", "3"),), b"{}")
    assert (error.status, error.headers, error.body) == (429, (("retry-after", "3"),), b"{}")
    assert UpstreamRefused(404, (), b"").status == 404


def test_an_unreachable_upstream_may_have_seen_the_request_unless_it_is_known_not_to() -> None:
    assert UpstreamUnreachable("no answer").was_sent is True
    assert UpstreamUnreachable("no connection", was_sent=False, detail="refused").was_sent is False


def test_a_failure_can_be_given_to_several_callers() -> None:
    for error in (
        AddressRefused("inside", detail="10.0.0.5"),
        UpstreamRefused(429, (("retry-after", "3"),), b"{}"),
        UpstreamUnreachable("gone", was_sent=False),
    ):
        twin = copy(error)
        assert (type(twin), twin.args, vars(twin)) == (type(error), error.args, vars(error))
        twin.within("a", ())
        assert (error.place, twin.place) == ("", "in step 'a'")


def test_the_innermost_of_several_steps_is_remembered() -> None:
    error = UpstreamDown("no")
    error.within("inner", ("a", "b"))
    error.within("outer", ())
    assert (error.place, error.done) == ("in step 'inner', after 'a', 'b'", ("a", "b"))
