"""Where a capability file comes from: a path, a URL, standard input, or the samples of this package."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..values.later import later
from ..values.record import dataclass
from .failure import Failure

if TYPE_CHECKING:
    from . import fetching
else:
    fetching = later(".fetching", __package__)

_PACKAGE = Path(__file__).resolve().parent.parent
# an installed package carries its samples; in a checkout they stand at the top
_SAMPLES = (_PACKAGE / "capabilities", _PACKAGE.parent.parent / "capabilities")
_ELSEWHERE = re.compile(r"https?://|sample:")
_LIMIT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """A capability's text and the name that diagnostics show."""

    text: str
    name: str

    @property
    def folder(self) -> Path | None:
        """Where the files stand that it may import; a text from elsewhere has none."""
        return None if self.name == "<stdin>" or is_elsewhere(self.name) else Path(self.name).parent


def is_elsewhere(place: str) -> bool:
    """Tell whether a place is something else than a path."""
    return place == "-" or _ELSEWHERE.match(place) is not None


def read_origin(place: str) -> Origin:
    """Read a capability from ``FILE``, ``https://…``, ``-`` or ``sample:NAME``; raises Failure."""
    try:
        data, name = _read(place)
    except (OSError, ValueError) as error:
        raise Failure(f"cannot read {place}: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > _LIMIT_BYTES:
        raise Failure(f"cannot read {place}: it is larger than {_LIMIT_BYTES} bytes")
    try:
        return Origin(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        raise Failure(f"cannot read {place}: byte {error.start} is not UTF-8") from None


def sample_names() -> tuple[str, ...]:
    """List the capabilities that come with the package."""
    return tuple(sorted({path.stem for folder in _SAMPLES for path in folder.glob("*.yaml")}))


def _read(place: str) -> tuple[bytes, str]:
    if place == "-":
        return sys.stdin.buffer.read(_LIMIT_BYTES + 1), "<stdin>"
    if place.startswith(("https://", "http://")):
        return fetching.fetch(place, _LIMIT_BYTES + 1), place
    if place.startswith("sample:"):
        return _sample(place.removeprefix("sample:")), place
    with Path(place).open("rb") as file:
        return file.read(_LIMIT_BYTES + 1), place


def _sample(name: str) -> bytes:
    if name not in sample_names():
        raise ValueError(f"no such sample; there is {', '.join(sample_names())}")
    return next(path for folder in _SAMPLES if (path := folder / f"{name}.yaml").is_file()).read_bytes()
