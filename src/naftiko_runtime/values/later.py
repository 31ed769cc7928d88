"""Modules that most processes never need, and whose libraries take long to import.

The one way here to import late; docs/architecture.md says for what. A module is named twice, so that types
and room contracts see it::

    if TYPE_CHECKING:
        from . import html
    else:
        html = later(".html", __package__)
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType


def later(name: str, package: str | None = None) -> ModuleType:
    """Stand for a module that is imported when something of it is first asked for."""
    return _Later(name, package)


class _Later(ModuleType):
    def __init__(self, name: str, package: str | None) -> None:
        super().__init__(name)
        self.__package__ = package

    def __getattr__(self, name: str) -> object:
        return getattr(import_module(self.__name__, self.__package__), name)
