from collections.abc import Iterable

import pytest

from naftiko_runtime.source.diagnostics import Diagnostic, Report, Severity, Span, did_you_mean


def filled() -> Report:
    """Report one of each kind, in no order."""
    report = Report()
    report.warn(
        "S002", "unknown key 'descripton' is ignored", Span("b.yml", 2, 10), "did you mean 'description'?"
    )
    report.error("L001", "no consumed operation 'a.b'", Span("b.yml", 10, 2))
    report.refuse("L007", "two operations fit", Span("b.yml", 2, 9), "say which one")
    report.error("S001", "'name' is missing", Span("a.yml", 99))
    report.warn("S002", "unknown key 'x' is ignored", Span("b.yml", 2, 10))
    return report


def test_diagnostics_come_in_the_order_of_the_files_and_then_as_they_were_found() -> None:
    assert [(item.code, str(item.span)) for item in filled()] == [
        ("S001", "a.yml:99:1"),
        ("L007", "b.yml:2:9"),
        ("S002", "b.yml:2:10"),
        ("S002", "b.yml:2:10"),
        ("L001", "b.yml:10:2"),
    ]


def test_a_report_prints_place_severity_code_sentence_and_hint() -> None:
    assert str(filled()) == (
        "a.yml:99:1: error[S001]: 'name' is missing\n"
        "b.yml:2:9: refused[L007]: two operations fit\n"
        "  hint: say which one\n"
        "b.yml:2:10: warning[S002]: unknown key 'descripton' is ignored\n"
        "  hint: did you mean 'description'?\n"
        "b.yml:2:10: warning[S002]: unknown key 'x' is ignored\n"
        "b.yml:10:2: error[L001]: no consumed operation 'a.b'"
    )


def test_an_empty_report_prints_nothing() -> None:
    assert str(Report()) == ""


def test_a_diagnostic_as_json_has_every_field_whether_there_is_a_hint_or_not() -> None:
    assert [item.as_json() for item in filled()][1:3] == [
        {
            "file": "b.yml",
            "line": 2,
            "column": 9,
            "severity": "refused",
            "code": "L007",
            "message": "two operations fit",
            "hint": "say which one",
        },
        {
            "file": "b.yml",
            "line": 2,
            "column": 10,
            "severity": "warning",
            "code": "S002",
            "message": "unknown key 'descripton' is ignored",
            "hint": "did you mean 'description'?",
        },
    ]
    assert Diagnostic("S001", "x", Span("f"), Severity.ERROR).as_json()["hint"] is None


def test_a_refusal_is_given_back_for_those_whom_it_concerns() -> None:
    report = Report()
    refused = report.refuse("L007", "two operations fit", Span("f.yml", 3, 4), "say which one")
    assert refused == Diagnostic(
        "L007", "two operations fit", Span("f.yml", 3, 4), Severity.REFUSED, "say which one"
    )
    assert report.items == [refused]


def test_diagnostics_are_counted_by_their_severity() -> None:
    assert {severity: filled().count(severity) for severity in Severity} == {
        Severity.ERROR: 2,
        Severity.REFUSED: 1,
        Severity.WARNING: 2,
    }


def test_only_errors_stand_in_the_way_of_a_plan() -> None:
    report = Report()
    report.warn("S002", "x", Span("f"))
    report.refuse("L007", "x", Span("f"))
    assert report.has_errors is False
    report.error("S001", "x", Span("f"))
    assert report.has_errors is True


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("descripton", ("description", "label"), "did you mean 'description'?"),
        ("get-shp", ("get-ship", "get-shop", "ship"), "did you mean 'get-shop'?"),
        ("imo", ("statsu",), None),
        ("x", (), None),
        ("", ("a", "b"), None),
        ("namme", iter(["name"]), "did you mean 'name'?"),
    ],
)
def test_the_hint_is_the_nearest_known_word_if_any_is_near(
    word: str, known: Iterable[str], hint: str | None
) -> None:
    assert did_you_mean(word, known) == hint


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("orders-lst", "did you mean 'orders-list'?"),
        ("rders-list", "did you mean 'orders-list'?"),
        ("unlike-all", None),
        ("x" * 201, None),
    ],
)
def test_among_many_words_a_near_one_has_the_same_beginning_or_end(word: str, hint: str | None) -> None:
    known = [*(f"orders-{number}-of-all-the-others" for number in range(500)), "orders-list", "y" * 201]
    assert did_you_mean(word, known) == hint
