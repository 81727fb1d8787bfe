"""A text with its disguises taken off, and the way back to the original.

A view is made in two steps: `bare` is the folded text without noise, `key` is that with runs of one character made
one. Only the key is made for every message; `Origin` is made when something was found in it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from policyd.text.fold import fold, mark_ranges, origins

# Noise is whatever is no letter, digit or mark that counts as a letter: spaces, punctuation, symbols, emoji, controls.
# More than four in a row, or more than forty where emoji are among them (one may be made of many), are a gap that no
# word reaches over: all but the last of them stay.
_NOISE: Final = f"[^\\w{mark_ranges()}]"
_EMOJI: Final = "[\u2600-\u27bf\U0001f000-\U0001faff]"
NOISE: Final = re.compile(_NOISE)
NOISE_RUN: Final = re.compile(
    f"{_NOISE}{{1,4}}(?!{_NOISE})|(?={_NOISE}{{0,39}}{_EMOJI}){_NOISE}{{1,40}}(?!{_NOISE})"
)
_RUN: Final = re.compile(r"(.)\1", re.DOTALL)
_WHOLE_RUN: Final = re.compile(r"(.)\1+", re.DOTALL)


def strip(folded: str) -> str:
    """Without noise."""
    return "".join(NOISE_RUN.split(folded))


def collapse(bare: str) -> str:
    """Every run of one character made one character."""
    return _WHOLE_RUN.sub(r"\1", bare) if _RUN.search(bare) else bare


def run_starts(bare: str) -> list[int] | range:
    """Where each run of one character begins, and the length of the text."""
    if not _RUN.search(bare):
        return range(len(bare) + 1)
    return [0, *(index for index, (a, b) in enumerate(pairwise(bare), 1) if a != b), len(bare)]


class Origin:
    """Where the characters of a view's key come from.

    `at[i]` is the index in the original text of character i of the bare text; `runs[k]` is the index in the bare text
    where character k of the key begins, with the length of the bare text as its last item."""

    __slots__ = ("at", "runs")

    def __init__(self, text: str) -> None:
        folded = fold(text)
        at = origins(text)
        kept: list[int] = []
        last = 0
        for noise in NOISE_RUN.finditer(folded):
            kept += at[last : noise.start()]
            last = noise.end()
        kept += at[last:]
        self.at = kept
        self.runs = run_starts(strip(folded))
