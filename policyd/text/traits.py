"""What has to be known of an entry to judge a place where its key was found."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from policyd.text.fold import FOLD, NUMERALS, fold, origins
from policyd.text.views import NOISE, collapse, run_starts, strip

Kind = Literal["letter", "digit", ""]
# Scripts below U+2E80 that write no spaces between words: Thai, Lao, Tibetan, Myanmar, Khmer.
_UNSPACED: Final = ((0x0E00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF))


@lru_cache(maxsize=4096)
def kind(char: str) -> Kind:
    """`letter` of a script that puts spaces between words, `digit`, or neither: Han, kana, Hangul, noise."""
    if char.isdigit():
        return "digit"
    code = ord((FOLD.get(ord(char)) or char)[0])
    if char.isalpha() and code < 0x2E80 and not any(low <= code <= high for low, high in _UNSPACED):
        return "letter"
    return ""


class Traits(Struct, frozen=True):
    """`counts` and `kinds` go by the characters of the entry's key: how often each stands in a row, and of what kind
    it is. `gaps` are the places of the entry's own noise: before which character of the key, and whether within its
    run; `word_gaps` those between two letters or digits. `lead` and `trail` are its noise at the ends. `numeral`:
    there is nothing but numerals in it; `latin`: nothing but ASCII, be it of full width."""

    word: str
    counts: tuple[int, ...]
    kinds: tuple[Kind, ...]
    gaps: frozenset[tuple[int, bool]]
    lead: str
    trail: str
    word_gaps: frozenset[tuple[int, bool]]
    numeral: bool
    latin: bool

    @property
    def size(self) -> int:
        """Characters of the key."""
        return len(self.counts)


def traits(word: str) -> Traits:
    """The traits of an entry whose key is not empty."""
    folded, at = fold(word), origins(word)
    bare = strip(folded)
    starts = run_starts(bare)
    places = [index for index, char in enumerate(folded) if not NOISE.match(char)]
    key = collapse(bare)
    kinds = [kind(word[at[place]]) for place in places]
    gaps = {
        place: (i, place > starts[i])
        for i in range(len(key))
        for place in range(starts[i], starts[i + 1])
        if place and places[place] - places[place - 1] > 1
    }
    return Traits(
        word=word,
        counts=tuple(starts[i + 1] - starts[i] for i in range(len(key))),
        kinds=tuple(kinds[starts[i]] for i in range(len(key))),
        gaps=frozenset(gaps.values()),
        word_gaps=frozenset(gap for place, gap in gaps.items() if kinds[place - 1] and kinds[place]),
        lead=folded[: places[0]],
        trail=folded[places[-1] + 1 :],
        numeral=all(char in NUMERALS for char in key),
        latin=unicodedata.normalize("NFKC", word).isascii(),
    )
