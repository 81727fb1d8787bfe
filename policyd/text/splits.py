"""Characters that were written apart, `弓虽` for `强`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final, NamedTuple

from policyd.text.fold import NUMERALS
from policyd.text.readings import FILLER, Reading
from policyd.text.views import Origin

_COUNTING: Final = frozenset(NUMERALS)
_MOST_READINGS: Final = 6
_MOST_PARTS: Final = 600


class Parts(NamedTuple):
    """The bare text from `start` to `end` may be `parts`. `wider`: its first character (-1) or its last (1) is only
    theirs if the word goes on there, for it is one more of the same: of `人人方` in front of a word `人方` is `仿`."""

    start: int
    end: int
    parts: str
    wider: int = 0


class Composed(NamedTuple):
    """The bare text from `start` to `end` may be `char` written apart."""

    start: int
    end: int
    char: str


@cache
def parts_table() -> dict[str, tuple[str, ...]]:
    """For a character all ways to write it apart."""
    lines = (files("policyd.text") / "data" / "split.tsv").read_text("utf-8").splitlines()
    return {char: tuple(parts.split(" ")) for char, parts in (line.split("\t") for line in lines[1:])}


class Composer:
    """Knows the characters of the entries that resist `split`, and which of them stand together there."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.pairs: set[tuple[str, str]] = set()
        self._single: set[str] = set()
        self.chars_of: dict[str, str] = {}
        used: dict[str, str] = {}
        for key in keys:
            if not key.isascii():
                chars = [used.setdefault(char, char) for char in key]  # one string of each, not one for every pair
                self.pairs.update(pairwise(chars))
                if len(key) == 1:
                    self._single.add(key)
        for char, ways in parts_table().items():
            if char in used and char not in _COUNTING:  # 一二 is counting, not 三
                for parts in ways:
                    if _COUNTING.issuperset(parts):  # 二二 is counting, too
                        continue
                    self.chars_of[parts] = self.chars_of.get(parts, "") + char

    def likely(self, before: str, parts: str, after: str) -> bool:
        """Whether parts may be a character of an entry between these neighbours, which are no parts themselves."""
        for char in self.chars_of[parts]:
            if self._together(before, char) or self._together(char, after):
                return True
        return False

    def stands_alone(self, parts: str) -> bool:
        """Whether one of the characters that these parts may be is an entry by itself."""
        return any(char in self._single for char in self.chars_of[parts])

    def readings(self, bare: str, origin: Origin, found: list[Parts]) -> Iterator[Reading]:
        """Readings in which each of the parts found, (start, end, parts) of the bare text, that may belong to an
        entry is composed in at least one. Of very many parts only the first are looked at."""
        likely = self._likely(bare, found[:_MOST_PARTS])
        left = likely
        for _ in range(_MOST_READINGS):
            if not left:
                return
            chosen = _apart([*_apart(left), *likely])
            done = set(chosen)
            left = [candidate for candidate in left if candidate not in done]
            yield Reading(_changes(origin, chosen), "split", "split")

    def _likely(self, bare: str, found: list[Parts]) -> list[Composed]:
        """Those with a neighbour beside which the character stands in some entry, longest first at each start."""
        candidates = [
            (Composed(start, end, char), wider) for start, end, parts, wider in found for char in self.chars_of[parts]
        ]
        after: dict[int, str] = {}
        before: dict[int, str] = {}
        for candidate, _ in candidates:
            before[candidate.end] = before.get(candidate.end, "") + candidate.char
            after[candidate.start] = after.get(candidate.start, "") + candidate.char

        def continued(c: Composed, wider: int) -> bool:
            if wider >= 0:
                beside = bare[c.end : c.end + 1] + after.get(c.end, "")
                if any(self._together(c.char, other) for other in beside):
                    return True
            if wider <= 0:
                beside = bare[max(c.start - 1, 0) : c.start] + before.get(c.start, "")
                return any(self._together(other, c.char) for other in beside)
            return False

        likely = [c for c, wider in candidates if c.char in self._single or continued(c, wider)]
        return sorted(likely, key=lambda c: (c.start, -c.end))

    def _together(self, one: str, other: str) -> bool:
        return one == other or (one, other) in self.pairs


def _apart(candidates: Iterable[Composed]) -> list[Composed]:
    """Those that do not overlap one taken before."""
    taken: dict[int, Composed] = {}
    for candidate in candidates:
        places = range(candidate.start, candidate.end)
        if taken.keys().isdisjoint(places):
            taken.update(dict.fromkeys(places, candidate))
    return list(dict.fromkeys(taken.values()))


def _changes(origin: Origin, chosen: list[Composed]) -> list[tuple[int, str]]:
    at = origin.at
    return [(at[start], char + FILLER * (at[end - 1] - at[start])) for start, end, char in sorted(chosen)]
