"""Workflow commands, escaped as GitHub reads them."""

from findings import BROKEN, CRASHED, FINE, SKIPPED
from naftiko_runtime.cli.forms.github import write_github


def test_every_diagnostic_is_a_command_with_its_place() -> None:
    assert "".join(write_github([FINE, BROKEN, SKIPPED, CRASHED], False)) == (
        "::error file=a%2Cb.yaml,line=3,col=7,title=S001::'port' is 100%25: wrong\n"
        "::warning file=a%2Cb.yaml,line=9,col=1,title=S002::unknown key 'x' is ignored%0A"
        "hint: did you mean 'y'?\n"
        "::error file=odd.yaml::cannot check odd.yaml: KeyError in a.py:1\n"
    )


def test_warnings_that_count_as_errors_are_errors() -> None:
    assert [line.split()[0] for line in write_github([BROKEN], True)] == ["::error", "::error"]
