"""Hiding what was found."""

from __future__ import annotations

from collections.abc import Iterable


def mask(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with `*` for every code point of the spans, which are half open and in order."""
    parts: list[str] = []
    last = 0
    for start, end in spans:
        parts += text[last:start], "*" * (end - max(start, last))
        last = max(end, last)
    return "".join([*parts, text[last:]])
