"""Stand-in upstreams on loopback, for trying a capability without a key (D18)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from naftiko_sandbox import DEFAULT_KEY, SANDBOXES, Sandbox, sandbox_for

from ..expr.scope import BindValue, Const
from ..expr.sink import Unsendable
from ..plan.call import Outbound
from ..plan.credential import Memo
from ..plan.explain import Api, Bind, Plan
from ..runtime.bind_files import bound_in_files, read_text
from ..schemes.static import Bearer
from ..values import Secret
from .listener import open_socket
from .server import Job, run_servers
from .stage import NoSandbox, Stage, StandIn

_JOB_S = 60.0


@contextmanager
def set_stage(plan: Plan, environ: Mapping[str, str], elsewhere: Collection[str] = ()) -> Iterator[Stage]:
    """Choose a stand-in for every API but those called elsewhere; what is not set becomes ``sandbox-key``.

    Not so what callers have to know: a secret that everybody can look up would keep nobody out.
    """
    keys = {bind.source: environ.get(bind.source) or DEFAULT_KEY for bind in plan.binds}
    kept = _known_to_callers(plan)
    in_files, _ = bound_in_files(kept, read_text)  # what is wrong with them is told when the plan is bound
    binds = {bind.key: Secret(in_files.get(bind.key) or keys[bind.source]) for bind in plan.binds}
    own = {bind.source for bind in kept if bind.file is None}
    filled = {source: key for source, key in keys.items() if source not in own}
    base_uris, apis, stand_ins = dict[str, str](), dict(plan.apis), list[StandIn]()
    with ExitStack() as stack:
        for name, api in plan.apis.items():
            if name not in elsewhere:
                sandbox = _find(api.base_uri)
                apis[name], key = _played(api, binds)
                stand_in = stack.enter_context(_placed(sandbox, port=0, key=key, job_s=_JOB_S))
                stand_ins.append(stand_in)
                base_uris[name] = stand_in.url + sandbox.base_path
        staged = replace(_without_files(plan, kept), apis=apis)
        yield Stage(staged, base_uris, {**environ, **filled}, tuple(stand_ins))


@asynccontextmanager
async def acting(stand_ins: tuple[StandIn, ...]) -> AsyncIterator[None]:
    """Let stand-ins play while the context lasts."""
    jobs = (Job(each.build(), each.socket) for each in stand_ins)
    async with run_servers(*jobs, grace_s=1):
        yield


@asynccontextmanager
async def play(sandbox: Sandbox, *, port: int, key: str, job_s: float = _JOB_S) -> AsyncIterator[str]:
    """Serve one stand-in on loopback and yield its URL; ``job_s`` is how long a whole job takes."""
    with _placed(sandbox, port=port, key=key, job_s=job_s) as stand_in:
        async with acting((stand_in,)):
            yield stand_in.url


@contextmanager
def _placed(sandbox: Sandbox, *, port: int, key: str, job_s: float) -> Iterator[StandIn]:
    failed = f"the {sandbox.name} sandbox cannot listen on 127.0.0.1:{port}"
    with open_socket("127.0.0.1", port, failed, taken="another port: --port PORT") as bound:
        yield StandIn(partial(sandbox.build, key, job_s), bound)


def _known_to_callers(plan: Plan) -> tuple[Bind, ...]:
    """List the variables that let callers in."""
    verifiers = (surface.verifier for surface in plan.surfaces if surface.verifier is not None)
    keys = {ref.key for verifier in verifiers for ref in verifier.refs() if isinstance(ref, BindValue)}
    return tuple(bind for bind in plan.binds if bind.key in keys)


def _without_files(plan: Plan, kept: Collection[Bind]) -> Plan:
    binds = tuple(bind if bind in kept else replace(bind, file=None) for bind in plan.binds)
    return replace(plan, binds=binds)


def _find(base_uri: str | None) -> Sandbox:
    host = urlsplit(base_uri or "").hostname or ""
    sandbox = sandbox_for(host)
    if sandbox is None:
        known = ", ".join(host for sandbox in SANDBOXES.values() for host in sandbox.hosts)
        raise NoSandbox(
            f"there is no sandbox for {host or 'an API without address'}; there is one for {known}"
        )
    return sandbox


def _played(api: Api, binds: Mapping[str, Secret]) -> tuple[Api, str]:
    """Give the API as it is played, and the bearer token that its stand-in has to accept.

    Its credential shows which one. One that would come from elsewhere is not asked for (D18).
    """
    if api.credential is None:
        return api, DEFAULT_KEY
    try:
        signed = next(api.credential.sign(Outbound("GET", ""), binds, Memo()))
    except Unsendable:  # every call will say so
        return api, DEFAULT_KEY
    if not isinstance(signed, Outbound):
        return replace(api, credential=Bearer(Const(DEFAULT_KEY))), DEFAULT_KEY
    shown = next((value for name, value in signed.headers if name == "Authorization"), "")
    text = shown.reveal() if isinstance(shown, Secret) else shown
    return api, text.removeprefix("Bearer ") or DEFAULT_KEY
