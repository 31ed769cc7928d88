"""What secures the connections to a consumed API: whom it trusts, and the certificate that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from ..expr.scope import Expr
from ..source.diagnostics import Span
from ..values.record import dataclass


@dataclass(frozen=True, slots=True)
class Pem:
    """A text in PEM, or the ``file:`` location of one; ``name`` is the author's key, ``source`` is shown."""

    name: str
    text: Expr = field(repr=False)
    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates and keys; locations that are no whole paths are beside ``folder``."""

    folder: Path | None
    certificate: Pem | None = None
    key: Pem | None = None
    passphrase: Expr | None = field(default=None, repr=False)
    ca: Pem | None = None

    def texts(self) -> Iterator[Pem]:
        yield from (pem for pem in (self.certificate, self.key, self.ca) if pem is not None)

    def __str__(self) -> str:
        return ", ".join(f"{pem.name} {pem.source}" for pem in self.texts())
