"""``naftiko sandbox``: a stand-in of a real API on loopback, until told to stop."""

from __future__ import annotations

import asyncio
import sys
from argparse import Namespace

from naftiko_sandbox import DEFAULT_KEY, SANDBOXES

from ..app.collecting import keep_all
from ..app.listener import ListenError
from ..app.loop import run, signals
from ..app.sandbox import play
from ..source.diagnostics import did_you_mean
from .failure import Failure
from .logs import set_up_logging


def sandbox(arguments: Namespace) -> int:
    """Serve a stand-in; fails when there is none of that name or the port is taken."""
    set_up_logging(arguments.log_level)
    if arguments.name not in SANDBOXES:
        hint = did_you_mean(arguments.name, SANDBOXES) or f"there is {', '.join(SANDBOXES)}"
        raise Failure(f"no sandbox {arguments.name!r}; {hint}")
    try:
        run(_play(arguments))
    except ListenError as error:
        raise Failure(str(error)) from None
    return 0


async def _play(arguments: Namespace) -> None:
    chosen, key = SANDBOXES[arguments.name], arguments.key or DEFAULT_KEY
    stopped = asyncio.Event()
    with signals(stopped):
        async with play(chosen, port=arguments.port, key=key, job_s=arguments.job_seconds) as url:
            keep_all()
            accepts = "the given key" if arguments.key else f"the bearer token {key}"
            print(f"{chosen.title} sandbox on {url}{chosen.base_path}, accepts {accepts}", file=sys.stderr)
            print(
                f"nothing real is called; its request log is at {url}/__sim__/log",
                file=sys.stderr,
                flush=True,
            )
            await stopped.wait()
