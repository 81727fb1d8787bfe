"""Other readings of a text: some of its characters taken for others, one for one, so that offsets stay.

Where a reading takes several characters for one, the others become `FILLER`, which the fold drops. Each reading costs
a search of its own and is only made of a text that gives cause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from policyd.text.lexicon import Technique

FILLER: Final = "\u200b"
# Without one of these no text has a reading with `letters` or `between`.
CAUSE: Final = re.compile(r"[0-9@$!*❤♥✘✖\u00b2-\u00b9\u2070-\u2089\u2460-\u24ff\u2776-\u2793\uff10-\uff19]")
_DIGIT: Final = (
    "(?:[0-9\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\uff10-\uff19]"
    "\ufe0f?\u20e3?)"
)
_HAN: Final = "[\u3400-\u9fff]"
_DIGITS_BETWEEN: Final = re.compile(f"(?<={_HAN}){_DIGIT}{{1,3}}(?={_HAN})")
_MIXED_WORD: Final = re.compile(r"[0-9@$!*]*[A-Za-z][A-Za-z0-9@$!*]*[A-Za-z0-9@$]")
_LEET: Final = str.maketrans("013457@$!", "oieastasi")
_CENSORED: Final = re.compile(r"(?<=[A-Za-z])\*(?=[A-Za-z])")
# Bare and folded: what every text has in it that `with_wechat` reads otherwise, unless it has a heart or a cross.
WECHAT_KEYS: Final = (
    *(first + second for first in "薇嶶溦徽征微v" for second in "信心x"),
    *("wei信", "шei信", "威信", "卫星", "维信", "vx", "wx"),
)
_WECHAT: Final = re.compile(
    r"(?P<cue>加[我你他她它]?|[➕+＋]|联系|私信|咨询)(?P<gap>[^\w]{0,3})"
    r"(?:(?P<odd>[薇嶶溦徽徵微][信❤♥✘✖xX心]|[VvＶｖ][信❤♥]|[шw][ēeéěè][īiíǐì][^\w]?信)|(?P<common>威信|卫星|维信|[vw][xX]|[VW]X)"
    r"(?=[^\w]{0,4}[A-Za-z0-9_-]{5}))"
)


class Reading(NamedTuple):
    """`text` is as long as the original; `technique` is what a lexicon must resist to be searched in it, `view` what
    its hits are called."""

    text: str
    technique: Technique
    view: str


def with_letters(text: str) -> Iterator[Reading]:
    """Digits and signs within Latin words as the letters that they look like (`wh0re`), a single star as each of the
    vowels that it may stand for."""
    read = _MIXED_WORD.sub(lambda word: word[0] if word[0].isalpha() else word[0].translate(_LEET), text)
    if _CENSORED.search(read):
        yield from (Reading(_CENSORED.sub(vowel, read), "styled", "fold") for vowel in "aeiou")
    elif read != text:
        yield Reading(read, "styled", "fold")


def without_digits(text: str) -> Iterator[Reading]:
    """Without up to three digits between Han characters: `网①赌`."""
    read = _DIGITS_BETWEEN.sub(lambda digits: " " * len(digits[0]), text)
    if read != text:
        yield Reading(read, "noise", "noise")


def with_wechat(text: str) -> Iterator[Reading]:
    """The spellings of 微信 that get past filters, after a request to add somebody; those that are ordinary words
    (卫星) only with an account behind them."""
    read = _WECHAT.sub(_spell_wechat, text)
    if read != text:
        yield Reading(read, "styled", "fold")


def _spell_wechat(match: re.Match[str]) -> str:
    written = match["odd"] or match["common"]
    return f"{match['cue']}{match['gap']}微{FILLER * (len(written) - 2)}信"
