"""A surface whose calls take their time, and tell how they go."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from naftiko_runtime.exposers.mcp.needs import STREAMED_BYTES
from naftiko_runtime.expr.path import Root
from naftiko_runtime.expr.shape import Selected
from naftiko_runtime.expr.template import PathTemplate
from naftiko_runtime.plan.call import Headers, HttpCall
from naftiko_runtime.plan.contract import Contract
from naftiko_runtime.plan.flow import Answer, Flow
from naftiko_runtime.plan.surfaces import (
    Context,
    McpResource,
    McpSurface,
    McpTool,
    Operation,
    PassThrough,
    Result,
)
from naftiko_runtime.plan.uris import UriPattern
from naftiko_runtime.steps.call import CallStep
from naftiko_runtime.values import Json

CALL = HttpCall(api="shop", name="shop.model.get", method="GET", path=PathTemplate(("/model",)))
STEPS_OF = {"steps": ("first", "second"), "single": ("only",)}
STEPS = [
    (0, 2, "step 'first', 1 of 2"),
    (1, 2, "step 'second', 2 of 2"),
    (2, 2, "2 of 2 steps are done"),
]


@dataclass(frozen=True)
class Model:
    """An answer in pieces of 40,000 bytes, whose length is told or not; more text than a stream takes."""

    size: int = 2 << 20
    is_told: bool = False
    media_type: str = "text/plain"
    status: int = 200

    @property
    def headers(self) -> Headers:
        told = (("Content-Length", str(self.size)),) if self.is_told else ()
        return (("Content-Type", self.media_type), *told)

    async def chunks(self) -> AsyncIterator[bytes]:
        for at in range(0, self.size, 40_000):
            yield b"a" * min(40_000, self.size - at)


MODELS = {
    "model": Model(),
    "file": Model(STREAMED_BYTES, True, "application/zip"),
    "image": Model(STREAMED_BYTES, False, "image/png"),
    "large": Model(3 << 20, True, "application/zip"),
    "small": Model(60_000, True, "application/zip"),
}
LIMITS = {"file": STREAMED_BYTES, "image": STREAMED_BYTES, "large": 4 << 20, "small": STREAMED_BYTES}


def invoke(
    operation: Operation, raw: Mapping[str, Json], context: Context
) -> AbstractAsyncContextManager[Result]:
    @asynccontextmanager
    async def run() -> AsyncIterator[Result]:
        if operation.name == "shop.steps":
            await context.watch(0, 2, "first")
            await context.watch(1, 2, "second")
            await context.watch(2, 2, "")
            yield Answer(200, (), "done")
        elif operation.name == "shop.single":
            await context.watch(0, 1, "only")
            await context.watch(1, 1, "")
            yield Answer(200, (), "done")
        else:
            yield MODELS[operation.name.removeprefix("shop.")]

    return run()


def tool(name: str) -> McpTool:
    steps = tuple(CallStep(each, CALL) for each in STEPS_OF.get(name, ()))
    body = Flow(steps, Selected(Root())) if steps else PassThrough(CALL, limit_bytes=LIMITS.get(name))
    return McpTool(name, None, Operation(f"shop.{name}", "", Contract(), body), {})


STATED = Operation("shop.stated", "", Contract(), Flow((), Selected(Root())))
SURFACE = McpSurface(
    "shop",
    "",
    None,
    9090,
    tuple(tool(name) for name in (*STEPS_OF, *MODELS)),
    resources=(McpResource("it", None, "", UriPattern("shop://it"), operation=STATED),),
)
