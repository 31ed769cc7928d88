"""What the command line and the environment say about serving."""

from ipaddress import ip_network

import pytest

from naftiko_runtime.app.opening import Options
from naftiko_runtime.cli.failure import Failure
from naftiko_runtime.cli.options import read_options, read_workers
from naftiko_runtime.cli.parser import parser_of_run
from naftiko_runtime.runtime.proxies import Proxies

ENVIRON = {"NAFTIKO_TIMEOUT": "7.5", "NAFTIKO_RETRIES": "0", "NAFTIKO_CONCURRENCY": "9"}


def options(environ: dict[str, str], *words: str) -> Options:
    return read_options(parser_of_run().parse_args(["my.yaml", *words]), environ)


def test_the_environment_says_what_the_command_line_does_not() -> None:
    assert options({}) == Options()
    assert options(ENVIRON) == Options(timeout_s=7.5, retries=0, concurrency=9)
    said = options(ENVIRON, "--timeout", "1", "--retries", "3", "--concurrency", "2")
    assert said == Options(timeout_s=1, retries=3, concurrency=2)
    assert options({"NAFTIKO_TIMEOUT": ""}).timeout_s == 50


def test_addresses_are_allowed_by_both_together() -> None:
    said = options({"NAFTIKO_ALLOWED_ADDRESSES": "10.0.0.0/8, ::1,"}, "--allow-address", "192.168.1.7/16")
    assert said.networks == (ip_network("10.0.0.0/8"), ip_network("::1"), ip_network("192.168.0.0/16"))


def test_proxies_are_taken_from_the_environment_on_request() -> None:
    environ = {"HTTPS_PROXY": "http://proxy.example:3128"}
    assert options(environ).proxies == Proxies()
    assert options(environ, "--proxy-from-env").proxies == Proxies.of(environ)
    assert options({**environ, "NAFTIKO_PROXY_FROM_ENV": "Yes"}).proxies == Proxies.of(environ)


def test_a_proxy_that_speaks_something_else_is_refused_without_being_shown() -> None:
    with pytest.raises(Failure) as caught:
        options({"ALL_PROXY": "socks5://user:pw@proxy.example"}, "--proxy-from-env")
    assert str(caught.value) == "a proxy of the environment is socks5, not http or https"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NAFTIKO_TIMEOUT", "soon", "'soon' is not a number of seconds"),
        ("NAFTIKO_RETRIES", "many", "'many' is not a number from 0 to 999999"),
        ("NAFTIKO_ALLOWED_ADDRESSES", "localhost", "'localhost' is not an IP address or network"),
        ("NAFTIKO_CONCURRENCY", "0", "with 0 nothing would ever be sent"),
    ],
)
def test_a_variable_that_says_nothing_sensible_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(Failure) as caught:
        options({name: value})
    assert str(caught.value) == f"{name}: {said}"


def test_the_number_of_workers_is_read_from_both() -> None:
    def workers(environ: dict[str, str], *words: str) -> int:
        return read_workers(parser_of_run().parse_args(["my.yaml", *words]), environ)

    assert workers({}) == 1
    assert workers({"NAFTIKO_WORKERS": "3"}) == 3
    assert workers({"NAFTIKO_WORKERS": "3"}, "--workers", "2") == 2
    with pytest.raises(Failure, match=r"^NAFTIKO_WORKERS: 'auto' is not a number$"):
        workers({"NAFTIKO_WORKERS": "auto"})


def test_the_key_that_seals_states_is_made_up_unless_it_is_given() -> None:
    [one], [other] = options({}).state_keys, options({"NAFTIKO_STATE_KEY": " ,"}).state_keys
    assert len(one) == len(other) == 64
    assert one != other
    new, old = "n" * 32, "o" * 40
    said = options({"NAFTIKO_STATE_KEY": f"{new}, {old},"})
    assert said.state_keys == (new, old)
    assert new not in repr(said)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("s3cret", "a key has at least 32 characters, which are random"),
        (f"{'k' * 32},{'k' * 32}", "the same key stands there twice"),
    ],
)
def test_a_key_that_seals_badly_is_refused_without_being_shown(value: str, said: str) -> None:
    with pytest.raises(Failure) as caught:
        options({"NAFTIKO_STATE_KEY": value})
    assert str(caught.value) == f"NAFTIKO_STATE_KEY: {said}"
