"""The shapes of 0.2 and 0.3, before calls had parameters, and of the binds of 0.4 and 0.5."""

from __future__ import annotations

from ...source.diagnostics import Report
from ...source.tree import Source
from .collections import appended, each, listed, named
from .nodes import (
    Kind,
    has,
    items,
    mapping,
    parts,
    put,
    rename,
    renaming,
    sequence,
    stated,
    value,
    without,
)

_REST = "rest/json"


def forwarding(node: Source, report: Report) -> Source:
    """Read a file of 0.2: what a server gets under a suffix is forwarded to one address."""
    info = Kind(rules=(renaming("name", "label"),))
    return Kind(keys={"info": info, "capability": _forwards})(node, report)


def orchestrated(node: Source, report: Report) -> Source:
    """Read a file of 0.3: steps have neither type nor name, and map their outputs themselves."""
    operation = Kind(rules=(_steps,))
    resource = Kind(keys={"operations": named(operation)})
    api = Kind(keys={"resources": named(resource)})
    return Kind(keys={"capability": Kind(keys={"exposes": each(api)})})(node, report)


def references(node: Source, report: Report) -> Source:
    """Read the ``externalRefs`` of 0.4 and 0.5 as ``binds``."""
    found = items(listed(parts(node)["externalRefs"], report)) if has(node, "externalRefs") else ()
    if not found:
        return node
    if not has(node, "binds"):
        node = rename(node, "externalRefs", "binds")
        return put(node, "binds", sequence([_bind(item) for item in found], node.positions.of("binds")))
    return appended(without(node, "externalRefs"), "binds", [_bind(item) for item in found], report)


def _bind(item: Source) -> Source:
    item = rename(rename(item, "name", "namespace"), "uri", "location")
    return without(item, "type", "resolution")


def _forwards(node: Source, report: Report) -> Source:
    targets = items(parts(node)["consumes"]) if has(node, "consumes") else ()
    apis = [_target(target, f"target-{number}", report) for number, target in enumerate(targets, 1)]
    routes = [
        _route(api, is_suffixed=len(apis) > 1 or has(target, "expositionSuffix"))
        for api, target in zip(apis, targets, strict=True)
        if isinstance(target.data, dict)
    ]
    if apis:
        node = put(node, "consumes", sequence(apis, node.positions.of("consumes")))
    servers = items(parts(node)["exposes"]) if has(node, "exposes") else ()
    made = [_server(item, f"server-{number}", routes, report) for number, item in enumerate(servers, 1)]
    return put(node, "exposes", sequence(made, node.positions.of("exposes"))) if made else node


def _target(node: Source, otherwise: str, report: Report) -> Source:
    """Read an address with the hole ``{{path}}`` as an API."""
    if not isinstance(node.data, dict):
        return node
    span, at = node.positions.span, node.positions.of("targetUri")
    base, _, rest = str(value(node, "targetUri") or "").partition("{{path}}")
    if rest:
        report.warn("D113", "what follows {{path}} in an address is not sent", at)
    name = value(node, "expositionSuffix") or otherwise
    made = {
        "type": stated("http", span),
        "namespace": stated(name, node.positions.of("expositionSuffix")),
        "baseUri": stated(base.rstrip("/"), at),
    }
    kept = parts(without(_plain(node, report), "targetUri", "expositionSuffix"))
    return mapping({**made, **kept}, span)


def _route(api: Source, *, is_suffixed: bool) -> Source:
    span = api.positions.span
    name = parts(api)["namespace"]
    forward = mapping({"targetNamespace": name}, span)
    path = f"/{name.data}/{{path}}" if is_suffixed else "/{path}"
    return mapping({"name": name, "path": stated(path, span), "forward": forward}, span)


def _server(node: Source, name: str, routes: list[Source], report: Report) -> Source:
    if not isinstance(node.data, dict):
        return node
    span = node.positions.span
    made = {"type": stated("rest", span), "namespace": stated(name, span)}
    kept = parts(_plain(node, report))
    return mapping({**made, **kept, "resources": sequence(routes, span)}, span)


def _plain(node: Source, report: Report) -> Source:
    """Leave the protocol away, of which only one is spoken."""
    if value(node, "protocol") not in (None, _REST):
        message = f"protocol {value(node, 'protocol')!r} is not spoken"
        report.warn("D113", message, node.positions.of("protocol"))
    return without(node, "protocol")


def _steps(node: Source, report: Report) -> Source:
    """Give steps their type, and their mappings to the operation."""
    steps = items(listed(parts(node)["steps"], report)) if has(node, "steps") else ()
    if not steps:
        return node
    given = [parts(step)["mappings"] for step in steps if isinstance(value(step, "mappings"), list)]
    made = sequence([_step(step, report) for step in steps], node.positions.of("steps"))
    node = put(node, "steps", made)
    mappings = [below for each_given in given for below in items(each_given)]
    return appended(node, "mappings", mappings, report) if mappings else node


def _step(node: Source, report: Report) -> Source:
    if not isinstance(node.data, dict):
        return node
    span = node.positions.span
    made = {"type": stated("call", span), **parts(without(node, "mappings", "inputParameters"))}
    given = items(listed(parts(node)["inputParameters"], report)) if has(node, "inputParameters") else ()
    fields = [parts(item) for item in given if has(item, "name") and has(item, "value")]
    if fields:
        named_values = {str(field["name"].data): field["value"] for field in fields}
        made["with"] = mapping(named_values, node.positions.of("inputParameters"))
    return mapping(made, span)
