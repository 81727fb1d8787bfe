"""The checked-in tables are what their scripts make."""

from __future__ import annotations

import unicodedata
from importlib.resources import files

import pytest

from bench.data import FOLDER
from scripts import fold_table, sound_table, split_table

DATA = files("policyd.text") / "data"


def checked_in(name: str) -> str:
    return (DATA / name).read_text("utf-8")


def test_the_fold_table_is_rebuilt_the_same() -> None:
    table = checked_in("fold.tsv")
    if f"Unicode {unicodedata.unidata_version}," not in table:
        pytest.skip("made with the Unicode data of another Python")
    assert fold_table.table() == table


def test_the_sound_table_is_rebuilt_the_same() -> None:
    assert sound_table.table() == checked_in("sound.tsv")


def test_the_split_table_is_rebuilt_the_same() -> None:
    source = FOLDER / "chaizi_jt.jsonl"
    if not source.is_file():
        pytest.skip("the source of the table is not beside the repository")
    assert split_table.table(source) == checked_in("split.tsv")
