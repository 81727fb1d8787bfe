"""Which of the places where a key was found hold the word, and for how many of them that is worked out closely.

A word that folds to nothing but itself is judged in a microsecond. Anything else may be part of another word, a
repetition or an allowed phrase, and costs ten times that. A text in which very many such places are left over is taken
to hold what it seems to hold: it is nearly nothing but hits, and no time may be won by sending one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from operator import ne
from typing import Final, NamedTuple

from policyd.text.admission import admits
from policyd.text.fold import NUMERALS, fold
from policyd.text.hits import Found
from policyd.text.index import Index, Outer
from policyd.text.verify import Place, place
from policyd.text.views import MAX_NOISE, NOISE, Origin, Views

MOST_CLOSELY: Final = 1_000
MOST_READ: Final = 300  # in other readings of the text
_COUNTED: Final = re.compile(f"[{NUMERALS}]{{2}}")


class Spot(NamedTuple):
    """Where a word stands, and whether noise stands between its characters."""

    start: int
    end: int
    noisy: bool


class Judge:
    """Judges the places of a text, the first `most` of the doubtful ones closely."""

    def __init__(self, index: Index, most: int = MOST_CLOSELY) -> None:
        self._index = index
        self._left = most

    @property
    def weary(self) -> bool:
        """Whether nothing more is judged closely."""
        return self._left <= 0

    def hits(
        self, of: Views, origin: Origin, ends: list[tuple[int, int]], runs: list[tuple[int, int]]
    ) -> Iterator[Found]:
        """The hits among what was found in the key, `ends`, and in the bare text, `runs`: (index after the last
        character, number of the key)."""
        index, words = self._index, self._index.words
        sure, keys = index.sure, words.keys
        for last, number in ends:
            key = keys[number]
            first = last - len(key)
            if sure[number] >= 0 and (spot := _surely(of, origin, first, last, key)):
                start, end, noisy = spot
                for entry in words.entries[number]:
                    known = index.entries[entry]
                    yield Found(start, end, view(of.text[start:end], known.word, noisy), *known)
            elif words.entries[number] and not _within(of.text, origin, first, last, index.outer.get(number)):
                yield from self._doubtful(of.text, origin, first, last, words.entries[number])
        if runs:
            run_of = list(accumulate(map(ne, of.bare, of.bare[1:]), initial=0))
            for first, number in dict.fromkeys((run_of[last - 1], number) for last, number in runs):
                yield from self._doubtful(of.text, origin, first, first + 1, index.runs.entries[number])

    def admits(self, text: str, where: Place, lexicon: int, word: str) -> bool:
        """Whether the lexicon resists what was done to its word there."""
        return admits(self._index.resist[lexicon], text[where.start : where.end], word)

    def _doubtful(self, text: str, origin: Origin, first: int, last: int, entries: list[int]) -> Iterator[Found]:
        index = self._index
        for entry in entries:
            known = index.entries[entry]
            if self._left <= 0:
                start, end = origin.at[origin.runs[first]], origin.at[origin.runs[last] - 1] + 1
                yield Found(start, end, view(text[start:end], known.word, noisy=False), *known)
                continue
            self._left -= 1
            where = place(text, origin, first, index.traits_of(entry), index.rule_of(known))
            if where is not None and (known.phrase or self.admits(text, where, known.lexicon, known.word)):
                yield Found(*where, *known)


def view(written: str, word: str, noisy: bool) -> str:
    """The name of the view in which a word is found that was not repeated, split or heard."""
    return "plain" if written == word else "noise" if noisy else "fold"


def _surely(of: Views, origin: Origin, first: int, last: int, key: str) -> Spot | None:
    """Where the characters of a key stand that is certain to be its word; None when that has to be judged: where one
    of them is repeated, is a part of a character of the text, or stands far from the next."""
    at, runs = origin.at, origin.runs
    near, far = runs[first], runs[last]
    if far - near != len(key):
        return None
    start, end = at[near], at[far - 1] + 1
    if (near and at[near - 1] == start) or (far < len(at) and at[far] == end - 1):
        return None
    wider = end - start - len(key)
    if not wider:
        return Spot(start, end, noisy=False)
    if not 0 < wider <= MAX_NOISE or _COUNTED.search(key):
        return None
    return Spot(start, end, of.folded is of.text or NOISE.search(fold(of.text[start:end])) is not None)


def _within(text: str, origin: Origin, first: int, last: int, outer: Outer | None) -> bool:
    """Whether the place is certainly inside a longer word or number of ASCII characters."""
    if outer is None:
        return False
    at, runs = origin.at, origin.runs
    near, far = runs[first], runs[last]
    if outer.left and near and runs[first + 1] - near == 1 and at[near] - at[near - 1] == 1:
        before = text[at[near - 1]]
        if before.isascii() and outer.left(before):
            return True
    if outer.right and far < len(at) and far - runs[last - 1] == 1 and at[far] - at[far - 1] == 1:
        after = text[at[far]]
        return after.isascii() and outer.right(after)
    return False
