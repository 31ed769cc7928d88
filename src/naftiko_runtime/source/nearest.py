"""The known word that somebody meant: the nearest, found without comparing with each of thousands."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

from ..values.record import dataclass

_NEAR = 0.6  # the share of letters in common from which words are taken for one another
_MAX_WORD = 200
_MANY, _BESIDE = 100, 25
_COMPARED = 12  # of those that have the most letters in common
_LONG, _COMPARED_LONG = 40, 3


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Find the nearest known word, in any case of letters; nothing when none is near."""
    words = _words(tuple(known))
    if (alike := words.in_any_case.get(word.lower())) is not None:
        return alike
    return _nearest(word, words.like(word)) if len(word) <= _MAX_WORD else None


def _nearest(word: str, others: Iterable[str]) -> str | None:
    """Compare, best bound first, until no other can be nearer."""
    letters = Counter(word)
    bounds = sorted(((_bound(word, letters, other), other) for other in others), reverse=True)
    matcher = SequenceMatcher(b=word)
    best = (_NEAR, "")
    for bound in islice(bounds, _COMPARED if len(word) <= _LONG else _COMPARED_LONG):
        if bound < best:
            break
        matcher.set_seq1(bound[1])
        best = max(best, (matcher.ratio(), bound[1]))
    return best[1] or None


def _bound(word: str, letters: Mapping[str, int], other: str) -> float:
    """Tell how near a word is at most: its letters in common, in whatever order."""
    common = sum(min(times, other.count(letter)) for letter, times in letters.items())
    return 2 * common / ((len(word) + len(other)) or 1)


@dataclass(frozen=True, slots=True)
class _Words:
    """Known words; where they are many in the order of their beginnings, and backwards in that of their ends.

    Whoever mistypes one of many words keeps its beginning or its end, so it stands beside what it was to be.
    """

    in_any_case: Mapping[str, str]
    few: Sequence[str]
    forwards: Sequence[str] = ()
    backwards: Sequence[str] = ()

    def like(self, word: str) -> Iterable[str]:
        """List those to compare with."""
        if not self.forwards:
            return self.few
        ends = (other[::-1] for other in _beside(word[::-1], self.backwards))
        return {*_beside(word, self.forwards), *ends}


@lru_cache(maxsize=8)
def _words(known: tuple[str, ...]) -> _Words:
    in_any_case: dict[str, str] = {}
    for word in known:
        in_any_case.setdefault(word.lower(), word)
    words = [word for word in known if len(word) <= _MAX_WORD]
    if len(words) <= _MANY:
        return _Words(in_any_case, words)
    return _Words(in_any_case, (), sorted(words), sorted(word[::-1] for word in words))


def _beside(word: str, others: Sequence[str]) -> Sequence[str]:
    place = bisect_left(others, word)
    return others[max(0, place - _BESIDE) : place + _BESIDE]
