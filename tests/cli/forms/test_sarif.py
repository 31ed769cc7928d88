"""SARIF: rules from the manual, a result for every diagnostic."""

import json

import pytest

from findings import BROKEN, CRASHED, FINE, UNREADABLE, WARNED, ignored
from naftiko_runtime import __version__
from naftiko_runtime.cli.checking import Checked
from naftiko_runtime.cli.forms.sarif import write_sarif
from naftiko_runtime.cli.manual import read_manual


def test_a_run_has_the_rules_of_the_manual_and_its_results() -> None:
    manual = read_manual().entries
    written = json.loads("".join(write_sarif([FINE, BROKEN], False)))
    assert written["version"] == "2.1.0"
    (run,) = written["runs"]
    assert run["tool"]["driver"] == {
        "name": "naftiko",
        "version": __version__,
        "rules": [
            {
                "id": code,
                "shortDescription": {"text": manual[code].meaning},
                "help": {"text": manual[code].advice},
            }
            for code in ("S001", "S002")
        ],
    }
    assert run["results"] == [
        {
            "ruleId": code,
            "ruleIndex": index,
            "level": level,
            "message": {"text": text},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": "a%2Cb.yaml"},
                        "region": {"startLine": line, "startColumn": column},
                    }
                }
            ],
        }
        for code, index, level, text, line, column in [
            ("S001", 0, "error", "'port' is 100%: wrong", 3, 7),
            ("S002", 1, "warning", "unknown key 'x' is ignored\nhint: did you mean 'y'?", 9, 1),
        ]
    ]
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_warnings_that_count_as_errors_are_errors() -> None:
    written = json.loads("".join(write_sarif([WARNED], True)))
    assert [result["level"] for result in written["runs"][0]["results"]] == ["error", "error"]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b/ü.yaml", "a%20b/%C3%BC.yaml"),
        ("/srv/a b.yaml", "file:///srv/a%20b.yaml"),
        ("https://h.example/a.yaml?b=%20c", "https://h.example/a.yaml?b=%20c"),
        ("sample:together", "sample:together"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_places_are_addresses(name: str, uri: str) -> None:
    written = json.loads("".join(write_sarif([Checked(name, (ignored(name, 1, "x"),))], False)))
    (result,) = written["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def test_files_that_could_not_be_checked_are_told() -> None:
    written = json.loads("".join(write_sarif([UNREADABLE, CRASHED], False)))
    (invocation,) = written["runs"][0]["invocations"]
    assert invocation == {
        "executionSuccessful": False,
        "toolExecutionNotifications": [
            {
                "level": "error",
                "message": {"text": file.reason},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}}}],
            }
            for file, uri in ((UNREADABLE, "no%20ne.yaml"), (CRASHED, "odd.yaml"))
        ],
    }
