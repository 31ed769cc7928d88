"""The files of a directory as resources: what is in it, and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterator
from mimetypes import MimeTypes
from pathlib import Path
from urllib.parse import quote, unquote

_MOST = 10_000
# not those of the machine, so that every machine says the same
_TYPES = MimeTypes(filenames=())
_TYPES.add_type("text/markdown", ".md")
_TYPES.add_type("application/yaml", ".yaml")
_TYPES.add_type("application/yaml", ".yml")


def media_type_of(path: str) -> str | None:
    return _TYPES.guess_type(path)[0]


def list_files(root: Path) -> tuple[str, ...]:
    """List the files below a directory by their paths from it; hidden ones and links are not there."""
    found = sorted(path.relative_to(root).as_posix() for path in _files(root))
    return tuple(found[:_MOST])


def _files(folder: Path) -> Iterator[Path]:
    try:
        entries = [*folder.iterdir()]
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _files(entry)
        elif entry.is_file():
            yield entry


def uri_of(base: str, relative: str) -> str:
    return f"{base.rstrip('/')}/{quote(relative)}"


def path_of(root: Path, base: str, uri: str) -> tuple[Path, str] | None:
    """Find the file that a URI means, and its path from the directory; None when there is no such file.

    A way that leaves the directory, by a step upwards or by a link, leads nowhere.
    """
    start = f"{base.rstrip('/')}/"
    if not uri.startswith(start):
        return None
    names = [unquote(name) for name in uri[len(start) :].split("/")]
    if any(not name or name.startswith(".") or set(name) & set("/\\\0:") for name in names):
        return None
    path = root.joinpath(*names)
    steps = [path, *path.parents][: len(names)]
    if any(step.is_symlink() for step in steps) or not path.is_file():
        return None
    return path, "/".join(names)
