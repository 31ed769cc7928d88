"""Takes a text through everything that happens to a file before the first request."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from naftiko_runtime.app.compiler import Compiled, compile_text
from naftiko_runtime.exposers.rest.openapi import describe
from naftiko_runtime.exposers.rest.router import build_router
from naftiko_runtime.expr.scope import Scope
from naftiko_runtime.plan.call import HttpCall
from naftiko_runtime.plan.errors import InvalidArguments
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.plan.flow import Flow
from naftiko_runtime.plan.surfaces import Operation, PassThrough, RestSurface
from naftiko_runtime.runtime.bindings import BindError, bind
from naftiko_runtime.values import Secret
from naftiko_runtime.values.json import encode_text
from oracle.arguments import made

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
# where files stand that others import
BESIDE = ROOT / "tests" / "golden" / "imports"


@dataclass(frozen=True)
class Probed:
    """What a text gave: the codes that were said, whether there is a plan, and the CPU time it took."""

    codes: frozenset[str]
    has_plan: bool
    took_s: float


def seeds(*, everything: bool) -> list[str]:
    """Read the files that are to be broken; ``everything`` takes the real ones too, if they are there."""
    found = [*ROOT.glob("capabilities/*.yaml"), *ROOT.glob("tests/golden/*/capability.yaml")]
    found += [*ROOT.glob("tests/dialects/*/old.yaml"), *ROOT.glob("tests/corpus/*.yaml")]
    if everything:
        found += [path for path in CORPUS.rglob("*.yaml") if path.is_file()]
    return [path.read_text(encoding="utf-8") for path in sorted(found)]


def probe(text: str) -> Probed:
    """Compile a text and use what comes out; whatever this raises is a mistake of ours."""
    began = time.process_time()
    result = compile_text(text, "probe.yaml", BESIDE)
    _say(result)
    if result.plan is not None:
        _use(result.plan)
    took_s = time.process_time() - began
    return Probed(frozenset(item.code for item in result.report), result.plan is not None, took_s)


def _say(result: Compiled) -> None:
    assert (result.plan is None) is result.report.has_errors, str(result.report)
    encode_text([item.as_json() for item in result.report])
    str(result.report).encode("utf-8", "backslashreplace")
    for item in result.report:
        assert item.span.line > 0
        assert item.span.column > 0


def _use(plan: Plan) -> None:
    plan.explain()
    for surface in plan.surfaces:
        if isinstance(surface, RestSurface):
            build_router(surface.routes).find(b"/v1/jobs/a%2Fb/x")
            encode_text(describe(surface, title=plan.title, version=plan.version))
    try:
        bind(plan, {})
    except BindError as error:
        str(error)
    secrets = {each.key: Secret("s3/é") for each in plan.binds}
    for operation in plan.operations():
        _call(operation, secrets)


def _call(operation: Operation, secrets: dict[str, Secret]) -> None:
    """Render what a call with every argument would send; only arguments may be refused."""
    encode_text(operation.contract.schema())
    arguments = made((param.name, param.kind) for param in operation.contract.params)
    for call in _calls(operation):
        try:
            call.render(Scope(operation.contract.bind(arguments), secrets))
        except InvalidArguments as error:
            str(error)


def _calls(operation: Operation) -> Iterator[HttpCall]:
    body = operation.body
    if isinstance(body, PassThrough):
        yield body.call
    elif isinstance(body, Flow):
        yield from body.calls
