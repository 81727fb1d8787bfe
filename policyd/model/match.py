"""A sensitive word found in a text."""

from __future__ import annotations

from msgspec import Struct


class Match(Struct, frozen=True, omit_defaults=False, gc=False):
    """`word` is the entry of `lexicon` as its author wrote it, `text` what stands at `start:end` of the original text
    (code points, half open). `view` names the disguise that was seen through: `plain`, `fold`, `noise`, `repeats`,
    `split` or `sound`."""

    lexicon: str
    word: str
    text: str
    start: int
    end: int
    view: str
