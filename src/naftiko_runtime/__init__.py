"""Runs Naftiko capability files: ``compile`` a file into a plan, ``serve`` the plan.

``load`` gives the file as its author wrote it. All three raise CompileError with every mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app.compiler import CompileError, compile, load
    from .app.opening import Options
    from .app.serve import serve, serving
    from .plan.explain import Plan
    from .runtime.bindings import BindError
    from .spec.document import Document

__version__ = "0.1.0"

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

_HOMES: Mapping[str, str] = MappingProxyType(
    {
        "BindError": ".runtime.bindings",
        "CompileError": ".app.compiler",
        "Document": ".spec.document",
        "Options": ".app.opening",
        "Plan": ".plan.explain",
        "compile": ".app.compiler",
        "load": ".app.compiler",
        "serve": ".app.serve",
        "serving": ".app.serve",
    }
)


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: a health check needs none of it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
