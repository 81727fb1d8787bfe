"""Word files: one entry a line, `#` begins a comment."""

from __future__ import annotations

import re
from typing import Final

from policyd.text.lexicon import Entry

# A `#` in a word (`C#`) is part of it; a comment stands at the start of a line or after white space.
_COMMENT: Final = re.compile(r"(?:^|\s)#.*$")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def read_words(text: str, file: str) -> tuple[Entry, ...]:
    """The entries of a word file's text. Takes a BOM, any line ends, blank lines and surrounding white space;
    lines are counted from 1 and `file` is only repeated in the entries."""
    entries: list[Entry] = []
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), start=1):
        word = (_COMMENT.sub("", line) if "#" in line else line).strip()
        if word:
            entries.append(Entry(word, file, number))
    return tuple(entries)
