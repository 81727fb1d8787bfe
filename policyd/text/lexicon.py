"""A word list as the matcher takes it."""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

Technique = Literal["width", "case", "script", "noise", "repeats", "split", "styled", "sound"]
DEFAULT_RESIST: Final[frozenset[Technique]] = frozenset(
    {"width", "case", "script", "noise", "repeats", "split", "styled"}
)


class Entry(Struct, frozen=True):
    """One word and where it was written: a file name relative to the policy directory and a line from 1."""

    word: str
    file: str
    line: int


class Lexicon(Struct, frozen=True):
    """`boundary`: Latin entries need word boundaries, unless it is False."""

    name: str
    entries: tuple[Entry, ...]
    excepts: tuple[Entry, ...] = ()
    resist: frozenset[Technique] = DEFAULT_RESIST
    boundary: bool = True
