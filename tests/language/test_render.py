"""A finding on a terminal and as data."""

from __future__ import annotations

import pytest

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Phrase, Related
from policyd.language.render import as_dict, render
from policyd.language.source import Source, Span
from tests.language.reading import read


def underlined(text: str, start: int, end: int) -> list[str]:
    """The source line and the marks under it, without the gutter."""
    finding = diagnostic("P133", Span(Source("a", text), start, end), after="x", got="y", expected="z")
    _, line, marks, _ = render(finding).split("\n")
    return [line.split("| ", 1)[1], marks.split("| ", 1)[1].split(" after")[0]]


@pytest.mark.parametrize(
    ("text", "start", "end", "line", "marks"),
    [
        ("ab cd", 3, 5, "ab cd", "   ^^"),
        ("网赌 cd", 3, 5, "网赌 cd", "     ^^"),
        ("a 网赌", 2, 4, "a 网赌", "  ^^^^"),
        ("a\uff0cb", 2, 3, "a\uff0cb", "   ^"),
        ("\tab", 1, 3, "    ab", "    ^^"),
        ("e\u0301a", 2, 3, "e\u0301a", " ^"),
        ("a\u202eb", 1, 2, "a<U+202E>b", " ^^^^^^^^"),
        ("a\x1b[31mb", 5, 7, "a<U+001B>[31mb", "             ^^"[:14]),
        ("ab", 2, 2, "ab", "  ^"),
        ("ab\ncd", 1, 5, "ab", " ^"),
        ("ab\r\ncd", 4, 6, "cd", "^^"),
    ],
)
def test_the_underline_stands_below_the_span(text: str, start: int, end: int, line: str, marks: str) -> None:
    shown, under = underlined(text, start, end)
    assert shown == line
    if "\x1b" not in text:
        assert under == marks


def test_long_lines_are_cropped_around_the_place() -> None:
    line, marks = underlined("x" * 5000 + "网" + "y" * 5000, 5000, 5001)
    assert len(line) < 200
    assert line.startswith("…x") and line.endswith("y…")
    assert marks.index("^") == line.index("网")
    assert marks.count("^") == 2


def test_the_whole_in_both_languages() -> None:
    source = Source("群规/a.policy", "let b = 1\nlet 群 = 2")
    related = [Related(Span(source, 4, 5), Phrase("first here", "第一次在这里"))]
    finding = diagnostic("P109", Span(source, 14, 15), related=related, number="5", word="条")
    assert render(finding).split("\n") == [
        "群规/a.policy:2:5: error[P109]: a number and a word without a space",
        "  2 | let 群 = 2",
        "    |     ^^ `5` and `条` stand together",
        "群规/a.policy:1:5: note",
        "  1 | let b = 1",
        "    |     ^ first here",
        "  = help: write `5 条`",
    ]
    assert render(finding, "zh").split("\n")[0] == "群规/a.policy:2:5: 错误[P109]: 数字和文字之间缺少空格"
    styled = render(finding, style=lambda role, text: f"<{role}>{text}</{role}>")
    assert "<error>error[P109]</error>" in styled and "<underline>^^</underline>" in styled


def test_as_data() -> None:
    (finding,) = read("let a = 1\nlet b = 5条")[1]
    assert as_dict(finding) == {
        "severity": "error",
        "code": "P109",
        "title": "a number and a word without a space",
        "message": "`5` and `条` stand together",
        "help": "write `5 条`",
        "file": "a.policy",
        "line": 2,
        "column": 9,
        "end_line": 2,
        "end_column": 11,
    }
    assert as_dict(finding, "zh")["help"] == "请写成 `5 条`"
