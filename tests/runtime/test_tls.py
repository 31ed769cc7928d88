"""Certificates and keys at start: read wherever they stand, and told when they cannot be used."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from certifying import Authority, Pair
from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.runtime.bindings import BindError, Bindings, bind

CAPABILITY = """\
naftiko: 1.0.0-alpha2
binds:
- namespace: env
  keys: {CERT: CERT, KEY: KEY, CA: CA, PHRASE: PHRASE}
capability:
  consumes:
  - type: http
    namespace: ships
    baseUri: https://ships.example.org
    tls: TLS
    resources: [{name: ships, path: /ships, operations: [{name: list, method: GET}]}]
  - type: http
    namespace: ports
    baseUri: https://ports.example.org
    resources: [{name: ports, path: /ports, operations: [{name: list, method: GET}]}]
  exposes:
  - type: mcp
    namespace: tools
    port: 9090
    tools: [{name: list-ships, description: List ships., call: ships.list}]
"""
BOUND = "{certificate: '{{env.CERT}}', key: '{{env.KEY}}', passphrase: '{{PHRASE}}', ca: '{{CA}}'}"
ALONE = "{certificate: '{{env.CERT}}'}"
HOME = Authority("home")


@pytest.fixture(scope="module")
def own() -> Pair:
    return HOME.issue("ships")


def bound(
    tls: str, folder: Path | None = None, base_uris: Mapping[str, str] | None = None, **environ: str
) -> Bindings:
    result = compile_text(CAPABILITY.replace("TLS", tls), "capability.yaml", folder)
    assert result.plan is not None, str(result.report)
    return bind(result.plan, environ, base_uris)


def told(tls: str, folder: Path | None = None, **environ: str) -> list[str]:
    """Return the codes of what is wrong; nothing that is secret is in the sentences."""
    with pytest.raises(BindError) as caught:
        bound(tls, folder, None, **environ)
    assert not [text for text in environ.values() if len(text) > 4 and text in str(caught.value)]
    return [item.code for item in caught.value.diagnostics]


def authorities(bindings: Bindings) -> list[str]:
    """Return who is trusted."""
    known: list[dict[str, Any]] = bindings.tls["ships"].get_ca_certs()
    return [value for entry in known for ((_, value),) in entry["subject"]]


def test_a_pair_from_the_environment_is_shown_to_those_whom_the_authority_certified(own: Pair) -> None:
    key = own.encrypted("open sesame")
    found = bound(BOUND, CERT=own.certificate, KEY=key, PHRASE="open sesame", CA=HOME.pair.certificate)
    assert authorities(found) == ["home"]


def test_a_passphrase_for_a_key_without_one_is_not_needed(own: Pair) -> None:
    assert bound(BOUND, CERT=own.certificate, KEY=own.key, PHRASE="x", CA=HOME.pair.certificate).tls


def test_without_an_authority_those_of_the_system_are_trusted(own: Pair) -> None:
    assert "home" not in authorities(bound(ALONE, CERT=own.certificate + own.key))


def test_line_breaks_may_be_written_out(own: Pair) -> None:
    assert bound(ALONE, CERT=(own.certificate + own.key).replace("\n", "\\n")).tls


@pytest.mark.parametrize("location", ["file:own%20pair.pem", "file://./own pair.pem", "{{env.CERT}}"])
def test_a_text_may_be_in_a_file_beside_the_capability(own: Pair, tmp_path: Path, location: str) -> None:
    (tmp_path / "own pair.pem").write_text(own.key + own.certificate, encoding="utf-8")
    assert bound(f"{{certificate: '{location}'}}", tmp_path, CERT="file:./own pair.pem").tls


def test_a_whole_path_needs_no_capability_file(own: Pair, tmp_path: Path) -> None:
    path = tmp_path / "own.pem"
    path.write_text(own.key + own.certificate, encoding="utf-8")
    assert bound(f"{{certificate: 'file://{path}'}}").tls


def test_a_text_may_stand_in_the_file(own: Pair) -> None:
    lines = "".join(f"        {line}\n" for line in HOME.pair.certificate.splitlines())
    assert authorities(bound(f"\n      ca: |\n{lines}")) == ["home"]


def test_certificates_are_not_looked_at_where_nothing_is_encrypted() -> None:
    assert bound(ALONE, None, {"ships": "http://127.0.0.1:1"}, CERT="nonsense").tls == {}


def test_files_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "latin.pem").write_bytes(b"\xff")
    assert told("{certificate: 'file:none.pem', ca: 'file:latin.pem'}", tmp_path) == ["B010", "B010"]
    assert told("{certificate: 'file:none.pem'}") == ["B010"]
    text = HOME.pair.certificate
    assert told("{certificate: '{{env.CERT}}', key: 'file:none.pem'}", tmp_path, CERT=text) == ["B010"]


def test_what_is_no_certificate_and_no_key_is_told(own: Pair) -> None:
    assert told(ALONE, CERT="nonsense") == ["B011"]
    assert told(BOUND, CERT="nonsense", KEY="nonsense", CA="nonsense", PHRASE="x") == ["B011"] * 3
    assert told(ALONE, CERT=own.certificate) == ["B011"]
    assert told("{ca: '{{CA}}'}", CA=own.key) == ["B011"]
    twice = own.certificate.replace("MII", "MIJ")
    assert told(ALONE, CERT=twice + own.key) == ["B011"]


def test_a_certificate_that_has_ended_or_not_begun_is_told() -> None:
    ended, coming = HOME.issue("old", begins=-9, ends=-2), HOME.issue("new", begins=2, ends=9)
    for pair in (ended, coming):
        assert told(ALONE, CERT=pair.certificate + pair.key) == ["B012"]


def test_a_key_of_another_certificate_is_told(own: Pair) -> None:
    other = HOME.issue("other")
    assert told(ALONE, CERT=own.certificate + other.key) == ["B013"]


def test_a_passphrase_that_is_missing_or_wrong_is_told(own: Pair) -> None:
    text = own.certificate + own.encrypted("open sesame")
    assert told(ALONE, CERT=text) == ["B014"]
    wrong = "{certificate: '{{env.CERT}}', passphrase: '{{PHRASE}}'}"
    assert told(wrong, CERT=text, PHRASE="open barley") == ["B014"]


def test_a_pair_that_nobody_would_trust_is_told() -> None:
    weak = HOME.issue("weak", key=rsa.generate_private_key(65537, 1024))  # noqa: S505 - is what is tested
    assert told(ALONE, CERT=weak.certificate + weak.key) == ["B011"]


def test_a_line_break_elsewhere_is_still_told(own: Pair) -> None:
    twice = "{certificate: '{{env.CERT}}', passphrase: '{{env.CERT}}'}"
    assert told(twice, CERT=own.certificate + own.key) == ["B002"]
