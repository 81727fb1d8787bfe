"""Regular expressions of authors, in linear time (RE2)."""

from __future__ import annotations

import re2


class Pattern:
    """`like /pattern/`: searched anywhere, compiled once. UTF-8 on both sides spares RE2's wrapper the counting of
    code points, as only whether it is found matters."""

    __slots__ = ("_regex",)

    def __init__(self, pattern: str) -> None:
        self._regex = re2.compile(pattern.encode())

    def found(self, text: str) -> bool:
        return self._regex.search(text.encode()) is not None
