"""Folding by an array is folding by the table."""

from __future__ import annotations

from itertools import chain

import pytest

from policyd.text.fold import table, translator
from policyd.text.lexicon import DEFAULT_RESIST


@pytest.mark.parametrize("numerals", [False, True])
def test_every_character_is_translated_as_by_the_table(numerals: bool) -> None:
    of = table(DEFAULT_RESIST, numerals=numerals)
    translate = translator(of)
    for code in chain(of, range(0x250), range(0x1F000, 0x1FC00), range(0, 0x110000, 257)):
        text = f"{chr(code)}国a"
        assert translate(text) == text.translate(of), hex(code)
