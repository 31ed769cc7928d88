"""Checks of files that go wrong, for pools of processes to run."""

import os

from naftiko_runtime.cli.checking import Checked
from naftiko_runtime.cli.files import Place


def check_or_die(place: Place, rules: str) -> Checked:
    """End the process where a name says so."""
    if "deadly" in place.name:
        os._exit(3)
    return Checked(place.name, reason=rules)
