"""Finding the words of all lexicons in a text, with one automaton."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import ahocorasick

from policyd.text.fold import fold
from policyd.text.hits import NOTHING, Found, Hits
from policyd.text.lexicon import Entry, Lexicon
from policyd.text.traits import Traits, readable, traits
from policyd.text.verify import Rule, place
from policyd.text.views import Origin, collapse, strip

# pyahocorasick looks through the children of a node one by one, and a node of Chinese has thousands: it is fed the
# bytes of UTF-8 as characters instead, at most 64 a node below the first. surrogatepass: any text at all may come.


def fed(key: str) -> str:
    """A key as the automaton takes it."""
    return key.encode("utf-8", "surrogatepass").decode("latin-1")


class Matcher:
    """Immutable after `build`, and safe to search from several threads."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self.names: tuple[str, ...] = tuple(lexicon.name for lexicon in lexicons)
        self._rules = [Rule(lexicon.boundary, "repeats" in lexicon.resist) for lexicon in lexicons]
        self._entries: list[tuple[int, str, bool]] = []
        self._by_key: list[list[int]] = []
        self._traits: dict[int, Traits] = {}
        self._automaton: Any = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        self._fill(lexicons)

    @classmethod
    def build(cls, lexicons: Sequence[Lexicon]) -> Matcher:
        """A matcher for all entries of these lexicons. Entries that fold to nothing are left out."""
        return cls(lexicons)

    def _fill(self, lexicons: Sequence[Lexicon]) -> None:
        keys: dict[str, list[int]] = {}
        for number, lexicon in enumerate(lexicons):
            self._add(keys, number, lexicon.entries, False)
            self._add(keys, number, lexicon.excepts, True)
        for key, entries in chain(keys.items(), [("\n", [])]):
            self._automaton.add_word(fed(key), len(self._by_key))
            self._by_key.append(entries)
        self._automaton.make_automaton()

    def _add(self, keys: dict[str, list[int]], lexicon: int, entries: Iterable[Entry], allowed: bool) -> None:
        seen: set[str] = set()
        for entry in entries:
            key = collapse(strip(fold(entry.word)))
            if entry.word in seen or not key or not readable(entry.word):
                continue
            seen.add(entry.word)
            keys.setdefault(key, []).append(len(self._entries))
            self._entries.append((lexicon, entry.word, allowed))

    def search(self, text: str) -> Hits:
        """All words that stand in the text. Never raises, whatever the text."""
        key = collapse(strip(fold(text)))
        ends = list(self._automaton.iter(fed(key)))
        return self._examine(text, key, ends) if ends else NOTHING

    def _examine(self, text: str, key: str, ends: list[tuple[int, int]]) -> Hits:
        origin = Origin(text)
        data = key.encode("utf-8", "surrogatepass")
        found: list[Found] = []
        allowed: list[Found] = []
        for end, number in ends:
            last = len(data[: end + 1].decode("utf-8", "surrogatepass"))
            for entry in self._by_key[number]:
                lexicon, word, is_allowed = self._entries[entry]
                known = self._traits.get(entry)
                if known is None:
                    known = self._traits[entry] = traits(word)
                rule = Rule(False, True) if is_allowed else self._rules[lexicon]
                where = place(text, origin, last - known.size, known, rule)
                if where is not None:
                    (allowed if is_allowed else found).append(Found(*where, lexicon, word))
        if allowed:
            found = [hit for hit in found if not any(_covers(phrase, hit) for phrase in allowed)]
        return Hits(text, self.names, found) if found else NOTHING


def _covers(phrase: Found, hit: Found) -> bool:
    return phrase.lexicon == hit.lexicon and phrase.start <= hit.start and hit.end <= phrase.end
