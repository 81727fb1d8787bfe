"""Lexicons that resist less than the default: a hit counts only when it needs no more than they resist."""

from __future__ import annotations

from policyd.text.fold import table
from policyd.text.lexicon import DEFAULT_RESIST, Technique
from policyd.text.views import collapse, strip


def admits(resist: frozenset[Technique], written: str, word: str) -> bool:
    """Whether what is written reads as the word to a lexicon that resists only these techniques."""
    if resist >= DEFAULT_RESIST or written == word:
        return True
    fold = table(resist - {"repeats", "split", "sound"})
    written, word = written.translate(fold), word.translate(fold)
    if "noise" in resist:
        written, word = strip(written), strip(word)
    if "repeats" in resist:
        written, word = collapse(written), collapse(word)
    return written == word
