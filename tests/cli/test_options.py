"""What the command line and the environment say about serving."""

import pytest

from naftiko_runtime.app.serve import Options
from naftiko_runtime.cli.failure import Failure
from naftiko_runtime.cli.options import read_options
from naftiko_runtime.cli.parser import parser_of_run

ENVIRON = {"NAFTIKO_TIMEOUT": "7.5", "NAFTIKO_RETRIES": "0", "NAFTIKO_CONCURRENCY": "9"}


def options(environ: dict[str, str], *words: str) -> Options:
    return read_options(parser_of_run().parse_args(["my.yaml", *words]), environ)


def test_the_environment_says_what_the_command_line_does_not() -> None:
    assert options({}) == Options()
    assert options(ENVIRON) == Options(timeout_s=7.5, retries=0, concurrency=9)
    said = options(ENVIRON, "--timeout", "1", "--retries", "3", "--concurrency", "2")
    assert said == Options(timeout_s=1, retries=3, concurrency=2)
    assert options({"NAFTIKO_TIMEOUT": ""}).timeout_s == 50


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NAFTIKO_TIMEOUT", "soon", "'soon' is not a number of seconds"),
        ("NAFTIKO_RETRIES", "many", "'many' is not a number from 0 to 999999"),
        ("NAFTIKO_CONCURRENCY", "0", "with 0 nothing would ever be sent"),
    ],
)
def test_a_variable_that_says_nothing_sensible_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(Failure) as caught:
        options({name: value})
    assert str(caught.value) == f"{name}: {said}"
