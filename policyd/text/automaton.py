"""The automaton that finds all keys at once, and what it must be fed.

pyahocorasick looks through the children of a node one by one, and a node of Chinese characters has thousands. So it is
fed the bytes of UTF-8 as characters: then a node has 64 children at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Final

import ahocorasick

# 1 for a byte with which a character of UTF-8 begins, 0 for the others.
_BEGINS: Final = bytes(byte & 0xC0 != 0x80 for byte in range(256))


def fed(key: str) -> str:
    """A key as the automaton takes it. Lone surrogates pass."""
    return key.encode("utf-8", "surrogatepass").decode("latin-1")


def build(keys: Iterable[str]) -> Any:
    """For one key at least an automaton whose `iter(fed(text))` gives (index of the last byte, number of the key)."""
    automaton = ahocorasick.Automaton(ahocorasick.STORE_INTS)
    for number, key in enumerate(keys):
        automaton.add_word(fed(key), number)
    automaton.make_automaton()
    return automaton


def after_character(data: str, end: int) -> int:
    """How many characters of a key end at or before this byte of what was fed of it."""
    return len(data[: end + 1].encode("latin-1").decode("utf-8", "surrogatepass"))


def character_ends(key: str, ends: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(index after the last character, number of the key) for what the automaton found in this key."""
    data = key.encode("utf-8", "surrogatepass")
    if len(data) == len(key):
        return [(end + 1, number) for end, number in ends]
    if len(data) == 3 * len(key):
        return [((end + 1) // 3, number) for end, number in ends]
    if 16 * len(ends) > len(data):
        characters = list(accumulate(data.translate(_BEGINS)))
        return [(characters[end], number) for end, number in ends]
    found: list[tuple[int, int]] = []
    count = reached = 0
    for end, number in ends:  # in order of their ends
        count += len(data[reached : end + 1].decode("utf-8", "surrogatepass"))
        reached = end + 1
        found.append((count, number))
    return found
