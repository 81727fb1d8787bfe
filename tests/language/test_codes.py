"""The registry: every kind has its texts in both languages, a bad example that gives it alone, and a good one."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest

from policyd.language import lexical_codes, standing_codes, syntax_codes, workflow_codes
from policyd.language.codes import CODES, diagnostic, register
from policyd.language.diagnostics import Code, Language, Phrase
from policyd.language.read import decode
from policyd.language.source import NOWHERE
from tests.language.reading import read

REGISTERED_BY = (lexical_codes, standing_codes, syntax_codes, workflow_codes)
SYNTAX = [code for code in CODES.values() if code.code.startswith("P1")]
IN_BYTES = {"not-utf-8"}
"""Kinds that no text can show: their examples are bytes."""


def by_code(code: Code) -> str:
    return code.code


@pytest.mark.parametrize("code", SYNTAX, ids=by_code)
def test_examples(code: Code) -> None:
    if code.slug in IN_BYTES:
        return
    assert [finding.code for finding in read(code.bad)[1]] == [code.code]
    assert [finding.message() for finding in read(code.good)[1]] == []


@pytest.mark.parametrize("code", SYNTAX, ids=by_code)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_style(code: Code, language: Language) -> None:
    texts = code.texts(language)
    assert texts.title and texts.message and texts.help
    for text in (texts.title, texts.message, texts.help):
        assert not text.endswith((".", "。", "!"))
        assert text[0] == text[0].lower()
        assert text.count("`") % 2 == 0
        assert text.isascii() is (language == "en") or "…" in text or text.startswith("{")


@pytest.mark.parametrize("code", SYNTAX, ids=by_code)
def test_both_languages_name_the_same_fields(code: Code) -> None:
    fields = [
        {field for text in (texts.message, texts.help) for _, field, _, _ in string.Formatter().parse(text) if field}
        for texts in (code.en, code.zh)
    ]
    assert fields[0] >= fields[1] or fields[1] >= fields[0]
    for finding in read(code.bad)[1]:
        assert {name for name, _ in finding.fields} >= fields[0] | fields[1]


def test_a_code_is_registered_once() -> None:
    code = SYNTAX[0]
    for twice in (code, replace(code, slug="other"), replace(code, code="P999")):
        with pytest.raises(ValueError, match="registered twice"):
            register(twice)


def test_phrases_are_worded_in_the_language_asked_for() -> None:
    finding = diagnostic("P105", NOWHERE, got="@", want=Phrase("delete it", "请删除它"))
    assert (finding.help(), finding.help("zh")) == ("delete it", "请删除它")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("规则".encode("gbk"), "byte 0 cannot be read as UTF-8; it looks like GBK"),
        ("let a = 1".encode("utf-16"), "byte 0 cannot be read as UTF-8; it looks like UTF-16"),
        (b"let a\xff", "byte 5 cannot be read as UTF-8"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    source, (finding,) = decode("a.policy", data)
    assert (source.text, finding.code, finding.message()) == ("", "P101", message)


def test_bytes_that_are() -> None:
    for data in (b"let a = 1", b"\xef\xbb\xbflet a = 1"):
        source, findings = decode("a.policy", data)
        assert (source.name, source.text, findings) == ("a.policy", "let a = 1", [])
