"""The certificates of consumed APIs, which the specification does not know."""

from __future__ import annotations

from ..expr.scope import Expr
from ..expr.template import compile_template
from ..plan.locations import file_path
from ..plan.tls import Pem, Tls
from ..source.diagnostics import Diagnostic, Report
from ..spec.consumes import HttpSpec, TlsField, TlsSpec
from ..values.record import dataclass
from .binds import BindTable

_BEGIN = "-----BEGIN "
_PRIVATE = "PRIVATE KEY-----"


def link_tls(spec: HttpSpec, binds: BindTable, report: Report) -> tuple[Tls | None, Diagnostic | None]:
    """Link what connections to an API are secured with; one that cannot be used refuses all of it (L064)."""
    if spec.tls is None:
        return None, None
    if spec.base_uri.startswith("http://"):
        message = f"certificates have no effect: {spec.namespace!r} is called without TLS"
        report.warn("L165", message, spec.tls.span(), "write https:// in 'baseUri', or remove 'tls'")
    linker = _Linker(spec.tls, binds, report)
    tls = linker.link()
    return (tls, None) if linker.refusal is None else (None, linker.refusal)


@dataclass(slots=True)
class _Linker:
    spec: TlsSpec
    binds: BindTable
    report: Report
    refusal: Diagnostic | None = None

    def link(self) -> Tls:
        spec = self.spec
        if spec.certificate is None and (spec.key is not None or spec.passphrase is not None):
            self._refuse("has no 'certificate' for its key", "key" if spec.key else "passphrase")
        if spec.certificate is None and spec.key is None and spec.ca is None:
            self._refuse("has neither 'certificate' nor 'ca'", None)
        passphrase = None if spec.passphrase is None else self._text(spec.passphrase, "passphrase")
        return Tls(self.binds.folder, self._pem("certificate"), self._pem("key"), passphrase, self._pem("ca"))

    def _pem(self, name: TlsField) -> Pem | None:
        text = getattr(self.spec, name)
        if text is None:
            return None
        value, span = self._text(text, name), self.spec.span(name)
        if value is None:
            return None
        if refs := value.refs():
            return Pem(name, value, ", ".join(str(ref) for ref in refs), span)
        if file_path(text) is not None:
            return Pem(name, value, text, span)
        if _BEGIN not in text:
            hint = f"write 'file:{text}', or bind a variable to its text and write '{{{{env.NAME}}}}'"
            self._refuse(f"has a {name!r} that is neither a text in PEM nor a location", name, hint)
        elif _PRIVATE in text:
            hint = "write the location of a file, or bind a variable and write '{{env.NAME}}'"
            self.report.warn("L166", "a private key stands in the file in clear text", span, hint)
        return Pem(name, value, "stated in the file", span)

    def _text(self, text: str, name: TlsField) -> Expr | None:
        what, span = f"tls {name}", self.spec.span(name)

        def find(word: str) -> Expr:
            return self.binds.resolve(word, what, span, may_hold_lines=name != "passphrase")

        try:
            return compile_template(text, find, inside=find)
        except ValueError as error:
            self.refusal = self.report.refuse("L060", str(error), span)
            return None

    def _refuse(self, problem: str, name: TlsField | None, hint: str | None = None) -> None:
        span = self.spec.span(name) if name else self.spec.span()
        self.refusal = self.report.refuse("L064", f"tls {problem}", span, hint)
