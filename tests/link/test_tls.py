"""Certificates of consumed APIs: what may be written, and what is refused before anything is read."""

import pytest

from certifying import Authority
from linking import codes, plan_of, refusal_of, shop

HOME = Authority("home")


def stated(name: str, pem: str) -> str:
    lines = "".join(f"    {line}\n" for line in pem.splitlines())
    return f"tls:\n  {name}: |\n{lines}"


@pytest.mark.parametrize(
    ("tls", "expected"),
    [
        ("{certificate: '{{TOKEN}}', passphrase: '{{other}}'}", "certificate bind keys.TOKEN"),
        ("{certificate: 'file:a.pem', key: 'file:b.pem'}", "certificate file:a.pem, key file:b.pem"),
        ("{ca: 'file:///etc/ca.pem'}", "ca file:///etc/ca.pem"),
        ("{certificate: '{{TOKEN}}{{other}}'}", "certificate bind keys.TOKEN, bind keys.other"),
    ],
)
def test_certificates_come_from_variables_and_files(tls: str, expected: str) -> None:
    result = shop(api=f"tls: {tls}")
    assert (str(plan_of(result).apis["shop"].tls), codes(result)) == (expected, [])
    assert f", over TLS with {expected}\n" in plan_of(result).explain()


def test_certificates_may_stand_in_the_file_and_private_keys_better_do_not() -> None:
    result = shop(api=stated("ca", HOME.pair.certificate))
    assert (str(plan_of(result).apis["shop"].tls), codes(result)) == ("ca stated in the file", [])
    pair = HOME.issue("shop")
    result = shop(api=stated("certificate", pair.certificate + pair.key))
    assert codes(result) == ["L166"]
    assert pair.key.splitlines()[1] not in f"{plan_of(result)!r} {plan_of(result).explain()} {result.report}"


@pytest.mark.parametrize(
    ("tls", "code"),
    [
        ("{}", "L064"),
        ("{key: 'file:a.pem'}", "L064"),
        ("{ca: 'file:a.pem', key: 'file:a.pem'}", "L064"),
        ("{ca: 'file:a.pem', passphrase: '{{TOKEN}}'}", "L064"),
        ("{ca: ca.pem}", "L064"),
        ("{certificate: TOKEN}", "L064"),
        ("{certificate: '{{#TOKEN}}'}", "L060"),
    ],
)
def test_nothing_is_sent_to_an_api_whose_connection_cannot_be_secured(tls: str, code: str) -> None:
    result = shop(api=f"tls: {tls}")
    assert (refusal_of(result), refusal_of(result, "GET /orders")) == (code, code)
    assert plan_of(result).apis["shop"].tls is None


def test_certificates_for_an_api_without_tls_are_told() -> None:
    assert codes(shop(api="tls: {ca: 'file:a.pem'}", base="http://shop.example")) == ["L165"]
