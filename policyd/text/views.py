"""A text with its disguises taken off, and the way back to the original.

A view is made in two steps: `bare` is the folded text without noise, `key` is that with runs of one character made
one. Only the key is made for every message; `Origin` is made when something was found in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import compress
from operator import ne
from typing import Final, NamedTuple

from policyd.text.fold import fold, mark_ranges, origins

# Noise is whatever is no letter, digit or mark that counts as a letter: spaces, punctuation, symbols, emoji, controls.
_NOISE: Final = f"[^\\w{mark_ranges()}]"
NOISE: Final = re.compile(_NOISE)
MAX_NOISE: Final = 4
LONG_NOISE: Final = re.compile(f"{_NOISE}{{{MAX_NOISE + 1}}}")
RUN: Final = re.compile(r"(.)\1", re.DOTALL)
_RUNS: Final = re.compile(r"(.)\1+", re.DOTALL)


def strip(folded: str) -> str:
    """Without noise."""
    return folded if folded.isalnum() else "".join(NOISE.split(folded))


def collapse(bare: str) -> str:
    """Every run of one character made one character."""
    return without_runs(bare) if RUN.search(bare) else bare


def without_runs(bare: str) -> str:
    """The same of a text that has some."""
    return "".join(_RUNS.split(bare))


def run_starts(bare: str) -> list[int]:
    """Where each run of one character begins, and the length of the text."""
    return [0, *compress(range(1, len(bare)), map(ne, bare, bare[1:])), len(bare)] if bare else [0]


class Views(NamedTuple):
    """A text and its views, each the same object as the one before where nothing changed."""

    text: str
    folded: str
    bare: str
    key: str

    def origin(self) -> Origin:
        """Where the characters of the key come from."""
        return Origin(*self)


def views(text: str) -> Views:
    """The views of a text."""
    folded = fold(text)
    bare = strip(folded)
    return Views(text, folded, bare, collapse(bare))


class Origin:
    """Where the characters of a view's key come from.

    `at[i]` is the index in the original text of character i of the bare text; `runs[k]` is the index in the bare text
    where character k of the key begins, with the length of the bare text as its last item. `even`: no two characters of
    the bare text come from one of the original."""

    __slots__ = ("at", "even", "runs")

    def __init__(self, text: str, folded: str, bare: str, key: str) -> None:
        at = range(len(text)) if folded is text else origins(text)
        self.even = isinstance(at, range)
        self.at: Sequence[int] = at if bare is folded else _without_noise(folded, at)
        self.runs: Sequence[int] = range(len(bare) + 1) if key is bare else run_starts(bare)


def _without_noise(folded: str, at: Sequence[int]) -> list[int]:
    noise = set(NOISE.findall(folded))
    return [index for index, char in zip(at, folded, strict=True) if char not in noise]
