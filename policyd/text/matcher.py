"""Finding the words of all lexicons in a text, with one automaton."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final
from weakref import WeakSet

from policyd.text.automaton import Ends
from policyd.text.examine import examine, locate, readings_of
from policyd.text.fold import FOLDABLE, is_even, translated
from policyd.text.hits import NOTHING, Found, Hits
from policyd.text.index import PARTS, UNSURE, Index
from policyd.text.lexicon import Entry, Lexicon
from policyd.text.readings import CAUSE, Reading
from policyd.text.views import LONG_NOISE, NOISE, RUN, Views, without_runs


class Matcher:
    """Immutable after `build`, and safe to search from several threads. `names` are those of its lexicons, in the
    order of the bits of `Hits.bits`."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self.lexicons = tuple(lexicons)
        self.names: tuple[str, ...] = tuple(lexicon.name for lexicon in lexicons)
        self._index = Index(lexicons)
        self._find = self._index.words.find
        self._sure = self._index.sure
        self._run_cause = self._index.run_cause
        self._literal_cause = self._index.literal_cause
        self._by_sound = bool(self._index.sounds)

    @classmethod
    def build(cls, lexicons: Sequence[Lexicon]) -> Matcher:
        """A matcher for all entries of these lexicons: one that is in use already, where a large one has the same
        words. Entries that fold to nothing are left out."""
        if sum(len(lexicon.entries) for lexicon in lexicons) < _LARGE:
            return cls(lexicons)
        for known in list(_large):
            if _same(known.lexicons, lexicons):
                return known
        built = cls(lexicons)
        _large.add(built)
        return built

    def search(self, text: str) -> Hits:
        """All words that stand in the text. Never raises, whatever the text."""
        # The same as `views(text)`, written out: most messages get no further than this.
        folded = translated(text) if FOLDABLE.search(text) else text
        bare = folded if folded.isalnum() else "".join(NOISE.split(folded))
        key = without_runs(bare) if RUN.search(bare) else bare
        ends = self._find(key)
        bits = self._certain(ends, key) if ends else 0
        readings: Sequence[Reading] = ()
        if folded is not text and CAUSE.search(text):
            readings = readings_of(self._index, text, ends)
            if bits and not (bare is folded and is_even(text)):
                bits = UNSURE  # digits part words otherwise than what is no digit
        if (
            bits == UNSURE
            or readings
            or (key is not bare and self._run_cause and self._run_cause.search(bare))
            or (self._literal_cause and self._literal_cause.search(folded))
            or (bits and bare is not folded and LONG_NOISE.search(folded))
            or self._by_sound
        ):
            found = examine(self._index, Views(text, folded, bare, key), ends, readings)
            return Hits(text, self.names, _bits(found), found) if found else NOTHING
        if not bits:
            return NOTHING
        return Hits(text, self.names, bits, partial(locate, self._index, Views(text, folded, bare, key), ends))

    def _certain(self, ends: Ends, key: str) -> int:
        """The lexicons that have a hit for certain, or `UNSURE` when something has to be judged."""
        bits = parts = last = found = 0
        for end, number in ends:
            certain = self._sure[number]
            if certain == UNSURE:
                return UNSURE
            if certain == PARTS:
                parts, last, found = parts + 1, end, number
            else:
                bits |= certain
        if not parts:
            return bits
        if parts > 1:
            return UNSURE
        first = last - len(self._index.words.keys[found])
        before, after = key[max(first - 1, 0) : first], key[last : last + 1]
        return UNSURE if self._index.composer.likely(before, self._index.words.keys[found], after) else bits


# Finishing an automaton of 100,000 entries is one call of some 0.1 s during which no other thread runs; policies are
# reloaded far more often than their large lists change.
_LARGE: Final = 2_000
_large: Final[WeakSet[Matcher]] = WeakSet()


def _same(some: Sequence[Lexicon], others: Sequence[Lexicon]) -> bool:
    """Whether lexicons are the same to a matcher, wherever their entries were written."""
    return len(some) == len(others) and all(
        (one.name, one.resist, one.boundary) == (other.name, other.resist, other.boundary)
        and _words(one.entries) == _words(other.entries)
        and _words(one.excepts) == _words(other.excepts)
        for one, other in zip(some, others, strict=True)
    )


def _words(entries: Sequence[Entry]) -> list[str]:
    return [entry.word for entry in entries]


def _bits(found: list[Found]) -> int:
    bits = 0
    for lexicon in {hit.lexicon for hit in found}:
        bits |= 1 << lexicon
    return bits
