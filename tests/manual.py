"""What the examples of the manual mean: files, and a command with its environment."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from certifying import Authority
from naftiko_runtime.app.compiler import compile_text
from naftiko_runtime.cli.manual import Entry, Manual
from naftiko_runtime.cli.parser import parser_of_naftiko
from naftiko_runtime.plan.explain import Plan
from naftiko_runtime.rules.lint import RULES, lint
from naftiko_runtime.runtime.bindings import BindError, bind
from naftiko_runtime.source.diagnostics import Diagnostic, Report, Span
from naftiko_runtime.source.tree import Key, Positions, Source, load
from naftiko_runtime.values import Json
from naftiko_runtime.values.json import encode_text

FILE = "example.yaml"
BESIDE = "shop.yaml"
UNCHANGED = "{}"
WHOLE = re.compile(r"(naftiko|ikanos): ")
_ENDS = {"client": 1, "ended": -1, "other": 1}
CHECK, RUN = "naftiko check shop.yaml", "SHOP_TOKEN=s3cret naftiko run shop.yaml"

Place = tuple[Key, ...]


@dataclass(frozen=True)
class Example:
    """A capability with a command to run it, and the files beside it."""

    change: str
    capability: str
    command: str
    beside: dict[str, str]

    @classmethod
    def of(cls, entry: Entry, kind: str, manual: Manual) -> "Example":
        """Take the blocks of one kind together."""
        blocks = {(block.name, block.language): block.text for block in entry.blocks}
        beside = {name: text for (name, _), text in blocks.items() if name not in ("bad", "good")}
        change = blocks.get((kind, "yaml"), UNCHANGED)
        is_whole = entry.code.startswith(("Y", "D00")) or WHOLE.match(change)
        capability = change if is_whole else changed(manual.base, change)
        command = blocks.get((kind, "sh"), RUN if entry.code.startswith("B") else CHECK)
        return cls(change, capability, command, {BESIDE: manual.base} | beside)

    def __str__(self) -> str:
        return self.command if self.change == UNCHANGED else self.change

    def said(self, folder: Path) -> list[Diagnostic]:
        """Compile and look at it by all rules; bind as the command would."""
        for name, text in (self.beside | certificates()).items():
            (folder / name).write_text(text, encoding="utf-8")
        is_piped = " - " in self.command
        compiled = compile_text(self.capability, FILE, None if is_piped else folder)
        if compiled.document is not None:
            lint(compiled.document, compiled.report, RULES)
        return [*compiled.report, *self._unbound(compiled.plan)]

    def _unbound(self, plan: Plan | None) -> Iterator[Diagnostic]:
        words = shlex.split(self.command)
        start = words.index("naftiko")
        environ = dict(word.split("=", 1) for word in words[:start])
        arguments = parser_of_naftiko().parse_args(words[start + 1 :])
        if plan is not None and arguments.command == "run":
            try:
                bind(plan, environ, dict(arguments.base_uri))
            except BindError as error:
                yield from error.diagnostics

    def concerns(self, span: Span, good: "Example") -> bool:
        """Tell whether a place is where the example makes its mistake, or around or below that."""
        if self.change == UNCHANGED:  # the mistake is in the command
            return True
        if self.change == self.capability:
            return any(first <= span.line <= last for first, last in differing(self.change, good.change))
        here = [place for place, at in places(parsed(self.capability).positions) if at == span]
        touched = list(leaves(parsed(self.change).data))
        return any(place[: len(leaf)] == leaf[: len(place)] for place in here for leaf in touched)


@cache
def certificates() -> dict[str, str]:
    """Make the certificates that stand beside all examples."""
    authority = Authority("example")
    own, ended, other = (authority.issue(name, begins=-9, ends=ends) for name, ends in _ENDS.items())
    pairs = {"client.pem": own, "ended.pem": ended, "other.pem": other}
    texts = {name: pair.certificate + pair.key for name, pair in pairs.items()}
    return texts | {"encrypted.pem": own.encrypted("s3cret")}


def parsed(text: str) -> Source:
    report = Report()
    source = load(text, FILE, report)
    assert source is not None, f"{text}\n{report}"
    assert report.items == []
    return source


def changed(base: str, change: str) -> str:
    return encode_text(merged(parsed(base).data, parsed(change).data))


def merged(base: Json, change: Json) -> Json:
    """Put a change into its place; null takes away what stands there."""
    if isinstance(base, dict) and isinstance(change, dict):
        both = base | {key: merged(base.get(key), value) for key, value in change.items()}
        return {key: value for key, value in both.items() if change.get(key, value) is not None}
    if isinstance(base, list) and isinstance(change, list):
        kept = base[len(change) :]
        return [merged(old, new) for old, new in zip(base, change, strict=False)] + change[len(base) :] + kept
    return change


def places(positions: Positions, above: Place = ()) -> Iterator[tuple[Place, Span]]:
    """List where everything but the whole file was written."""
    for key, below in positions.children.items():
        yield (*above, key), below.span
        yield from places(below, (*above, key))


def leaves(change: Json, above: Place = ()) -> Iterator[Place]:
    """List what a change writes or takes away."""
    below = (
        change.items() if isinstance(change, dict) else enumerate(change) if isinstance(change, list) else ()
    )
    for key, value in below:
        yield from leaves(value, (*above, key))
    if not isinstance(change, dict | list):
        yield above


def differing(bad: str, good: str) -> Iterator[tuple[int, int]]:
    """List the lines of a bad file that are not those of the good one, with the ones around them."""
    matcher = SequenceMatcher(None, bad.splitlines(), good.splitlines(), autojunk=False)
    for word, start, end, _, _ in matcher.get_opcodes():
        if word != "equal":
            yield start, end + 1
