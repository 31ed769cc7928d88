"""What a call was answered before it had to wait, so that it goes on without asking for it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ..values import Json
from ..values.record import dataclass
from .asking import Question
from .call import HttpCall, Outbound
from .errors import StepFailed
from .flow import Answer, Effects


@dataclass(frozen=True, slots=True)
class Record:
    """One answer from outside: what was called, with which status it answered, and what."""

    what: str
    status: int
    value: Json


@dataclass(slots=True)
class Journal:
    """The answers of one call in the order in which they came.

    A call that goes on runs its flow from the beginning, and is given these. That is the same as going on in
    the middle, because steps do nothing but by their effects.
    """

    records: list[Record] = field(default_factory=list)
    _read: int = 0

    def next(self, what: str) -> Record | None:
        """Return the next answer that is kept; None when there are no more.

        Raises StepFailed where it is of something else: the file has changed in between.
        """
        if self._read == len(self.records):
            return None
        found = self.records[self._read]
        if found.what != what:
            raise StepFailed("what this call did before it asked does not fit: call again from the beginning")
        self._read += 1
        return found

    def keep(self, record: Record) -> None:
        self.records.append(record)
        self._read = len(self.records)


@dataclass(frozen=True, slots=True)
class Journaled:
    """Effects that are had once: what the journal has is not done again, what it has not is kept there."""

    effects: Effects
    journal: Journal

    async def fetch(self, call: HttpCall, outbound: Outbound) -> Answer:
        if (kept := self.journal.next(call.name)) is not None:
            return Answer(kept.status, (), kept.value)
        answer = await self.effects.fetch(call, outbound)
        self.journal.keep(Record(call.name, answer.status, answer.value))
        return answer

    async def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Json]:
        what = f"? {', '.join(questions)}"
        if (kept := self.journal.next(what)) is not None:
            return kept.value if isinstance(kept.value, dict) else {}
        answers = await self.effects.ask(questions)
        self.journal.keep(Record(what, 200, {**answers}))
        return answers
