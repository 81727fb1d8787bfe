"""The fold table: which characters are read as which others.

`data/fold.tsv` holds single steps, each of one technique; they are composed here until nothing changes. Entries and
texts go through the same table, so it only has to be consistent, not right in every language.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from policyd.text.lexicon import Technique

NUMERALS: Final = "零一二三四五六七八九"
_FOLDING: Final[frozenset[Technique]] = frozenset({"width", "case", "script", "noise", "styled"})
_DIGITS: Final[dict[str, str]] = {str(value): numeral for value, numeral in enumerate(NUMERALS)} | dict(
    zip("〇壹贰叁肆伍柒捌玖", "零一二三四五七八九", strict=True)  # 陆 is land far more often than six
)
_AFTER_FIRST_JAMO: Final = re.compile("[\u1161-\u1175\u11a8-\u11c2]")
# Hangul written as single jamo: what NFD makes of a syllable.
_JAMO: Final = re.compile("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]")
REST_OF_SYLLABLE: Final = re.compile("[\u1161-\u1175\u11a8-\u11c2]+").match
"""Vowels and ends of Hangul syllables that are written as single jamo: they belong to the character before them."""


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    lines = (files("policyd.text") / "data" / "fold.tsv").read_text("utf-8").split("\n")
    return tuple((row[0], row[1], row[2]) for row in (line.split("\t") for line in lines[1:-1]))


@cache
def mark_ranges() -> str:
    """The marks of the basic plane that are letters of their script, as the inside of a character class."""
    pairs = (pair.split("-") for pair in _rows()[0][1].split())
    bounds = ((int(first, 16), int(last, 16)) for first, last in pairs)
    return "".join(f"\\u{first:04x}-\\u{last:04x}" for first, last in bounds if last < 0x10000)


@cache
def table(resist: frozenset[Technique], *, numerals: bool = True) -> dict[int, str]:
    """For `str.translate`: every character that the techniques of `resist` read as something else. Digits are read as
    Han numerals (`3` and `三` are one), unless `numerals` is false."""
    steps = {char: plain for technique, char, plain in _rows()[1:] if technique in resist}
    if numerals and "styled" in resist:
        steps |= _DIGITS
    if "noise" in resist:
        steps["_"] = " "  # a word character to `re`, noise to us
    folded: dict[int, str] = {}
    for char, plain in steps.items():
        while not plain.isascii() or not plain.islower():
            again = "".join([steps.get(c, c) for c in plain])
            if again == plain:
                break
            plain = again
        folded[ord(char)] = plain
    return folded


def character_class(code_points: list[int]) -> str:
    """The inside of a regular expression's character class that holds exactly these code points."""
    ranges: list[list[int]] = []
    for code in sorted(code_points):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def any_of(code_points: Iterable[int]) -> str:
    """The inside of a class that holds all these. Beyond the basic plane it is coarse, since there `re` tries range by
    range; emoji are left out."""
    basic = character_class([code for code in code_points if code < 0x10000])
    return f"{basic}\U00010000-\U0001f2ff\U0001fb00-\U0010ffff"


def translator(of: dict[int, str]) -> Callable[[str], str]:
    """What `text.translate(of)` does for a table without emoji. In a large dictionary each character of a text takes
    three places of memory that hardly ever lie in a cache, and an exception where it is not found: so nearly all texts
    go by an array."""
    basic = array("I", range(0x10000))
    others = []
    for code, plain in of.items():
        if code < 0x10000 and len(plain) == 1:
            basic[code] = ord(plain)
        else:
            others.append(code)
    holds_others = re.compile(f"[{any_of(others)}]").search

    def translate(text: str) -> str:
        return text.translate(of if holds_others(text) else basic)

    return translate


FOLD: Final[dict[int, str]] = table(_FOLDING)
_translate: Final = translator(FOLD)
# Says in one pass over a text whether anything in it folds: most messages need nothing more. The signs are in it so
# that a text that is the same object when folded has no other reading either.
FOLDABLE: Final = re.compile(f"[{any_of(FOLD)}\\u1100-\\u11ff@$!*❤♥✘✖]")

# Where the folded text may be longer or shorter than the text; coarse in the same way.
_UNEVEN: Final = re.compile(
    f"[{character_class([code for code, plain in FOLD.items() if len(plain) != 1 and code < 0x10000])}"
    "\\u1100-\\u11ff\U00010000-\U0001f2ff\U0001f3fb-\U0001f3ff\U0001fb00-\U0010ffff]"
)


def is_even(text: str) -> bool:
    """Whether the folded text certainly has one character for each of the text."""
    return _UNEVEN.search(text) is None


def fold(text: str) -> str:
    """The text as the matcher reads it: no case, width, style, marks or traditional characters."""
    return translated(text) if FOLDABLE.search(text) else text


def translated(text: str) -> str:
    """The same of a text in which something folds."""
    return "".join(_parts(text)) if _AFTER_FIRST_JAMO.search(text) else _translate(text)


def origins(text: str) -> list[int] | range:
    """For every character of `fold(text)` the index of the character of `text` that it comes from."""
    if is_even(text):
        return range(len(text))
    if _JAMO.search(text):
        return [index for index, part in enumerate(_parts(text)) for _ in part]
    return [index for index, char in enumerate(text) for _ in FOLD.get(ord(char), char)]


def _parts(text: str) -> list[str]:
    parts = [FOLD.get(ord(char), char) for char in text]
    for jamo in _JAMO.finditer(text):
        parts[jamo.start()] = unicodedata.normalize("NFC", jamo[0])
        parts[jamo.start() + 1 : jamo.end()] = [""] * (len(jamo[0]) - 1)
    return parts
