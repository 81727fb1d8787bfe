"""What is doubtful about a list, each with the line where it stands."""

from __future__ import annotations

from policyd.text.lexicon import Lexicon
from policyd.text.problems import problems
from policyd.text.wordfile import read_words


def test_every_kind_of_problem_is_told_with_its_line() -> None:
    words = read_words("赌博\n\u200b\n賭博\n赌\n啊啊\n生日\nfine", "words.txt")
    excepts = read_words("反赌博\n生日\n无关", "except.txt")
    found = problems(Lexicon("list", words, excepts))
    assert [(p.kind, p.entry.file, p.entry.line, p.detail) for p in found] == [
        ("empty_after_folding", "words.txt", 2, ""),
        ("duplicate", "words.txt", 3, "赌博 (words.txt:1)"),
        ("single_character", "words.txt", 4, ""),
        ("single_character", "words.txt", 5, ""),
        ("swallowed_by_except", "words.txt", 6, "生日 (except.txt:2)"),
        ("except_without_entry", "except.txt", 3, ""),
    ]
