"""Authentication in the spellings that authors use for bearer, basic and API keys."""

from __future__ import annotations

import re

from ...source.diagnostics import Report
from ...source.tree import Source
from ...values import Json
from .collections import appended
from .nodes import Kind, has, mapping, parts, put, rename, stated, value, without

_PLACES = ("header", "query")
_STATIC = ("apikey", "basic", "bearer", "digest", *_PLACES)
_FIELDS = ("token", "username", "password", "key", "value")
_FIELDS_OF_STATIC = "bearer has 'token'; apikey has 'key', 'value' and 'placement'"
_FIELDS_OF_OAUTH2 = "oauth2 has 'tokenEndpoint', 'clientId', 'clientSecret' and 'scopes'"
_VARIABLE = re.compile(r"\$secrets\.(\w+)|\$\{(?:env\.)?(\w+)\}")


def called_auth(node: Source, report: Report) -> Source:
    """Read ``auth`` as ``authentication`` (D102)."""
    if has(node, "auth") and not has(node, "authentication"):
        report.warn("D102", "'auth' is read as 'authentication'", node.positions.of("auth"))
    return rename(node, "auth", "authentication")


def authentication(node: Source, report: Report) -> Source:
    """Bring an authentication to its canonical form; kinds that are not listed here stay as they are."""
    if isinstance(node.data, str):
        return mapping({"type": node}, node.positions.span)
    return _STATED(node, report)


def many_headers(node: Source, report: Report) -> Source:
    """Send all but the first of several headers of an authentication as fixed parameters (D103)."""
    given = parts(node).get("authentication")
    headers = parts(parts(given)["headers"]) if given and has(given, "headers") else {}
    if given is None or len(headers) < 2 or has(given, "value"):
        return node
    (first, held), *others = headers.items()
    added: list[Source] = []
    for name, part in others:
        span = part.positions.span
        report.warn("D103", f"header {name!r} of the authentication is read as a parameter", span)
        added.append(mapping({"name": stated(name, span), "in": stated("header", span), "value": part}, span))
    one = put(given, "headers", mapping({first: held}, held.positions.span))
    return appended(put(node, "authentication", one), "inputParameters", added, report)


def _static(node: Source, report: Report) -> Source:
    kind = value(node, "type")
    word = re.sub("[-_ ]", "", kind).lower() if isinstance(kind, str) else None
    if word not in _STATIC:
        return node
    for rule in (_type, _placed, _held, _token, _variables):
        node = rule(node, report)
    return node


def _oauth2(node: Source, report: Report) -> Source:
    """Read ``tokenUrl`` as ``tokenEndpoint``, and a text ``scope`` as the list ``scopes``."""
    if value(node, "type") != "oauth2":
        return node
    node = _renamed(node, "tokenUrl", "tokenEndpoint", report)
    node = _renamed(node, "scope", "scopes", report)
    scopes = value(node, "scopes")
    if isinstance(scopes, str):
        node = put(node, "scopes", stated(list[Json](scopes.split()), node.positions.of("scopes")))
    return node


def _type(node: Source, report: Report) -> Source:
    """Read ``apiKey``, and the places of a key, as ``apikey``."""
    kind = str(value(node, "type"))
    word = re.sub("[-_ ]", "", kind).lower()
    if word == kind and kind not in _PLACES:
        return node
    span = node.positions.of("type")
    if word in _PLACES and not has(node, "in"):
        node = put(node, "placement", stated(word, span))
    canonical = "apikey" if word in _PLACES else word
    node = put(node, "type", stated(canonical, span))
    return _said(node, "type", f"{kind!r} is read as {canonical!r}", report)


def _placed(node: Source, report: Report) -> Source:
    """Read ``header: X``, ``query: X`` and ``headers: {X: …}`` as the place and the name of a key."""
    if value(node, "type") != "apikey":
        return node
    headers = parts(node).get("headers")
    if headers is not None and len(parts(headers)) == 1:
        ((name, part),) = parts(headers).items()
        node = _said(node, "headers", f"header {name!r} is read as the name and value of the key", report)
        node = put(put(without(node, "headers"), "header", stated(name, part.positions.span)), "value", part)
    for place in _PLACES:
        if isinstance(value(node, place), str):
            node = _in_place(node, place, report)
    return node


def _in_place(node: Source, place: str, report: Report) -> Source:
    if has(node, "key") and has(node, "value"):
        return node
    span = node.positions.of(place)
    node = _said(node, place, f"{place!r} is read as the name of the key, and its place", report)
    if not has(node, "value"):
        node = rename(node, "key", "value")
        node = rename(node, "token", "value")
    node = rename(node, place, "key")
    return put(node, "placement", stated(place, span))


def _held(node: Source, report: Report) -> Source:
    """Read ``name`` as ``key`` (beside which ``key`` is the value), and ``in`` as ``placement``."""
    if value(node, "type") != "apikey":
        return node
    if has(node, "name") and has(node, "key"):
        node = _renamed(node, "key", "value", report)
    node = _renamed(node, "name", "key", report)
    node = _renamed(node, "in", "placement", report)
    return _renamed(node, "token", "value", report)


def _token(node: Source, report: Report) -> Source:
    """Read the ``value`` of a bearer as its ``token``."""
    return _renamed(node, "value", "token", report) if value(node, "type") == "bearer" else node


def _variables(node: Source, report: Report) -> Source:
    """Read ``${X}`` and ``$secrets.X`` as ``{{X}}`` (D104)."""
    for key in _FIELDS:
        text = value(node, key)
        if isinstance(text, str) and _VARIABLE.search(text):
            span = node.positions.of(key)
            hole = _VARIABLE.sub(lambda found: "{{" + (found[1] or found[2]) + "}}", text)
            report.warn("D104", f"the variable of {key!r} is read as '{{{{name}}}}'", span, "write it so")
            node = put(node, key, stated(hole, span))
    return node


def _renamed(node: Source, old: str, new: str, report: Report) -> Source:
    if not has(node, old) or has(node, new):
        return node
    return rename(_said(node, old, f"{old!r} is read as {new!r}", report), old, new)


def _said(node: Source, key: str, message: str, report: Report) -> Source:
    is_static = value(node, "type") != "oauth2"
    hint = _FIELDS_OF_STATIC if is_static else _FIELDS_OF_OAUTH2
    report.warn("D103", f"in this authentication {message}", node.positions.of(key), hint)
    return node


_STATED = Kind(rules=(_static, _oauth2))
