"""What the hot lane answers, the SDK answers too: tests of messages, faults and callers pass without it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = (
    *("tests/exposers", "tests/faults", "tests/fuzz/test_messages.py", "tests/test_portability.py"),
    *("tests/e2e/test_parity.py", "tests/e2e/test_callers.py", "tests/e2e/test_errors.py"),
)


@pytest.mark.full
@pytest.mark.timeout(300)
def test_everything_passes_without_the_hot_lane() -> None:
    options = ("--no-hot-lane", "-m", "not full", "-q", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *TESTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
