"""How often the garbage collector walks through what lives: seldom while much is made, never what stays."""

from __future__ import annotations

import atexit
import gc

_SELDOM = 200_000  # imports and plans are many objects and no garbage
_USUAL = (700, 10, 10)


def collect_seldom() -> None:
    """Leave the collector nearly idle until something serves; what runs shorter ends without it."""
    gc.set_threshold(_SELDOM)
    atexit.register(gc.freeze)  # else the interpreter walks all there is before it forgets it


def keep_all() -> None:
    """Say that what lives now lives on, so that the collector does not walk it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_USUAL)
