"""What a file takes from other files: entries of its sections, found by namespace (spec 2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from os.path import relpath
from pathlib import Path, PurePath
from typing import TypeAlias, TypeVar

from ..plan.locations import seen_from
from ..source.diagnostics import Report, did_you_mean
from ..source.tree import load
from ..spec.aggregates import AggregateSpec
from ..spec.consumes import HttpSpec, TlsSpec
from ..spec.dialects import upgrade
from ..spec.document import BindSpec, CapabilitySpec, Document, parse
from ..spec.exposes import ControlSpec, McpResourceSpec, McpSpec, PromptSpec, ServerSpec
from ..spec.imports import ImportedSpec, ImportSpec
from ..values.record import dataclass

Entry: TypeAlias = HttpSpec | ServerSpec | AggregateSpec | BindSpec

_Located = TypeVar("_Located", BindSpec, McpResourceSpec, PromptSpec)

_SECTIONS = ("consumes", "exposes", "aggregates", "binds")
_LIMIT_BYTES = 8 * 1024 * 1024
_NEEDLESS = "remove it: what stands in this file needs no import"


class _ItselfError(ValueError):
    """An import names the file that it stands in."""


@dataclass(slots=True)
class Importer:
    """Reads files beside the one that imports; ``folder`` is where that stands, if it is a file at all.

    Imports of an imported file are not followed, so there are no cycles.
    """

    folder: Path | None
    report: Report
    _read: dict[Path, Document | Exception] = field(default_factory=dict)

    def complete(self, document: Document) -> Document:
        """Return the document with what it imports behind what it has itself."""
        capability = document.capability
        imports = (document.imported, capability.imported)
        if not any(imports):
            return document
        added = {section: tuple(self._section(section, imports)) for section in _SECTIONS}
        binds = (*added["binds"], *self._foreign_binds())
        update = {
            "consumes": (*(capability.consumes or ()), *added["consumes"]),
            "exposes": (*(capability.exposes or ()), *added["exposes"]),
            "aggregates": (*(capability.aggregates or ()), *added["aggregates"]),
            "binds": (*(capability.binds or ()), *binds),
        }
        return document.model_copy(update={"capability": capability.model_copy(update=update)})

    def _section(self, section: str, imports: Sequence[ImportedSpec | None]) -> Iterator[Entry]:
        for imported in imports:
            for spec in (getattr(imported, section) or ()) if imported else ():
                yield from self._entries(section, spec)

    def _entries(self, section: str, spec: ImportSpec) -> Iterator[Entry]:
        document = self._document(spec)
        if document is None:
            return
        found = _entries_of(document, section)
        chosen = [entry for entry in found if spec.name in (None, _namespace(entry))]
        if not chosen and len(found) == 1:
            message = (
                f"{spec.source!r} has no {spec.name!r}; its only entry {_namespace(found[0])!r} is taken"
            )
            self.report.warn("L121", message, spec.span("import"))
            chosen = [found[0]]
        if not chosen:
            known = ", ".join(repr(_namespace(entry)) for entry in found) or "nothing"
            message = f"{spec.source!r} has no {section} entry {spec.name!r}"
            self.report.refuse("L026", message, spec.span("import"), _instead(spec, document, section, known))
        yield from (
            _named(entry, spec.alias or (spec.name if len(chosen) == 1 else None)) for entry in chosen
        )

    def _document(self, spec: ImportSpec) -> Document | None:
        """Read the file of an import once; what is wrong with it is told at every import (L025)."""
        found = self._found(spec)
        if isinstance(found, Document):
            return found
        reason = getattr(found, "strerror", None) or found
        hint = _NEEDLESS if isinstance(found, _ItselfError) else self._near(spec.source)
        message = f"cannot import from {spec.source!r}: {reason}"
        self.report.refuse("L025", message, spec.span("from"), hint)
        return None

    def _found(self, spec: ImportSpec) -> Document | Exception:
        try:
            path = self._path(spec.source)
            if path == self._path(PurePath(spec.span().file).name):
                return _ItselfError("it is this file")
        except (OSError, ValueError) as error:
            return error
        if path not in self._read:
            self._read[path] = self._document_at(path)
        return self._read[path]

    def _document_at(self, path: Path) -> Document | Exception:
        try:
            return _moved(_parsed(path), self._away(path))
        except (OSError, ValueError) as error:
            return error

    def _path(self, source: str | None) -> Path:
        """Find a file beside the importing one, or beside its folder; nothing further away is read."""
        if not source:
            raise ValueError("no file is named")
        if self.folder is None:
            raise ValueError("this text did not come from a file that others could stand beside")
        if "://" in source or Path(source).is_absolute():
            raise ValueError("only files beside this one can be imported")
        path = (self.folder / source).resolve()
        if not path.is_relative_to(self.folder.resolve().parent):
            raise ValueError("it is outside of the folders of this capability")
        return path

    def _near(self, source: str | None) -> str:
        """Name the file that may be meant, of those in the folder that the import names."""
        named = PurePath(source or "")
        if self.folder is None or "://" in str(source) or named.is_absolute() or ".." in named.parts:
            return "put a copy of it beside this file, and name that: location: ./shared/name.yaml"
        beside = _capabilities_in(self.folder / named.parent)
        near = did_you_mean(named.name, [name for name in beside if name != named.name])
        lead = str(source).removesuffix(named.name)
        return near.replace("mean '", f"mean '{lead}") if near else "paths begin at the folder of this file"

    def _away(self, path: Path) -> PurePath:
        """Return the way from the importing file's folder to that of an imported one."""
        return PurePath(relpath(path.parent, (self.folder or Path()).resolve()))

    def _foreign_binds(self) -> Iterator[BindSpec]:
        """Bring along what imported entries are bound to in their own files."""
        for document in self._read.values():
            if isinstance(document, Document):
                yield from (*(document.binds or ()), *(document.capability.binds or ()))


def _capabilities_in(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.glob("*.y*ml"))
    except OSError:  # the name is too long, or nobody may look into it
        return []


def _instead(spec: ImportSpec, document: Document, section: str, known: str) -> str:
    """Say what an import may mean: an entry of nearly that name, or one that the other file imports."""
    for imported in (document.imported, document.capability.imported):
        for other in (getattr(imported, section) or ()) if imported else ():
            if spec.name in (other.name, other.alias):
                return f"imports are not followed further; import it from {other.source!r} of that file"
    names = [_namespace(entry) or "" for entry in _entries_of(document, section)]
    return did_you_mean(spec.name or "", names) or f"it has {known}"


def _parsed(path: Path) -> Document:
    if path.stat().st_size > _LIMIT_BYTES:
        raise ValueError(f"it is larger than {_LIMIT_BYTES} bytes")
    report = Report()
    source = load(path.read_text(encoding="utf-8"), path.name, report)
    upgraded = upgrade(source, report) if source else None
    document = parse(upgraded, report) if upgraded else None
    if document is None:
        raise ValueError(str(next(iter(report))).splitlines()[0])
    return document


def _moved(document: Document, away: PurePath) -> Document:
    """Let what an imported file says of files mean those beside it."""
    inner, outer = _sections(document.capability, away), _sections(document, away)
    capability = document.capability.model_copy(update=inner)
    return document.model_copy(update={"capability": capability, **outer})


def _sections(holder: CapabilitySpec | Document, away: PurePath) -> dict[str, object]:
    return {
        "binds": _located(holder.binds, away),
        "consumes": _certified(holder.consumes, away),
        "exposes": tuple(_shown(server, away) for server in holder.exposes or ()),
    }


def _shown(server: ServerSpec, away: PurePath) -> ServerSpec:
    if not isinstance(server, McpSpec):
        return server
    update = {"resources": _located(server.resources, away), "prompts": _located(server.prompts, away)}
    return server.model_copy(update=update)


def _certified(apis: tuple[HttpSpec, ...] | None, away: PurePath) -> tuple[HttpSpec, ...]:
    return tuple(
        api.model_copy(update={"tls": api.tls.model_copy(update=_seen(api.tls, away))}) if api.tls else api
        for api in apis or ()
    )


def _seen(tls: TlsSpec, away: PurePath) -> Mapping[str, str]:
    texts = {"certificate": tls.certificate, "key": tls.key, "ca": tls.ca}
    return {name: seen_from(text, away) for name, text in texts.items() if text is not None}


def _located(specs: tuple[_Located, ...] | None, away: PurePath) -> tuple[_Located, ...]:
    return tuple(
        spec.model_copy(update={"location": spec.location and seen_from(spec.location, away)})
        for spec in specs or ()
    )


def _entries_of(document: Document, section: str) -> tuple[Entry, ...]:
    """List a section: at the root of a shared file, or below ``capability``."""
    capability: CapabilitySpec = document.capability
    return (*(getattr(document, section, None) or ()), *(getattr(capability, section) or ()))


def _namespace(entry: Entry) -> str | None:
    return None if isinstance(entry, ControlSpec) else entry.namespace


def _named(entry: Entry, namespace: str | None) -> Entry:
    return entry.model_copy(update={"namespace": namespace}) if namespace else entry
