"""What servers write into ``WWW-Authenticate``, well and badly."""

import pytest

from naftiko_runtime.schemes.challenge import Challenge, challenges, params_of


def read(*values: str) -> list[Challenge]:
    return list(challenges((("date", "Digest"), *(("www-authenticate", value) for value in values))))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Negotiate", [Challenge("negotiate", {})]),
        ('Basic realm="a, b"', [Challenge("basic", {"realm": "a, b"})]),
        (
            'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"',
            [
                Challenge("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
                Challenge("basic", {"realm": "simple"}),
            ],
        ),
        (
            'Negotiate YII=, NTLM, Digest nonce = "n" ,, qop=auth',
            [
                Challenge("negotiate", {}),
                Challenge("ntlm", {}),
                Challenge("digest", {"nonce": "n", "qop": "auth"}),
            ],
        ),
        ("DIGEST Nonce=a/b==,stale=TRUE", [Challenge("digest", {"nonce": "a/b==", "stale": "TRUE"})]),
        ('Digest realm="", realm="second"', [Challenge("digest", {"realm": ""})]),
        ('Digest realm="open', [Challenge("digest", {})]),
        ('realm="of nothing"', []),
        ("", []),
        ('"', []),
    ],
)
def test_challenges_are_read_as_far_as_they_are_written_well(value: str, expected: list[Challenge]) -> None:
    assert read(value) == expected


def test_challenges_of_several_headers_come_one_after_the_other() -> None:
    assert [each.scheme for each in read("Digest nonce=1", "Digest nonce=2, Basic")] == [
        "digest",
        "digest",
        "basic",
    ]


def test_a_long_header_takes_no_time() -> None:
    assert len(read('Digest a="' + '\\"' * 100_000)) == 1
    assert len(read("a, " * 50_000)) == 50_000


def test_parameters_may_stand_alone() -> None:
    assert params_of('nextnonce="n", qop=auth') == {"nextnonce": "n", "qop": "auth"}
