"""What programs read: one list."""

import json

from findings import BROKEN, FINE, UNREADABLE, WARNED
from naftiko_runtime.cli.forms.json import write_json


def test_the_diagnostics_of_all_files_are_one_list() -> None:
    files = [FINE, WARNED, UNREADABLE, BROKEN]
    text = "".join(write_json(files, False))
    assert json.loads(text) == [item.as_json() for file in files for item in file.found]
    assert text.endswith("]\n")


def test_without_problems_the_list_is_empty() -> None:
    assert list(write_json([FINE], True)) == ["[]\n"]
