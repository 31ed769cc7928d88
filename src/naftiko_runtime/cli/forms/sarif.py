"""SARIF 2.1.0, which code scanning services read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from urllib.parse import quote

from ... import __version__
from ...source.diagnostics import Diagnostic
from ...values import Json
from ...values.json import encode_pretty
from ..checking import Checked
from ..complaint import is_wrong
from ..manual import Entry, read_manual
from ..origin import is_elsewhere

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write_sarif(files: Iterable[Checked], strict: bool) -> Iterator[str]:
    """Write one run when the last file has been checked."""
    checked = list(files)
    found = [item for file in checked for item in file.found]
    codes, manual = sorted({item.code for item in found}), read_manual().entries
    rules: list[Json] = [_rule(manual[code]) for code in codes]
    driver: Json = {"name": "naftiko", "version": __version__, "rules": rules}
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(checked)],
        "results": [_result(item, codes.index(item.code), is_wrong(item, strict=strict)) for item in found],
    }
    yield encode_pretty({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}).decode() + "\n"


def _rule(entry: Entry) -> Json:
    return {
        "id": entry.code,
        "shortDescription": {"text": entry.meaning},
        "help": {"text": entry.advice or entry.meaning},
    }


def _result(item: Diagnostic, rule: int, wrong: bool) -> Json:
    said = f"{item.message}\nhint: {item.hint}" if item.hint else item.message
    region: Json = {"startLine": item.span.line, "startColumn": item.span.column}
    place: Json = {"artifactLocation": {"uri": _uri(item.span.file)}, "region": region}
    return {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": "error" if wrong else "warning",
        "message": {"text": said},
        "locations": [{"physicalLocation": place}],
    }


def _invocation(checked: Iterable[Checked]) -> Json:
    """Say which files could not be checked, and why."""
    told: list[Json] = [
        {
            "level": "error",
            "message": {"text": file.reason},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(file.name)}}}],
        }
        for file in checked
        if file.reason
    ]
    return {"executionSuccessful": not told, "toolExecutionNotifications": told}


def _uri(name: str) -> str:
    if is_elsewhere(name):
        return quote(name, safe="/:?=&%#[]@!$'()*+,;~")
    path = PurePath(name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
