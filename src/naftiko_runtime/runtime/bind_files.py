"""Values of bound variables that stand in files: JSON, YAML, or lines of ``NAME=value``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import TypeAlias

from dotenv import dotenv_values

from ..formats.yaml import read_yaml_as_written
from ..plan.explain import Bind, BindFile
from ..source.diagnostics import Diagnostic, Severity
from ..values import Json
from ..values.json import decode_as_written

Reader: TypeAlias = Callable[[Path], str]
"""Gives the text of a file; raises OSError, or ValueError with a reason that quotes nothing of it."""

_Needed: TypeAlias = tuple[Bind, BindFile]

_LIMIT_BYTES = 1024 * 1024


def read_text(path: Path) -> str:
    """Read a file within limits, with or without a byte order mark."""
    with path.open("rb") as file:
        data = file.read(_LIMIT_BYTES + 1)
    if len(data) > _LIMIT_BYTES:
        raise ValueError(f"it is larger than {_LIMIT_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None


def bound_in_files(binds: Iterable[Bind], read: Reader) -> tuple[Mapping[str, str], tuple[Diagnostic, ...]]:
    """Find what stands in files, by the keys of the binds, and say all that does not; nothing is quoted."""
    by_path: dict[Path, list[_Needed]] = {}
    for bind in binds:
        if bind.file is not None:
            by_path.setdefault(bind.file.path, []).append((bind, bind.file))
    values: dict[str, str] = {}
    problems: list[Diagnostic] = []
    for path, needed in by_path.items():
        try:
            data = _decode(path, read(path))
        except (OSError, ValueError) as error:
            problems.append(_unreadable(needed, error))
        else:
            values |= {bind.key: _text(_value(data, bind.source)) for bind, _ in needed}
            problems += _unusable(data, needed)
    return values, tuple(problems)


def needs(bind: Bind) -> str:
    """Say who needs a value, to end a sentence."""
    return f"bind {bind.key!r} needs it for {_places((bind,))}"


def _places(binds: Iterable[Bind]) -> str:
    uses = dict.fromkeys(f"{use.what} (line {use.span.line})" for bind in binds for use in bind.uses)
    return ", ".join(list(uses)[:4])


def _decode(path: Path, text: str) -> Mapping[str, Json]:
    """Read a text by the name of its file; what has no known ending is JSON."""
    name = path.name.lower()
    if name.endswith((".yaml", ".yml")):
        data = read_yaml_as_written(text)
    elif name.endswith(".env") or (name.startswith(".env.") and not name.endswith(".json")):
        data = dict[str, Json](dotenv_values(stream=StringIO(text), interpolate=False))
    else:
        data = decode_as_written(text)
    if not isinstance(data, dict):
        raise ValueError("it is not a mapping of keys to values")  # noqa: TRY004  what decoders raise
    return data


def _value(data: Mapping[str, Json], key: str) -> Json:
    """Look a key up as it is, then as a path into mappings; what nobody wrote is null."""
    if key in data:
        return data[key]
    value: Json = dict(data)
    for name in key.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Json) -> str:
    """Write a value; nothing, lists and mappings, which are reported, are empty."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, list | dict) else str(value)


def _unusable(data: Mapping[str, Json], needed: Iterable[_Needed]) -> Iterator[Diagnostic]:
    """Say which values are not there (B006), and which are no texts (B007)."""
    for bind, file in needed:
        value = _value(data, bind.source)
        subject, place = f"{bind.source!r}", f"{file.location!r}"
        if isinstance(value, dict | list):
            kind = "mapping" if isinstance(value, dict) else "list"
            hint = f"name what stands in it: '{bind.source}.KEY'" if isinstance(value, dict) else None
            yield _error("B007", f"{subject} in {place} is a {kind}; {needs(bind)}", bind, hint)
        elif not _text(value).strip():
            yield _error("B006", f"{subject} is missing or empty in {place}; {needs(bind)}", bind)


def _unreadable(needed: list[_Needed], error: Exception) -> Diagnostic:
    """Say once why a file cannot be read (B005)."""
    file = needed[0][1]
    reason = getattr(error, "strerror", None) or error
    places = _places(bind for bind, _ in needed)
    message = f"cannot read {file.location!r}, which is needed for {places}: {reason}"
    hint = f"it is looked for at {file.path}" if isinstance(error, OSError) else None
    return Diagnostic("B005", message, file.span, Severity.ERROR, hint)


def _error(code: str, message: str, bind: Bind, hint: str | None = None) -> Diagnostic:
    return Diagnostic(code, message, bind.span, Severity.ERROR, hint)
