"""What is logged while serving."""

from __future__ import annotations

import logging
import sys

_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def set_up_logging(level: str | None) -> None:
    """Log to standard error, one line an event; libraries speak up from warnings on."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format=_LINE)
    logging.getLogger("naftiko").setLevel((level or "info").upper())
    # its warnings name sessions, and who knows the name of one may use it
    logging.getLogger("mcp.server.streamable_http_manager").setLevel(logging.ERROR)
    # our boundary tells failures to callers and to the log; uvicorn would tell them again with a stack
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)


def name_process(name: str) -> None:
    """Say in each line from now on which of several processes it comes from."""
    formatter = logging.Formatter(_LINE.replace("%(name)s", f"[{name}] %(name)s"))
    for handler in logging.getLogger().handlers:
        handler.setFormatter(formatter)
