"""What errors of a consumed API mean to callers, where the file says so."""

from __future__ import annotations

from collections.abc import Iterable

from ..expr.path import Path
from ..values import Json
from ..values.json import decode
from ..values.record import dataclass
from .call import Headers
from .errors import Meaning, UpstreamExplained

_WORDS_LIMIT = 500
_FAMILIES = {f"{digit}xx": frozenset(range(digit * 100, digit * 100 + 100)) for digit in (4, 5)}


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """A rule for some statuses, perhaps with something in the body; ``message`` may be a path into it."""

    statuses: frozenset[int]
    code: str
    when: Path | None = None
    equals: str | None = None
    message: str | Path | None = None
    hint: str | None = None
    is_retryable: bool | None = None
    retry_after_s: int | None = None

    def __str__(self) -> str:
        where = "" if self.when is None else f" with {self.when}"
        what = "" if self.equals is None else f" = {self.equals}"
        return f"{_shown(self.statuses)}{where}{what}: {self.code}"

    def applies(self, status: int, value: Json) -> bool:
        if status not in self.statuses:
            return False
        if self.when is None:
            return True
        found = self.when.select(value)
        return found is not None if self.equals is None else _text(found) == self.equals

    def words(self, value: Json) -> str | None:
        """Say what it means in the words of the file or of the upstream."""
        if self.message is None or isinstance(self.message, str):
            return self.message
        return _text(self.message.select(value))[:_WORDS_LIMIT] or None


def _shown(statuses: frozenset[int]) -> str:
    whole = {name: family for name, family in _FAMILIES.items() if family <= statuses}
    single = statuses.difference(*whole.values())
    return ", ".join((*map(str, sorted(single)), *whole))


def explain_error(
    rules: Iterable[ErrorRule], status: int, headers: Headers, body: bytes
) -> UpstreamExplained | None:
    """Find what an error means; the first rule that applies says it."""
    value = _read(body)
    rule = next((rule for rule in rules if rule.applies(status, value)), None)
    if rule is None:
        return None
    meaning = Meaning(rule.code, rule.words(value), rule.hint, rule.is_retryable, rule.retry_after_s)
    return UpstreamExplained(status, headers, body, meaning)


def _read(body: bytes) -> Json:
    try:
        return decode(body)
    except (ValueError, RecursionError):
        return None


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, dict | list) else str(value)
