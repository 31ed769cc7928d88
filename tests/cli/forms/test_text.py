"""What people read: sentences, and of several files a table."""

from collections.abc import Iterator

from findings import BROKEN, CRASHED, FINE, SKIPPED, UNREADABLE, WARNED
from naftiko_runtime.cli.checking import Checked
from naftiko_runtime.cli.forms.text import write_one, write_several


def each(*files: Checked) -> Iterator[Checked]:
    return iter(files)


def test_one_file_ends_with_a_line_that_counts() -> None:
    assert "".join(write_one(each(FINE), False)) == "fine.yaml: no problems\n"
    assert "".join(write_one(each(BROKEN), False)) == (
        "a,b.yaml:3:7: error[S001]: 'port' is 100%: wrong\n"
        "a,b.yaml:9:1: warning[S002]: unknown key 'x' is ignored\n"
        "  hint: did you mean 'y'?\n"
        "a,b.yaml: 1 errors, 0 refused, 1 warnings\n"
        "more about a code: naftiko explain S001\n"
    )


def test_a_file_that_could_not_be_checked_is_not_counted() -> None:
    assert list(write_one(each(UNREADABLE), False)) == []


def test_several_files_end_with_what_was_found_how_often() -> None:
    files = each(FINE, WARNED, BROKEN, SKIPPED, SKIPPED, UNREADABLE, CRASHED)
    assert "".join(write_several(files, False)) == (
        "/srv/warned.yaml:1:1: warning[S002]: unknown key 'x' is ignored\n"
        "  hint: did you mean 'y'?\n"
        "/srv/warned.yaml:2:1: warning[S002]: unknown key 'z' is ignored\n"
        "a,b.yaml:3:7: error[S001]: 'port' is 100%: wrong\n"
        "a,b.yaml:9:1: warning[S002]: unknown key 'x' is ignored\n"
        "  hint: did you mean 'y'?\n"
        "\n"
        "code  severity    files    times\n"
        "S001  error           1        1\n"
        "S002  warning         2        3\n"
        "\n"
        "3 files, 2 skipped, 1 unreadable, 1 crashed: 1 errors, 0 refused, 3 warnings\n"
        "more about a code: naftiko explain S001\n"
    )


def test_several_files_without_problems_are_one_line() -> None:
    assert "".join(write_several(each(FINE, FINE), False)) == "2 files: no problems\n"
