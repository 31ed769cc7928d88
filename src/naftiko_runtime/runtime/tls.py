"""Certificates and keys, looked at before anything is called: what is wrong with them is said at start."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from tempfile import TemporaryDirectory

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509 import Certificate, load_pem_x509_certificates

from ..expr.scope import Scope, Value
from ..plan.explain import Api
from ..plan.locations import file_path
from ..plan.tls import Pem, Tls
from ..source.diagnostics import Diagnostic, Severity
from ..values import Secret
from .bind_files import Reader

_CERTIFICATE = "it begins with '-----BEGIN CERTIFICATE-----'"
_PRIVATE_KEY = "it begins with '-----BEGIN PRIVATE KEY-----', beside the certificate if there is no 'key'"


def secure(
    secured: Iterable[tuple[Api, Tls]], binds: Mapping[str, Secret], read: Reader
) -> tuple[Mapping[str, ssl.SSLContext], tuple[Diagnostic, ...]]:
    """Make the contexts of APIs that have certificates, and say all that is wrong with those."""
    contexts: dict[str, ssl.SSLContext] = {}
    problems: list[Diagnostic] = []
    for api, tls in secured:
        securing = _Securing(api, tls, binds, read)
        if (context := securing.context()) is not None:
            contexts[api.namespace] = context
        problems += securing.problems
    return contexts, tuple(problems)


@dataclass(slots=True)
class _Securing:
    """Makes the TLS context of one API; ``problems`` say why there is none."""

    api: Api
    tls: Tls
    binds: Mapping[str, Secret] = field(repr=False)
    read: Reader
    problems: list[Diagnostic] = field(default_factory=list)

    def context(self) -> ssl.SSLContext | None:
        """Verify the server, by the system's authorities or those of the file alone; show the certificate."""
        roots = self._certificates(self.tls.ca)
        chain = self._certificates(self.tls.certificate)
        key = self._key() if chain or self.tls.key else None
        self.problems += self._mismatch(chain, key)
        if self.problems:
            return None
        try:
            context = ssl.create_default_context(cadata=_pem(roots).decode() or None)
            context.set_alpn_protocols(["http/1.1"])
            if key is not None:
                _show(context, chain, key)
        except ssl.SSLError as error:
            pem = next(self.tls.texts())
            reason = (error.reason or "for a reason that is not told").lower().replace("_", " ")
            self._wrong("B011", pem, f"cannot be used: {reason}")
            return None
        return context

    def _certificates(self, pem: Pem | None) -> list[Certificate]:
        text = self._text(pem)
        if pem is None or text is None:
            return []
        try:
            return load_pem_x509_certificates(text)
        except ValueError:
            self._wrong("B011", pem, "has no certificate in PEM", _CERTIFICATE)
            return []

    def _key(self) -> PrivateKeyTypes | None:
        """Read the private key, which may stand beside the certificate."""
        pem = self.tls.key or self.tls.certificate
        text = self._text(pem)
        if pem is None or text is None:
            return None
        phrase = self._passphrase() if b"ENCRYPTED" in text else None
        try:
            return load_pem_private_key(text, phrase)
        except TypeError:
            self._wrong("B014", pem, "is encrypted, and there is no passphrase for it", "write 'passphrase'")
        except (ValueError, UnsupportedAlgorithm):
            if phrase is None:
                self._wrong("B011", pem, "has no private key in PEM", _PRIVATE_KEY)
            else:
                self._wrong("B014", pem, "cannot be decrypted with this passphrase")
        return None

    def _passphrase(self) -> bytes | None:
        if self.tls.passphrase is None:
            return None
        return _written(self.tls.passphrase.evaluate(Scope(binds=self.binds))).encode()

    def _text(self, pem: Pem | None) -> bytes | None:
        """Find a text, which may be in a file; line breaks that were written as ``\\n`` are ones."""
        if pem is None:
            return None
        text = _written(pem.text.evaluate(Scope(binds=self.binds)))
        path = file_path(text.strip())
        if path is None:
            return (text if "\n" in text else text.replace("\\n", "\n")).encode()
        if self.tls.folder is None and not path.is_absolute():
            self._wrong("B010", pem, "stands beside the capability, which did not come from a file here")
            return None
        try:
            return self.read((self.tls.folder or Path()).absolute() / path).encode()
        except (OSError, ValueError) as error:
            self._wrong("B010", pem, f"cannot be read: {getattr(error, 'strerror', None) or error}")
            return None

    def _mismatch(self, chain: list[Certificate], key: PrivateKeyTypes | None) -> Iterator[Diagnostic]:
        """Say that the certificate is out of date (B012), or not of this key (B013)."""
        pem = self.tls.certificate
        if pem is None or not chain:
            return
        own, now = chain[0], datetime.now(UTC)
        if now >= own.not_valid_after_utc:
            yield self._said("B012", pem, f"ended on {own.not_valid_after_utc:%Y-%m-%d}", "get a new one")
        elif now < own.not_valid_before_utc:
            message = f"begins on {own.not_valid_before_utc:%Y-%m-%d}"
            yield self._said("B012", pem, message, "look at the clock of this machine")
        if key is not None and _public(key.public_key()) != _public(own.public_key()):
            message = "belongs to another key than the one that is given"
            yield self._said(
                "B013", pem, message, "the first certificate of the text has to be that of the key"
            )

    def _wrong(self, code: str, pem: Pem, problem: str, hint: str | None = None) -> None:
        self.problems.append(self._said(code, pem, problem, hint))

    def _said(self, code: str, pem: Pem, problem: str, hint: str | None) -> Diagnostic:
        message = f"the {pem.name} for API {self.api.namespace!r} ({pem.source}) {problem}"
        return Diagnostic(code, message, pem.span, Severity.ERROR, hint)


def _show(context: ssl.SSLContext, chain: list[Certificate], key: PrivateKeyTypes) -> None:
    """Load a certificate and its key by a file, as the library wants it: encrypted, and for this moment."""
    phrase = token_bytes(16).hex()
    encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(phrase.encode()))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "client.pem"
        path.write_bytes(_pem(chain) + encrypted)
        context.load_cert_chain(path, password=phrase)


def _pem(certificates: list[Certificate]) -> bytes:
    return b"".join(each.public_bytes(Encoding.PEM) for each in certificates)


def _public(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _written(value: Value) -> str:
    return value.reveal() if isinstance(value, Secret) else str(value)
