"""Every registered kind of finding: its examples give it and nothing else, its texts fit its fields."""

from __future__ import annotations

import string
from collections.abc import Mapping

import pytest

from policyd.check.load import load_texts
from policyd.language.codes import CODES
from policyd.language.diagnostics import Code, Diagnostic, Texts

CHECKED = [code for code in CODES.values() if code.code[0] in "CW"]
ON_DISK = {"C001", "C002", "C007", "C009"}
"""What only a folder can have wrong; `test_files.py` shows these."""
BESIDE: Mapping[str, tuple[Mapping[str, str], Mapping[str, bytes]]] = {
    "C004": ({}, {"words/ads.txt": "加微信".encode("gb18030")}),
    "C008": ({}, {"words/ads.txt": b"x" * (16 * 2**20 + 1)}),
    "C102": ({"other.policy": "policy p { for every group }"}, {}),
    "C560": ({}, {"students.csv": b"\n"}),
    "C561": ({}, {"students.csv": b"phone,class\n1\n"}),
    "C563": ({}, {"students.csv": b"phone,class,class\n1,A,B\n"}),
    "C566": ({}, {"students.csv": b"phone,class\n1,A\rB,C\n"}),
    "W560": ({}, {"students.csv": b"phone,class\n,A\n"}),
    "W562": ({}, {"students.csv": b"phone,class\n1.38E+10,A\n"}),
    "W561": ({}, {"students.csv": b"phone,class\n1,A\n1,B\n"}),
    "C502": ({}, {"words/huge.txt": "\n".join(f"w{n}" for n in range(1_000_001)).encode()}),
}
"""Other policies, and word files, that stand beside the bad example."""
GOOD_FILES: Mapping[str, bytes] = {
    "words/ads.txt": "加微信\n".encode(), "students.csv": b"phone,class\n13800000000,A\n",
}  # fmt: skip
"""What stands beside every good example, and beside bad ones that have nothing else of that name."""


def found(text: str, code: str, *, good: bool = False) -> list[Diagnostic]:
    policies, words = BESIDE.get(code, ({}, {}))
    beside = {**GOOD_FILES, **({} if good else words)}
    return load_texts({"main.policy": text, **({} if good else policies)}, beside)[1]


@pytest.mark.parametrize("code", [code for code in CHECKED if code.code not in ON_DISK], ids=lambda code: code.code)
def test_bad_example_gives_this_and_nothing_else(code: Code) -> None:
    diagnostics = found(code.bad, code.code)
    assert {diagnostic.code for diagnostic in diagnostics} == {code.code}, [d.message() for d in diagnostics]
    for diagnostic in diagnostics:
        for language in ("en", "zh"):
            assert "{" not in diagnostic.title(language)
            assert diagnostic.message(language)
            assert diagnostic.help(language)


@pytest.mark.parametrize("code", CHECKED, ids=lambda code: code.code)
def test_good_example_is_clean(code: Code) -> None:
    assert [(d.code, d.message()) for d in found(code.good, code.code, good=True)] == []


@pytest.mark.parametrize("code", CHECKED, ids=lambda code: code.code)
def test_both_languages_name_the_same_fields(code: Code) -> None:
    for part in ("message", "help"):
        assert fields(code.en, part) == fields(code.zh, part)


def fields(texts: Texts, part: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(getattr(texts, part))} - {None}


@pytest.mark.parametrize("code", CHECKED, ids=lambda code: code.code)
def test_style_of_messages(code: Code) -> None:
    """Lower case, no full stop; titles without fields."""
    for texts in (code.en, code.zh):
        for text in (texts.title, texts.message, texts.help):
            assert text == text.strip()
            assert not text.endswith((".", "。"))
    assert not code.en.title[0].isupper()
    assert not code.en.message[0].isupper()
    assert not code.en.help[:1].isupper()
