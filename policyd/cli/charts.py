"""Small charts of text. Where the terminal's encoding has no block characters, plainer ones stand for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Final

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_PLAIN: Final = "_.:-=+*#"
_NOTHING: Final = "."
_HOURS: Final = 24
_WIDE: Final = 2
"""Columns of an hour."""
_HIGH: Final = 4
"""Lines of the hours."""


def levels() -> str:
    """Eight characters, the lowest first, that stdout can show."""
    try:
        _BLOCKS.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return _PLAIN
    return _BLOCKS


def spark(values: Sequence[int], most: int) -> str:
    """A character for each value, or for so many neighbours together that there are at most `most`; `.` for nothing."""
    folded = fold(values, most)
    top, steps = max(folded, default=0), levels()
    return "".join(steps[_level(value, top, len(steps))] if value > 0 else _NOTHING for value in folded)


def fold(values: Sequence[int], most: int) -> list[int]:
    """As many neighbours added up as it takes; the last ones are whole."""
    together = folded_by(len(values), most)
    first = len(values) % together
    head = [sum(values[:first])] if first else []
    return head + [sum(values[place : place + together]) for place in range(first, len(values), together)]


def folded_by(count: int, most: int) -> int:
    return max(1, -(-count // most))


def bar(value: int, top: int, most: int) -> str:
    """A bar of at most so many characters; at least one for anything."""
    full = levels()[-1]
    return full * max(1, round(value / top * most)) if value > 0 and top > 0 else ""


def hours(values: Sequence[int]) -> Iterator[str]:
    """Columns for the hours of a day, and the hours below."""
    steps, top = levels(), max(values, default=0)
    for line in reversed(range(_HIGH)):
        yield "".join(_cell(value, top, line, steps) * _WIDE for value in values).rstrip()
    yield "".join(f"{hour:02}".ljust(6 * _WIDE) for hour in range(0, _HOURS, 6)).rstrip()


def _cell(value: int, top: int, line: int, steps: str) -> str:
    """What stands in a line of a column, line 0 being the lowest."""
    if value <= 0:
        return " "
    filled = max(1, round(value / top * _HIGH * len(steps))) - line * len(steps)
    return " " if filled <= 0 else steps[min(filled, len(steps)) - 1]


def _level(value: int, top: int, count: int) -> int:
    return max(0, min(count - 1, -(-value * count // top) - 1))
