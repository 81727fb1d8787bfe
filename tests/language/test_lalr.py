"""The parser reads as Lark does, from whose analysis of the grammar its table was made."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from policyd.language import parse_table
from policyd.language.forms import Form, Leaf
from policyd.language.keywords import SUPPORTED
from policyd.language.lalr import Parser, Unexpected
from policyd.language.lark_table import from_grammar, table_text
from policyd.language.source import Source
from tests.language.test_parse import DECLARATIONS, ROOT, WORDS, policies_of

Read = tuple[Any, ...]


@cache
def ours() -> Parser:
    return Parser(parse_table.load())


@cache
def larks() -> Lark:
    return from_grammar()


def shape(part: Form | Leaf) -> Read:
    if isinstance(part, Leaf):
        return part.kind, part.text, part.start, part.end
    return part.kind, *map(shape, part.parts)


def shape_of_lark(part: Any) -> Read:
    if not isinstance(part, Tree):
        return part.type, str(part), part.start_pos, part.end_pos
    return str(part.data), *map(shape_of_lark, part.children)


def read(text: str, keyword: str) -> Read:
    try:
        return shape(ours().parse(text, keyword, Source("", text), 0, len(text)))
    except Unexpected as error:
        return error.offset, error.accepted


def read_by_lark(text: str, keyword: str) -> Read:
    try:
        return shape_of_lark(larks().parse(text, start=keyword))
    except UnexpectedToken as error:
        at_end = error.token.type == parse_table.END
        return len(text) if at_end else error.token.start_pos, frozenset(error.accepts or error.expected)
    except UnexpectedInput as error:
        assert isinstance(error, UnexpectedCharacters)
        allowed: Any = error.allowed
        return error.pos_in_stream, frozenset(allowed) - {"<END-OF-FILE>"}


def test_the_table_is_that_of_the_grammar() -> None:
    assert parse_table.FILE.read_text(encoding="utf-8") == table_text(), "run python -m policyd.language.lark_table"


@given(st.sampled_from(SUPPORTED), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
@example("let", "let a = 1 @")
@example("let", "let a = 1 # \n\ufeff\t")
@settings(max_examples=300, deadline=None)
def test_any_words(keyword: str, text: str) -> None:
    assert read(text, keyword) == read_by_lark(text, keyword)


@pytest.mark.parametrize("declaration", DECLARATIONS)
def test_declarations_with_a_word_left_out_or_put_in(declaration: str) -> None:
    keyword = declaration.split()[0].replace("shadow", "rule")
    words = declaration.split(" ")
    for at in range(len(words) + 1):
        for text in (words[:at] + words[at + 1 :], [*words[:at], "then", *words[at:]], [*words[:at], "?", *words[at:]]):
            assert read(" ".join(text), keyword) == read_by_lark(" ".join(text), keyword)


def test_the_manual() -> None:
    examples = "\n".join(policies_of(ROOT / "grammar" / "LANGUAGE.md"))
    for text in examples.split("\n\n"):
        keyword = next((word for word in text.split() if word in SUPPORTED), "rule")
        assert read(text, keyword) == read_by_lark(text, keyword)
