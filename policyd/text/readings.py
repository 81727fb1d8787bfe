"""Other readings of a text: some of its characters taken for others, one for one, so that offsets stay.

Where a reading takes several characters for one, the others become `FILLER`, which the fold drops. Each reading costs
a search of its own and is only made of a text that gives cause.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from policyd.text.fold import FOLD
from policyd.text.lexicon import Technique

FILLER: Final = "\u200b"
# Without one of these no text has another reading, unless what stands in it may be a spelling of 微信.
CAUSE: Final = re.compile(
    r"[0-9@$!*❤♥✘✖\u00b2-\u00b9\u2070-\u2089\u2460-\u24ff\u2776-\u2793\uff10-\uff19\U0001f170-\U0001f1ff]"
)
_DIGIT: Final = (
    "(?:[0-9\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\uff10-\uff19]\ufe0f?\u20e3?)"
)
_HAN: Final = "[\u3400-\u9fff]"
# Emoji that fold to letters and digits: flags, keycaps, blood groups and the like.
_LETTER_EMOJI: Final = "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|[\U0001f170-\U0001f19aⓂℹ]\ufe0f?"
_OF_LETTER_EMOJI: Final = re.compile("[\u20e3\U0001f170-\U0001f19a\U0001f1e6-\U0001f1ffⓂℹ]")
_DIGITS_BETWEEN: Final = re.compile(f"({_HAN}){_DIGIT}{{1,3}}(?=({_HAN}))")
_BETWEEN: Final = re.compile(f"(?P<emoji>{_LETTER_EMOJI})|(?<={_HAN}){_DIGIT}{{1,3}}(?={_HAN})")
_EMOJI: Final = "☀"
_LETTER: Final = re.compile("[A-Za-z]")
_MIXED_WORD: Final = re.compile(
    r"(?<![A-Za-z0-9@$!*])(?=[A-Za-z]{0,49}[0-9@$!*])[0-9@$!*]*[A-Za-z][A-Za-z0-9@$!*]{0,48}[A-Za-z0-9@$]"
)
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


# A long text is only read otherwise around the changes, and around the first of very many.
_LONG: Final = 1024
_MOST_CHANGES: Final = 200
_MOST_READ: Final = 3_000
_MOST_WORDS: Final = 500
_AROUND: Final = 64


class Reading(NamedTuple):
    """What is read otherwise, at one place at least: (start, what is read instead) in order, each as long as what is
    written. `technique` is what a lexicon must resist to be searched in it, `view` what its hits are called."""

    changes: list[tuple[int, str]]
    technique: Technique
    view: str

    def windows(self, text: str) -> Iterator[tuple[int, str]]:
        """(start, text as it is read) of the places around the changes; a text that is not long is one window."""
        changes = self.changes[:_MOST_CHANGES]
        if len(text) <= _LONG:
            yield 0, _changed(text, 0, changes)
            return
        near: list[tuple[int, str]] = []
        read = 0
        for change in changes:
            if near and change[0] - near[-1][0] > 2 * _AROUND:
                window = self._window(text, near)
                yield window
                read += len(window[1])
                if read > _MOST_READ:
                    return
                near = []
            near.append(change)
        yield self._window(text, near)

    @staticmethod
    def _window(text: str, changes: list[tuple[int, str]]) -> tuple[int, str]:
        start, end = max(changes[0][0] - _AROUND, 0), changes[-1][0] + len(changes[-1][1]) + _AROUND
        return start, _changed(text[start:end], start, changes)


def _changed(text: str, offset: int, changes: list[tuple[int, str]]) -> str:
    parts: list[str] = []
    last = 0
    for start, read in changes:
        parts += text[last : start - offset], read
        last = start - offset + len(read)
    return "".join([*parts, text[last:]])


def with_letters(text: str) -> list[Reading]:
    """Digits and signs within Latin words as the letters that they look like (`wh0re`), a single star as each of the
    vowels that it may stand for."""
    if not _LETTER.search(text) or not _MIXED_WORD.search(text):
        return []
    found = islice(_MIXED_WORD.finditer(text), _MOST_WORDS)
    words = [(word.start(), word[0], word[0].translate(_LEET)) for word in found]
    vowels: Iterable[str] = "aeiou" if any([_CENSORED.search(read) for _, _, read in words]) else [""]
    readings = []
    for vowel in vowels:
        spelled = [(start, word, _CENSORED.sub(vowel, read) if vowel else read) for start, word, read in words]
        if changes := [(start, read) for start, word, read in spelled if read != word]:
            readings.append(Reading(changes, "styled", "fold"))
    return readings


def without_digits(text: str, pairs: Container[tuple[str, str]]) -> list[Reading]:
    """Without up to three digits between Han characters, `网①赌`, and with emoji as nothing else: `网🅰️赌`. Not where
    no two that come together so are among the `pairs` that stand together in entries."""
    if not _OF_LETTER_EMOJI.search(text):
        beside = _DIGITS_BETWEEN.findall(text)
        if not any([_may_touch(before, after, pairs) for before, after in beside]):
            return []
    found = list(_BETWEEN.finditer(text))
    changes = [(at.start(), (_EMOJI if at["emoji"] else " ") * len(at[0])) for at in found]
    return [Reading(changes, "noise", "noise")] if changes else []


def _may_touch(before: str, after: str, pairs: Container[tuple[str, str]]) -> bool:
    """Whether two characters may be neighbours in an entry; equal ones may."""
    before, after = FOLD.get(ord(before), before), FOLD.get(ord(after), after)
    return (before, after) in pairs or before == after or len(before) != 1 or len(after) != 1


def with_wechat(text: str) -> list[Reading]:
    """The spellings of 微信 that get past filters, after a request to add somebody; those that are ordinary words
    (卫星) only with an account behind them."""
    if not _WECHAT.search(text):
        return []
    changes = [(spelling.start(), _spell_wechat(spelling)) for spelling in _WECHAT.finditer(text)]
    return [Reading(changes, "styled", "fold")]


def _spell_wechat(match: re.Match[str]) -> str:
    written = match["odd"] or match["common"]
    return f"{match['cue']}{match['gap']}微{FILLER * (len(written) - 2)}信"
