"""Certificates for tests: authorities that certify servers and clients on this machine."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Pair:
    """A certificate with its key."""

    signed: x509.Certificate
    own: PrivateKey

    @property
    def certificate(self) -> str:
        return self.signed.public_bytes(Encoding.PEM).decode()

    @property
    def key(self) -> str:
        return self.own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def encrypted(self, passphrase: str) -> str:
        how = BestAvailableEncryption(passphrase.encode())
        return self.own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how).decode()


@dataclass(frozen=True)
class Authority:
    """Somebody who certifies others."""

    name: str

    @cached_property
    def pair(self) -> Pair:
        key = ec.generate_private_key(ec.SECP256R1())
        return Pair(self._sign(self.name, key, key, NOW + timedelta(days=2), is_authority=True), key)

    def issue(
        self,
        name: str,
        *,
        begins: int = -1,
        ends: int = 1,
        key: PrivateKey | None = None,
        host: str = "127.0.0.1",
    ) -> Pair:
        """Certify a name for days that are counted from now."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        until, since = NOW + timedelta(days=ends), NOW + timedelta(days=begins)
        return Pair(self._sign(name, key, self.pair.own, until, since, host=host), key)

    def _sign(
        self,
        name: str,
        key: PrivateKey,
        by: PrivateKey,
        until: datetime,
        since: datetime = NOW - timedelta(days=2),
        *,
        is_authority: bool = False,
        host: str = "127.0.0.1",
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        )
        return builder.sign(by, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def open_context(pair: Pair, folder: Path) -> ssl.SSLContext:
    """Make the context of a server that takes every client."""
    path = folder / "server.pem"
    path.write_text(pair.certificate + pair.key, encoding="utf-8")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def serving_context(authority: Authority, folder: Path) -> ssl.SSLContext:
    """Make the context of a server that takes only clients of its own authority."""
    pair = authority.issue("server")
    path = folder / "server.pem"
    path.write_text(pair.certificate + pair.key, encoding="utf-8")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cadata=authority.pair.certificate)
    context.load_cert_chain(path)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
