"""Runs Naftiko capability files: ``compile`` a file into a plan, ``serve`` the plan.

``load`` gives the file as its author wrote it. All three raise CompileError with every mistake.
"""

from __future__ import annotations

__version__ = "0.1.0"

from .app.compiler import CompileError, compile, load  # noqa: E402 - the rooms read the version
from .app.serve import Options, serve, serving  # noqa: E402
from .plan.explain import Plan  # noqa: E402
from .runtime.bindings import BindError  # noqa: E402
from .spec.document import Document  # noqa: E402

__all__ = [
    "BindError",
    "CompileError",
    "Document",
    "Options",
    "Plan",
    "__version__",
    "compile",
    "load",
    "serve",
    "serving",
]
