"""Links a document: binds, then consumed APIs, then servers."""

from __future__ import annotations

from pathlib import Path

from ..plan.explain import Plan
from ..source.diagnostics import Report
from ..spec.document import Document
from .aggregates import flow_table
from .binds import BindTable
from .calls import CallLinker
from .consumes import candidates, link_apis
from .files import Importer
from .flows import FlowLinker
from .intent import call_table
from .paths import called_from
from .surfaces import SurfaceLinker


def link(document: Document, file: str, report: Report, folder: Path | None = None) -> Plan | None:
    """Turn a document into a plan, None when the report has errors; imports are read from ``folder``."""
    own = document.capability.consumes or ()
    document = Importer(folder, report).complete(document)
    capability = document.capability
    binds = BindTable(report, (*(document.binds or ()), *(capability.binds or ())), folder)
    specs = capability.consumes or ()
    known = candidates(specs, called_from(capability.exposes or ()))
    apis = link_apis(specs, known, binds, report)
    table, flows = call_table(known), flow_table(capability.aggregates or (), report)
    linker = FlowLinker(CallLinker(apis, report), table, flows, binds, report)
    servers = SurfaceLinker(table, linker, report)
    surfaces = servers.link(capability.exposes or ())
    for name, declared in flows.items():  # those that nobody refers to are checked too
        linker.refer(name, declared.spec.span())
    for candidate in known:  # so are operations of this file that nobody calls
        if any(candidate.api is spec for spec in own):
            linker.calls.unsendable(candidate)
    if not surfaces and not report.has_errors:
        report.error(
            "S004", "nothing to serve: the capability exposes no server", document.span("capability")
        )
    if report.has_errors:
        return None
    info = document.info
    title = (info.label or info.display if info else None) or file
    version = (info.version or info.modified if info else None) or "0"
    return Plan(
        file, title, version, {linked.api.namespace: linked.api for linked in apis}, binds.used(), surfaces
    )
