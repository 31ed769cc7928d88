"""What the runtime sends, in the form in which it is predicted; the only file here that knows the runtime."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.call import HttpCall, Outbound
from naftiko_runtime.plan.credential import Memo
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import Operation, PassThrough
from naftiko_runtime.runtime.bindings import Bindings, bind
from naftiko_runtime.values import Secret
from oracle.message import Message, canonical, pairs, segments
from oracle.words import secret_of
from wire import Seen

# what the client says in every request
ALWAYS = ("host", "user-agent", "accept", "accept-encoding", "content-length", "connection")
ANYWHERE = "http://127.0.0.1:1"


def bound(plan: Plan) -> Bindings:
    """Bind a plan to made-up secrets, in files too, and to an address of nobody where it states none.

    Certificates are no part of a message, and cannot be made up.
    """
    plan = replace(plan, apis={name: replace(api, tls=None) for name, api in plan.apis.items()})
    bases = {name: ANYWHERE for name, api in plan.apis.items() if api.base_uri is None}
    secrets = {each.source: secret_of(each.source) for each in plan.binds}
    return bind(plan, secrets, bases, lambda path: json.dumps(secrets))


def calls_of(operation: Operation) -> tuple[HttpCall, ...]:
    body = operation.body
    if isinstance(body, PassThrough):
        return (body.call,)
    return body.calls if isinstance(body, Flow) else ()


def sent(plan: Plan, bindings: Bindings, operation: Operation, arguments: Mapping[str, Any]) -> Message:
    """Render and sign the call of an operation as the engine does."""
    call = calls_of(operation)[0]
    scope = Scope(operation.contract.bind(arguments), bindings.binds)
    outbound = call.render(scope)
    credential = plan.apis[call.api].credential
    if credential is not None:
        signed = next(credential.sign(outbound, bindings.binds, Memo()))
        outbound = signed if isinstance(signed, Outbound) else outbound
    return message(outbound, plan.apis[call.api].base_uri, is_streamed=call.streams_body)


def message(outbound: Outbound, base: str | None, *, is_streamed: bool) -> Message:
    headers = [(name.lower(), shown(value)) for name, value in outbound.headers]
    body = shown(outbound.body)
    return Message(
        base=base,
        method=outbound.method,
        segments=segments(shown(outbound.path)),
        query=pairs("&".join(shown(piece) for piece in outbound.query)),
        headers=tuple(sorted(pair for pair in headers if pair[0] != "cookie")),
        cookies=cookies([value for name, value in headers if name == "cookie"]),
        body=canonical(json.loads(body)) if outbound.body is not None else None,
        is_streamed=is_streamed,
    )


def received(seen: Seen, base: str, named: Iterable[str]) -> Message:
    """Read what came over the wire; of the headers that every request has, only those ``named``."""
    path, _, query = seen.target.removeprefix(base).partition("?")
    headers = [(name.lower(), value) for name, value in seen.headers]
    kept = [pair for pair in headers if pair[0] != "cookie" and (pair[0] not in ALWAYS or pair[0] in named)]
    return Message(
        base=None,
        method=seen.method,
        segments=segments(path),
        query=pairs(query),
        headers=tuple(sorted(kept)),
        cookies=cookies([value for name, value in headers if name == "cookie"]),
        body=canonical(json.loads(seen.body)) if seen.body else None,
    )


def cookies(lines: list[str]) -> tuple[tuple[str, str], ...]:
    pieces = [piece for line in lines for piece in line.split("; ")]
    return tuple(sorted((piece.partition("=")[0], unquote(piece.partition("=")[2])) for piece in pieces))


def shown(value: object) -> str:
    """Reveal what is sent: text, bytes or a secret."""
    revealed = value.reveal() if isinstance(value, Secret) else value
    if isinstance(revealed, bytes):
        return revealed.decode()
    assert isinstance(revealed, str | None), revealed
    return revealed or ""
