"""Real messages and word lists beside the repository, which are measured with and never shipped."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from policyd.text.lexicon import DEFAULT_RESIST, Entry, Lexicon, Technique

FOLDER: Final = Path(__file__).resolve().parents[2] / "shared" / "data"


def present() -> bool:
    """Whether the data are on this machine."""
    return (FOLDER / "README.md").is_file()


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    """The objects of a `.jsonl` file."""
    with (FOLDER / name).open(encoding="utf-8") as lines:
        return tuple(json.loads(line) for line in lines)


@cache
def messages(name: str, label: int) -> tuple[str, ...]:
    """The texts with this label."""
    return tuple(row["text"] for row in rows(name) if row["label"] == label)


@cache
def words(name: str) -> tuple[str, ...]:
    """The entries of a list, each once."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))


def lexicon(
    entries: tuple[str, ...],
    *,
    name: str = "list",
    excepts: tuple[str, ...] = (),
    resist: frozenset[Technique] = DEFAULT_RESIST,
    boundary: bool = True,
) -> Lexicon:
    """A lexicon of these words, one a line."""
    return Lexicon(
        name,
        tuple(Entry(word, "", line) for line, word in enumerate(entries, 1)),
        tuple(Entry(word, "", line) for line, word in enumerate(excepts, 1)),
        resist,
        boundary,
    )
