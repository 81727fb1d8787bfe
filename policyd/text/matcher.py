"""Finding the words of all lexicons in a text, with one automaton."""

from __future__ import annotations

from collections.abc import Sequence

from policyd.text.automaton import character_ends, fed
from policyd.text.examine import Views, examine
from policyd.text.fold import fold
from policyd.text.hits import NOTHING, Found, Hits
from policyd.text.index import PARTS, Index
from policyd.text.lexicon import Lexicon
from policyd.text.readings import CAUSE
from policyd.text.views import LONG_NOISE, collapse, strip


class Matcher:
    """Immutable after `build`, and safe to search from several threads. `names` are the lexicons, in the order of the
    bits of `Hits.bits`."""

    def __init__(self, lexicons: Sequence[Lexicon]) -> None:
        self.names: tuple[str, ...] = tuple(lexicon.name for lexicon in lexicons)
        self._index = Index(lexicons)
        self._find = self._index.words.automaton.iter
        self._sure = self._index.sure

    @classmethod
    def build(cls, lexicons: Sequence[Lexicon]) -> Matcher:
        """A matcher for all entries of these lexicons. Entries that fold to nothing are left out."""
        return cls(lexicons)

    def search(self, text: str) -> Hits:
        """All words that stand in the text. Never raises, whatever the text."""
        folded = fold(text)
        bare = strip(folded)
        key = collapse(bare)
        bits = 0
        unsure = False
        parts: list[tuple[int, int]] = []
        for end, number in self._find(fed(key)):
            certain = self._sure[number]
            if certain >= 0:
                bits |= certain
            elif certain == PARTS:
                parts.append((end, number))
            else:
                unsure = True
        of = Views(text, folded, bare, key)
        if unsure or self._cause(of, parts, bits):
            found = examine(self._index, of)
            return Hits(text, self.names, _bits(found), lambda: found) if found else NOTHING
        return Hits(text, self.names, bits, lambda: examine(self._index, of)) if bits else NOTHING

    def _cause(self, of: Views, parts: list[tuple[int, int]], bits: int) -> bool:
        """Whether there is reason to look closely though no entry was found that has to be judged."""
        index = self._index
        if of.folded is not of.text and CAUSE.search(of.text):
            return True
        if of.bare is not of.folded:
            if bits and LONG_NOISE.search(of.folded):
                return True
            if index.literal_cause and index.literal_cause.search(of.folded):
                return True
        if of.key is not of.bare and index.run_cause and index.run_cause.search(of.bare):
            return True
        return bool(index.sounds) or (bool(parts) and self._composes(of.key, parts))

    def _composes(self, key: str, parts: list[tuple[int, int]]) -> bool:
        if len(parts) > 1:
            return True
        ((last, number),) = character_ends(key, parts)
        written = self._index.words.keys[number]
        first = last - len(written)
        return self._index.composer.likely(key[:first][-1:], written, key[last : last + 1])


def _bits(found: list[Found]) -> int:
    bits = 0
    for hit in found:
        bits |= 1 << hit.lexicon
    return bits
