"""Word files as operators write them."""

from __future__ import annotations

from policyd.text.wordfile import read_words


def test_a_word_file_takes_comments_any_line_ends_and_blanks() -> None:
    text = "\ufeff网赌\r\n# comment\r\n\n  博彩\t# a note\nC#\r两 字 词\n#"
    assert [(entry.word, entry.file, entry.line) for entry in read_words(text, "a.txt")] == [
        ("网赌", "a.txt", 1),
        ("博彩", "a.txt", 4),
        ("C#", "a.txt", 5),
        ("两 字 词", "a.txt", 6),
    ]
