"""The automaton that finds all keys at once, and what it must be fed.

pyahocorasick looks through the children of a node one by one, and a node of Chinese characters has thousands. So it is
fed the bytes of UTF-16 as characters: then a node has 256 children at most, and a character of nearly any text two
steps.
"""

from __future__ import annotations

from codecs import utf_16_be_encode
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Final

import ahocorasick

_BASIC: Final = "\uffff"
Ends = list[tuple[int, int]]
"""(index after the last character, number of the key), in order."""


def finder(keys: Sequence[str]) -> Callable[[str], Ends]:
    """For one key at least a function that finds all of them in a text. Safe between threads."""
    automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number in _frequent_first(keys):
        automaton.add_word(_fed(keys[number]), number)
    automaton.make_automaton()
    search = automaton.iter

    def find(text: str) -> Ends:
        data = _fed(text)
        ends = list(search(data))
        return _of_characters(text, ends, even=len(data) == 2 * len(text)) if ends else ends

    return find


def _fed(text: str) -> str:
    """A text as the automaton takes it. Lone surrogates pass."""
    return utf_16_be_encode(text, "surrogatepass")[0].decode("latin-1")  # `text.encode` looks the codec up first


def _frequent_first(keys: Sequence[str]) -> Iterable[int]:
    """The numbers of the keys, those that begin with a frequent character first: the automaton looks through children
    in the order in which they came, and finds nodes faster that lie close together."""
    frequency = Counter("".join(keys))
    return sorted(range(len(keys)), key=lambda number: -frequency[keys[number][0]])


def _of_characters(text: str, ends: Ends, *, even: bool) -> Ends:
    """Where characters end of ends of bytes. One that is within a character lies across two. `even`: each character
    has two bytes."""
    units = [((end + 1) >> 1, number) for end, number in ends if end & 1]
    if even:
        return units
    characters = {unit: index for index, unit in enumerate(accumulate(1 + (char > _BASIC) for char in text), 1)}
    return [(characters[unit], number) for unit, number in units if unit in characters]
