"""What a search found: which lexicons, and on demand which words and where."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final, NamedTuple

from policyd.model.match import Match
from policyd.text.fold import FOLD, REST_OF_SYLLABLE

MOST_MATCHES: Final = 1_000
_MOST_SORTED: Final = 8 * MOST_MATCHES


class Found(NamedTuple):
    """One hit: where, by which disguise, the number of its lexicon, the entry as written, and whether that is an
    allowed phrase."""

    start: int
    end: int
    view: str
    lexicon: int
    word: str
    phrase: bool


class Hits:
    """The hits of one text, false when there are none. `bits` has bit i set when lexicon i of `Matcher.names` has a
    hit: what a compiled policy asks. Where the words stand is worked out when it is asked for."""

    __slots__ = ("_found", "_names", "_text", "_where", "bits")

    def __init__(
        self, text: str, names: Sequence[str], bits: int, where: list[Found] | Callable[[], list[Found]]
    ) -> None:
        self._text = text
        self._names = names
        self._where = where
        self._found: list[Found] | None = None
        self.bits = bits

    def __bool__(self) -> bool:
        return self.bits != 0

    @property
    def lexicons(self) -> frozenset[str]:
        """The names of the lexicons with at least one hit."""
        return frozenset(name for number, name in enumerate(self._names) if self.bits >> number & 1)

    def matches(self, names: Collection[str] | None = None, *, overlapping: bool = False) -> tuple[Match, ...]:
        """The hits of these lexicons (None: of all) in order of their start: per lexicon the leftmost, and of several
        that begin there the longest, without overlaps; or, asked for, every one. Of more than `MOST_MATCHES` the
        first."""
        wanted = self._of(names)
        if len(wanted) > 1:
            if len(wanted) > _MOST_SORTED:
                wanted = sorted(wanted)[:_MOST_SORTED]
            wanted = sorted(wanted, key=_order)
            if not overlapping:
                wanted = _without_overlaps(wanted)
            del wanted[MOST_MATCHES:]
        known, text = self._names, self._text
        return tuple(
            [
                Match(known[lexicon], word, text[start:end], start, end, view)
                for start, end, view, lexicon, word, _ in wanted
            ]
        )

    def spans(self, names: Collection[str] | None = None) -> tuple[tuple[int, int], ...]:
        """What has to be hidden of the text: all hits of these lexicons, widened over marks, joiners and variation
        selectors that hang on their last character, in order and merged."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted({(hit.start, hit.end) for hit in self._of(names)}):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple((start, self._widened(end)) for start, end in merged)

    def _of(self, names: Collection[str] | None) -> list[Found]:
        if self._found is None:
            where = self._where
            self._found = [self._whole(hit) for hit in (where if isinstance(where, list) else where())]
        return self._found if names is None else [hit for hit in self._found if self._names[hit.lexicon] in names]

    def _whole(self, hit: Found) -> Found:
        rest = REST_OF_SYLLABLE(self._text, hit.end)
        return hit if rest is None else hit._replace(end=rest.end())

    def _widened(self, end: int) -> int:
        while end < len(self._text) and FOLD.get(ord(self._text[end])) == "":
            end += 1
        return end


def _order(hit: Found) -> tuple[int, int, int, bool, int]:
    """Of entries found in one place the one that stands there as written comes first, then the shortest."""
    return hit.start, -hit.end, hit.lexicon, hit.view != "plain", len(hit.word)


def _without_overlaps(hits: list[Found]) -> list[Found]:
    reached: dict[int, int] = {}
    kept = []
    for hit in hits:
        if hit.start >= reached.get(hit.lexicon, 0):
            reached[hit.lexicon] = hit.end
            kept.append(hit)
    return kept


NOTHING: Final = Hits("", (), 0, [])
