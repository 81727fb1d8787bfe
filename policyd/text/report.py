"""How good word lists are on labelled messages, and which entries spoil them: by this an author cleans a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct

from policyd.text.lexicon import Entry, Lexicon
from policyd.text.matcher import Matcher

_VIEWS: Final = ("plain", "fold", "noise", "repeats", "split", "sound")


class Count(Struct, frozen=True):
    """How many messages were hit of those that should be, and of those that should not."""

    name: str
    found: int
    false: int


class Culprit(Struct, frozen=True):
    """An entry that hits innocent messages, how many of either kind it hits, and how many innocent messages nothing
    else hits: what removing it would spare."""

    lexicon: str
    entry: Entry
    found: int
    false: int
    alone: int


class Report(Struct, frozen=True):
    """`wanted` messages should be hit, `innocent` ones should not. A message counts once for all, once for each
    lexicon and once for each view that hits it."""

    wanted: int
    innocent: int
    all: Count
    lexicons: tuple[Count, ...]
    views: tuple[Count, ...]
    culprits: tuple[Culprit, ...]

    def recall(self, count: Count) -> float | None:
        """The share of the wanted messages that were found; None when there are none."""
        return count.found / self.wanted if self.wanted else None

    def false_share(self, count: Count) -> float | None:
        """The share of the innocent messages that were hit; None when there are none."""
        return count.false / self.innocent if self.innocent else None


def report(lexicons: Sequence[Lexicon], messages: Iterable[tuple[str, bool]], *, worst: int = 20) -> Report:
    """Searches every message, a text and whether it should be hit, and names the `worst` entries first."""
    matcher = Matcher.build(lexicons)
    totals: Counter[bool] = Counter()
    hit: Counter[tuple[str, str, bool]] = Counter()
    words: Counter[tuple[str, str, bool]] = Counter()
    alone: Counter[tuple[str, str]] = Counter()
    for text, wanted in messages:
        totals[wanted] += 1
        matches = matcher.search(text).matches(overlapping=True)
        if not matches:
            continue
        found = {(match.lexicon, match.word) for match in matches}
        names = chain(
            [("all", "")], (("lexicon", name) for name, _ in found), (("view", match.view) for match in matches)
        )
        hit.update((kind, name, wanted) for kind, name in set(names))
        words.update((lexicon, word, wanted) for lexicon, word in found)
        if not wanted and len(found) == 1:
            alone.update(found)

    def count(kind: str, name: str, shown: str) -> Count:
        return Count(shown, hit[kind, name, True], hit[kind, name, False])

    views = sorted({name for kind, name, _ in hit if kind == "view"}, key=_VIEWS.index)
    return Report(
        wanted=totals[True],
        innocent=totals[False],
        all=count("all", "", "all"),
        lexicons=tuple(count("lexicon", lexicon.name, lexicon.name) for lexicon in lexicons),
        views=tuple(count("view", view, view) for view in views),
        culprits=_culprits(lexicons, words, alone)[:worst],
    )


def _culprits(
    lexicons: Sequence[Lexicon], words: Counter[tuple[str, str, bool]], alone: Counter[tuple[str, str]]
) -> tuple[Culprit, ...]:
    entries: dict[tuple[str, str], Entry] = {}
    for lexicon in lexicons:
        for entry in lexicon.entries:
            entries.setdefault((lexicon.name, entry.word), entry)
    found = [
        Culprit(lexicon, entries[lexicon, word], words[lexicon, word, True], hits, alone[lexicon, word])
        for (lexicon, word, wanted), hits in words.items()
        if not wanted
    ]
    return tuple(sorted(found, key=lambda c: (-c.false, c.found, c.lexicon, c.entry.line, c.entry.word)))
