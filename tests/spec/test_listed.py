"""Words that are on no list are told with the one that may be meant."""

import pytest

from naftiko_runtime.source.diagnostics import Report, Span
from naftiko_runtime.spec.listed import look_at_method, look_at_type

HERE = Span("f.yml")


@pytest.mark.parametrize("method", ["GET", "get", "HEAD", "OPTIONS", "PURGE", "VERSION-CONTROL", "M-SEARCH"])
def test_nothing_is_said_about_methods_of_http_in_any_case(method: str) -> None:
    report = Report()
    look_at_method(method, HERE, report)
    assert report.items == []


@pytest.mark.parametrize(
    ("method", "hint"),
    [
        ("GTE", "did you mean 'GET'?"),
        ("Psot", "did you mean 'POST'?"),
        ("del", "did you mean 'DELETE'?"),
        ("ABC", "known are GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_http_does_not_know_is_told(method: str, hint: str) -> None:
    report = Report()
    look_at_method(method, HERE, report)
    assert [(item.code, item.hint) for item in report] == [("S007", hint)]


def test_what_is_no_name_at_all_is_refused_elsewhere() -> None:
    report = Report()
    look_at_method("GET, HEAD", HERE, report)
    assert report.items == []


@pytest.mark.parametrize("kind", [None, "string", "Integer", "file"])
def test_nothing_is_said_about_types_that_mean_something_where_they_stand(kind: str | None) -> None:
    report = Report()
    look_at_type(kind, HERE, report, also=("file",))
    assert report.items == []


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("strng", "did you mean 'string'?"),
        ("int", "did you mean 'integer'?"),
        ("bool", "did you mean 'boolean'?"),
        ("file", "known are string, number, integer, boolean, array, object"),
    ],
)
def test_a_type_that_no_value_has_is_told(kind: str, hint: str) -> None:
    report = Report()
    look_at_type(kind, HERE, report)
    assert [(item.code, item.hint) for item in report] == [("S008", hint)]
