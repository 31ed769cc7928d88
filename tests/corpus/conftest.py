"""Real files are compiled once for all tests that look at them."""

import pytest

from oracle.cases import Case, files


@pytest.fixture(scope="package")
def cases() -> list[Case]:
    return [Case.of(path) for path in files()]
