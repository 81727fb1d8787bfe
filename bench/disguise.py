"""Disguises made at random, to measure how many the matcher sees through."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations
from random import Random
from typing import Final, NamedTuple

import opencc

from policyd.text.splits import parts_table

_SEPARATORS: Final = " .,-_*~·、。，!|/#@+=^&…【】()"
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\ufeff\u2063\u00ad"
_EMOJI: Final = ("😀", "🔥", "❤️", "👍🏽", "🎲", "💰", "✨", "☎", "👨\u200d👩\u200d👧")
_STYLES: Final = (0x1D400, 0x1D434, 0x1D5A0, 0x1D670, 0x1D5D4, 0x1D4D0)


class Sample(NamedTuple):
    """`text` holds the disguised `word` at `start:end`."""

    technique: str
    word: str
    text: str
    start: int
    end: int


@cache
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _width(word: str, rng: Random) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" and rng.random() < 0.7 else c for c in word)


def _case(word: str, rng: Random) -> str:
    return "".join(c.upper() if c.isascii() and rng.random() < 0.5 else c for c in word)


def _script(word: str, rng: Random) -> str:
    return "".join(_to_traditional().convert(c) for c in word)


def _between(word: str, choices: tuple[str, ...] | str, rng: Random) -> str:
    return word[0] + "".join("".join(rng.choices(choices, k=rng.randint(1, 3))) + c for c in word[1:])


def _separators(word: str, rng: Random) -> str:
    return _between(word, _SEPARATORS, rng)


def _invisible(word: str, rng: Random) -> str:
    return _between(word, _INVISIBLE, rng)


def _emoji(word: str, rng: Random) -> str:
    return _between(word, _EMOJI, rng)


def _repeats(word: str, rng: Random) -> str:
    while True:
        counts = [rng.randint(1, 4) for _ in word]
        if max(counts) > 1:
            return "".join(c * count for c, count in zip(word, counts, strict=True))


def _styled(word: str, rng: Random) -> str:
    return "".join(_style(c, rng) for c in word)


def _style(char: str, rng: Random) -> str:
    if char.isascii() and char.isalpha():
        small = ord(char.lower()) - ord("a")
        ringed = chr(0x24D0 + small)
        return rng.choice((ringed, chr(0x1F150 + small), chr(rng.choice(_STYLES) + 26 + small)))
    if char.isascii() and char.isdigit():
        ringed = chr(0x245F + int(char)) if char != "0" else "⓪"
        return rng.choice((ringed, chr(0x1D7CE + int(char)), chr(0x2080 + int(char))))
    return char


def _split(word: str, rng: Random) -> str:
    return "".join(rng.choice(ways) if (ways := parts_table().get(c)) and rng.random() < 0.7 else c for c in word)


TECHNIQUES: Final[dict[str, Callable[[str, Random], str]]] = {
    "split": _split,
    "script": _script,
    "styled": _styled,
    "width": _width,
    "case": _case,
    "repeats": _repeats,
    "separators": _separators,
    "invisible": _invisible,
    "emoji": _emoji,
}


def samples(words: tuple[str, ...], sentences: tuple[str, ...], rng: Random) -> list[Sample]:
    """Each word once by each technique, and by two at a time, put into a sentence at a place between two others."""
    made = []
    pairs = list(combinations(TECHNIQUES, 2))
    for word in words:
        for names in (*((name,) for name in TECHNIQUES), rng.choice(pairs)):
            disguised = word
            for name in names:
                disguised = TECHNIQUES[name](disguised, rng)
            if disguised == word:
                continue
            sentence = rng.choice(sentences)
            cuts = [i for i in range(len(sentence)) if not sentence[i].isascii() and not sentence[i - 1].isascii()]
            cut = rng.choice(cuts or [0])
            text = sentence[:cut] + disguised + sentence[cut:]
            made.append(Sample(" + ".join(names), word, text, cut, cut + len(disguised)))
    return made
