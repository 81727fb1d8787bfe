"""Which of the places where a key was found hold the word, and for how many of them that is worked out.

A word of Han characters is placed in a microsecond. Anything else may be part of another word, a repetition or an
allowed phrase, and costs ten times that. A text in which very many such places are left over is taken to hold there
what it seems to hold: it is nearly nothing but hits, and nobody shall win time by sending one.
"""

from __future__ import annotations

import re
from itertools import accumulate
from operator import ne
from typing import Final, NamedTuple

from policyd.text.admission import admits
from policyd.text.automaton import Ends
from policyd.text.fold import NUMERALS, fold
from policyd.text.hits import Found
from policyd.text.index import Index, Known, Outer
from policyd.text.traits import kind
from policyd.text.verify import Place, place
from policyd.text.views import MAX_NOISE, NOISE, Origin, Views

MOST_CLOSELY: Final = 1_000
MOST_READ: Final = 100  # in other readings of the text
MOST_PLACES: Final = 4_500
MOST_HITS: Final = 12_000
new_found: Final = tuple.__new__  # half the time of `Found(...)`
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

    def hits(self, of: Views, origin: Origin, ends: Ends, runs: Ends) -> list[Found]:
        """The hits among what was found in the key, `ends`, and in the bare text, `runs`: (index after the last
        character, number of the key)."""
        index, text, at, starts = self._index, of.text, origin.at, origin.runs
        keys, entries_of, sure, outer = index.words.keys, index.words.entries, index.sure, index.outer
        found: list[Found] = []
        for looked_at, (last, number) in enumerate(ends):
            if looked_at == MOST_PLACES or len(found) >= MOST_HITS:
                found += summarily(index, origin, ends[looked_at:])
                break
            size = len(keys[number])
            first = last - size
            if sure[number] >= 0:
                near, far = starts[first], starts[last]
                start, end = at[near], at[far - 1] + 1
                if far - near == size == end - start and origin.even:
                    spotted(found, text, start, end, entries_of[number])
                    continue
                if spot := _surely(of, origin, first, last, keys[number]):
                    spotted(found, text, *spot[:2], entries_of[number], noisy=spot.noisy)
                    continue
            elif not entries_of[number] or _within(text, origin, first, last, outer.get(number)):
                continue
            self._doubtful(found, text, origin, (first, last), entries_of[number])
        if runs:
            run_of = list(accumulate(map(ne, of.bare, of.bare[1:]), initial=0))
            for first, number in dict.fromkeys((run_of[last - 1], number) for last, number in runs[:MOST_HITS]):
                self._doubtful(found, text, origin, (first, first + 1), index.runs.entries[number])
        return found

    def admits(self, text: str, where: Place, lexicon: int, word: str) -> bool:
        """Whether the lexicon resists what was done to its word there."""
        return admits(self._index.resist[lexicon], text[where.start : where.end], word)

    def _doubtful(
        self, found: list[Found], text: str, origin: Origin, key: tuple[int, int], entries: tuple[Known, ...]
    ) -> None:
        index, at, runs = self._index, origin.at, origin.runs
        first, last = key
        if self._left <= 0:
            spotted(found, text, at[runs[first]], at[runs[last] - 1] + 1, entries)
            return
        self._left -= len(entries)
        for known in entries:
            where = place(text, origin, first, index.traits_of(known.word), index.rule_of(known))
            if where is not None and (known.phrase or self.admits(text, where, known.lexicon, known.word)):
                found.append(Found(*where, *known))


def spotted(
    found: list[Found], text: str, start: int, end: int, entries: tuple[Known, ...], *, noisy: bool = False
) -> None:
    """Adds the hits of entries that stand there."""
    written = text[start:end]
    for known in entries:
        view = "plain" if written == known[1] else "noise" if noisy else "fold"
        found.append(new_found(Found, (start, end, view, *known)))


def summarily(index: Index, origin: Origin, ends: Ends) -> list[Found]:
    """One hit for each lexicon that seems to have any among these ends, from the first of them to the last."""
    entries = [known for number in {n for _, n in ends} for known in index.words.entries[number]]
    any_of = {known.lexicon: known for known in entries if not known.phrase}
    start = min(origin.at[origin.runs[last - len(index.words.keys[number])]] for last, number in ends)
    end = origin.at[origin.runs[ends[-1][0]] - 1] + 1
    return [Found(start, end, "fold", *known) for known in any_of.values()]


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
    """Whether the place is certainly inside a longer word or number."""
    if outer is None:
        return False
    at, runs = origin.at, origin.runs
    near, far = runs[first], runs[last]
    if outer.left and near and runs[first + 1] - near == 1 and at[near] - at[near - 1] == 1:
        if kind(text[at[near - 1]]) == outer.left:
            return True
    if outer.right and far < len(at) and far - runs[last - 1] == 1 and at[far] - at[far - 1] == 1:
        return kind(text[at[far]]) == outer.right
    return False
