"""What is doubtful about a word list: entries that never match, or match far too much."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from policyd.text.fold import fold
from policyd.text.lexicon import Entry, Lexicon
from policyd.text.matcher import Matcher
from policyd.text.views import collapse, strip

Trouble = Literal["empty_after_folding", "single_character", "duplicate", "swallowed_by_except", "except_without_entry"]


class Problem(Struct, frozen=True):
    """`detail` is the other entry that a duplicate repeats or that swallows this one, with file and line, or empty."""

    kind: Trouble
    entry: Entry
    detail: str = ""


def problems(lexicon: Lexicon) -> list[Problem]:
    """Everything doubtful, entries first, in the order in which they are written."""
    allowed = {_bare(phrase.word): phrase for phrase in lexicon.excepts}
    first: dict[str, Entry] = {}
    found: list[Problem] = []
    for entry in lexicon.entries:
        bare = _bare(entry.word)
        if not bare:
            found.append(Problem("empty_after_folding", entry))
        elif bare in first:
            found.append(Problem("duplicate", entry, _place(first[bare])))
        elif bare in allowed:
            found.append(Problem("swallowed_by_except", entry, _place(allowed[bare])))
        elif len(collapse(bare)) == 1:
            found.append(Problem("single_character", entry))
        first.setdefault(bare, entry)
    return found + _useless_excepts(lexicon)


def _useless_excepts(lexicon: Lexicon) -> list[Problem]:
    if not lexicon.excepts:
        return []
    anywhere = Lexicon(lexicon.name, lexicon.entries, boundary=False)
    matcher = Matcher.build([anywhere])
    return [Problem("except_without_entry", phrase) for phrase in lexicon.excepts if not matcher.search(phrase.word)]


def _bare(word: str) -> str:
    """What is compared: the folded entry without noise, or with it where there is nothing else (`+++`)."""
    folded = fold(word)
    return strip(folded).strip() or folded.strip()


def _place(entry: Entry) -> str:
    return f"{entry.word} ({entry.file}:{entry.line})" if entry.file else entry.word
