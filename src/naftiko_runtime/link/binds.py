"""Bound variables: which ones are declared, and which ones are used where (D10)."""

from __future__ import annotations

import re
from dataclasses import field, replace
from pathlib import Path

from ..expr.scope import BindValue
from ..plan.explain import Bind, BindFile, BindUse
from ..plan.locations import file_path, scheme_of
from ..source.diagnostics import Report, Span, did_you_mean
from ..spec.document import BindSpec
from ..values.record import dataclass

_SINGLE = re.compile(r"^\{\s*([^\s{}]+)\s*\}$")
_IN_SINGLE = re.compile(r"(?<!\{)\{\s*([^\s{}]+)\s*\}(?!\})")
_INSTEAD = "take 'location' away and give the values in the environment or with --env-file"


@dataclass(slots=True)
class BindTable:
    """Finds variables by ``{{ns.X}}``, ``{{env.X}}`` and ``{{X}}``, and remembers who asked.

    ``folder`` is where the capability stands, if it is a file at all; files are not looked at here.
    """

    report: Report
    specs: tuple[BindSpec, ...]
    folder: Path | None = None
    _used: dict[str, tuple[Bind, list[BindUse]]] = field(default_factory=dict)

    def knows(self, word: str) -> bool:
        """Tell whether a word in a hole names a declared variable."""
        return self._declaring(word) is not None

    def resolve(self, word: str, what: str, span: Span, *, may_hold_lines: bool = False) -> BindValue:
        """Link a variable; one that no bind declares comes from the environment, with a warning (L110)."""
        spec, variable = self._declaring(word), _variable(word)
        if spec is None:
            message = f"no bind declares {word!r}; it is read from the environment"
            self.report.warn("L110", message, span, self._hint(word, variable))
        key = f"{spec.namespace if spec else 'env'}.{variable}"
        if key not in self._used:
            self._used[key] = (self._bind(key, spec, variable) if spec else Bind(key, variable, span), [])
        self._used[key][1].append(BindUse(what, span, may_hold_lines))
        return BindValue(key)

    def bare(self, text: str, what: str, span: Span) -> BindValue | None:
        """Link a text that is nothing but the name of a declared variable, with a warning (L150).

        In single braces, too: what is meant by ``{env.X}`` cannot be a text.
        """
        word = _SINGLE.sub(r"\1", text)
        if not self.knows(word) and (word == text or not word.startswith("env.")):
            return None
        message = f"{text!r} is the name of a bound variable, whose value is taken"
        self.report.warn("L150", message, span, f"write '{{{{{word}}}}}'")
        return self.resolve(word, what, span)

    def tell_of_single(self, text: str, span: Span) -> None:
        """Warn of variables in single braces inside of a text, which is sent as it is (L174)."""
        for found in _IN_SINGLE.finditer(text):
            word = found[1]
            if word.startswith("env.") or ("." in word and self.knows(word)):
                message = f"{found[0]!r} in single braces is no variable; it is sent as it stands"
                self.report.warn("L174", message, span, f"write '{{{{{word}}}}}'")

    def used(self) -> tuple[Bind, ...]:
        return tuple(replace(bind, uses=tuple(uses)) for bind, uses in self._used.values())

    def _hint(self, word: str, variable: str) -> str:
        declared = [name for spec in self.specs for key in spec.keys for name in _names(spec, key)]
        near = [name for name in declared if name.count(".") == word.count(".")]
        otherwise = f"declare it: binds: [{{namespace: env, keys: {{{variable}: {variable}}}}}]"
        return did_you_mean(word, near) or otherwise

    def _bind(self, key: str, spec: BindSpec, variable: str) -> Bind:
        return Bind(key, spec.keys[variable], spec.span("keys", variable), file=self._file(spec))

    def _file(self, spec: BindSpec) -> BindFile | None:
        """Find the file of a bind; a place that is no file (L011) or not to be found (L050) is an error."""
        if spec.location is None:
            return None
        path, span = file_path(spec.location), spec.span("location")
        if path is None:
            self.report.error("L011", *_unread(spec.location, span))
            return None
        if self.folder is None and not path.is_absolute():
            message = f"{spec.location!r} stands beside the capability, which did not come from a file here"
            self.report.error("L050", message, span, f"give its whole path, or {_INSTEAD}")
            return None
        return BindFile(spec.location, (self.folder or Path()).absolute() / path, span)

    def _declaring(self, word: str) -> BindSpec | None:
        namespace, variable = _dotted(word).rpartition(".")[0], _variable(word)
        return next(
            (
                spec
                for spec in self.specs
                if variable in spec.keys and namespace in ("", "env", spec.namespace)
            ),
            None,
        )


def _names(spec: BindSpec, key: str) -> tuple[str, ...]:
    return key, f"{spec.namespace}.{key}", f"env.{key}"


def _unread(location: str, span: Span) -> tuple[str, Span, str]:
    scheme = scheme_of(location)
    if not scheme:
        return f"location {location!r} does not say of what kind it is", span, f"write 'file:{location}'"
    hint = f"{_INSTEAD}, or give them in a file: 'file:./secrets.yaml'"
    return f"binds from '{scheme}:' are not read by this release", span, hint


def _variable(word: str) -> str:
    return _dotted(word).rpartition(".")[2]


def _dotted(word: str) -> str:
    """Read ``ns:X``, which some authors write, as ``ns.X``."""
    return word.replace(":", ".")
