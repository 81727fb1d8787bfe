"""Columns side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line each, by the width that texts have on a terminal; never wrapped."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()


def width(text: str) -> int:
    """Of a text on a terminal, where wide characters take two places."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def one_line(text: str, most: int = 60) -> str:
    """A text as part of a line: breaks as spaces, the end of a long one left out."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
