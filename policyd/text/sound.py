"""Words written by their sound: homophones and pinyin.

Every Han character is read as the one character that stands for its syllable, and so is every syllable in Latin
letters; in that reading words of three syllables or more are searched like any others. Only usual readings count:
with rare ones every sentence sounds like something.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from policyd.text.fold import FOLD, fold
from policyd.text.readings import FILLER
from policyd.text.views import strip

MIN_SYLLABLES: Final = 3
_MOST_WORDS: Final = 1_000
_WORD: Final = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,48}(?![A-Za-z])")


class Syllables(NamedTuple):
    """`of_char` for `str.translate`: the stand-in of a character's syllable; `toned` the syllable with its tone;
    `of_pinyin` the stand-in of a syllable as it is typed, each of which `pinyin` finds."""

    of_char: dict[int, str]
    toned: dict[str, str]
    of_pinyin: dict[str, str]
    pinyin: re.Pattern[str]


@cache
def syllables() -> Syllables:
    """The table, made on first use."""
    of_char: dict[int, str] = {}
    toned: dict[str, str] = {}
    of_pinyin: dict[str, str] = {}
    for line in (files("policyd.text") / "data" / "sound.tsv").read_text("utf-8").splitlines()[1:]:
        sound, tone, chars = line.split("\t")
        char = of_pinyin.setdefault(sound, chars[0])
        of_char.update(dict.fromkeys(map(ord, chars), char))
        toned.update(dict.fromkeys(chars, sound + tone))
    for code, plain in FOLD.items():
        if code >= 0x3400 and plain in toned:
            of_char[code] = of_char[ord(plain)]
    ways = "|".join(sorted(of_pinyin, key=len, reverse=True))
    return Syllables(of_char, toned, of_pinyin, re.compile(ways))


def sound(word: str) -> str:
    """What an entry is read as; an empty string if it is no word of at least three Han characters."""
    of_char = syllables().of_char
    bare = strip(fold(word))
    if len(bare) < MIN_SYLLABLES or not all(ord(char) in of_char for char in bare):
        return ""
    return bare.translate(of_char)


def by_sound(text: str) -> str:
    """The reading of a text by its sound; of very many Latin words only the first are read."""
    return _WORD.sub(_spelled, text, count=_MOST_WORDS).translate(syllables().of_char)


def _spelled(match: re.Match[str]) -> str:
    known = syllables()
    word = match[0].lower()
    parts = known.pinyin.findall(word)
    if sum(map(len, parts)) != len(word):
        return match[0]
    return "".join(known.of_pinyin[part] + FILLER * (len(part) - 1) for part in parts)


def meant(written: str, word: str) -> bool:
    """Whether what is written sounds like the word on purpose. Without pinyin in it punctuation parts two words, and
    with a single character of three written otherwise its tone has to agree: 山西人 is not 陕西人."""
    if any(char.isascii() and char.isalpha() for char in written):
        return True
    heard, wanted = fold(written), strip(fold(word))
    if len(heard) != len(wanted):
        return False
    other = [(a, b) for a, b in zip(heard, wanted, strict=True) if a != b]
    toned = syllables().toned
    return len(wanted) > MIN_SYLLABLES or len(other) > 1 or all(toned.get(a) == toned.get(b) for a, b in other)
