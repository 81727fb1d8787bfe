"""Numbers, durations, dates and clock times as written, and what is wrong with those that are none."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from policyd.language.codes import diagnostic
from policyd.language.diagnostics import Diagnostic
from policyd.language.source import Span

MILLISECONDS: Final = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000}
LONGEST: Final = 36_525 * MILLISECONDS["d"]
"""The longest duration, a hundred years, in ms."""
LARGEST: Final = 10**15
"""The bound of a written number: all whole numbers up to it are exact as a double."""

_PART: Final = re.compile(r"([0-9]+)([wdhms])")
WELL_FORMED_DURATION: Final = re.compile(r"(?:[0-9]+[wdhms])+")
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_GLUED: Final = re.compile(r"(\d+(?:\.\d+)?)(\w*)(%?)")
_UNIT_WORDS: Final = {
    "w": ("week", "weeks", "wk", "周", "星期", "个星期"),
    "d": ("day", "days", "天", "日"),
    "h": ("hour", "hours", "hr", "hrs", "小时", "个小时", "时", "小時", "個小時"),
    "m": ("minute", "minutes", "min", "mins", "分钟", "分", "分鐘"),
    "s": ("second", "seconds", "sec", "secs", "秒", "秒钟", "秒鐘"),
}
UNIT_OF_WORD: Final = {word: unit for unit, words in _UNIT_WORDS.items() for word in words}


def full_width_to_plain(written: str) -> str:
    """Full-width letters, digits and signs (U+FF01 to U+FF5E) as the plain ones."""
    return written.translate(_FULL_WIDTH)


def number(written: str) -> int | float | None:
    """A number; None where it is out of range."""
    text = full_width_to_plain(written)
    if len(text) > 32:
        return None
    value = float(text) if "." in text else int(text)
    return value if value <= LARGEST else None


def percent(written: str) -> float | None:
    """`15%` as 0.15; None where it is out of range."""
    value = number(full_width_to_plain(written).removesuffix("%"))
    return None if value is None else value / 100


def duration(written: str) -> int | None:
    """`1h30m` in ms; None where it is longer than a hundred years."""
    parts = _PART.findall(full_width_to_plain(written))
    if any(len(count) > 15 for count, _ in parts):
        return None
    total = sum(int(count) * MILLISECONDS[unit] for count, unit in parts)
    return total if total <= LONGEST else None


def day(written: str) -> date | None:
    """A date; None where the calendar has no such day."""
    try:
        year, month, of_month = map(int, full_width_to_plain(written).split("-"))
        return date(year, month, of_month)
    except ValueError:
        return None


def minute_of_day(written: str) -> int | None:
    """`22:30` as 1350, `24:00` as 1440; None where no clock shows it."""
    hours, minutes = map(int, full_width_to_plain(written).split(":"))
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= 1440 else None


def in_units(milliseconds: int) -> str:
    """A duration as an author would write it: `1h30m`."""
    parts = []
    for unit, size in MILLISECONDS.items():
        count, milliseconds = divmod(milliseconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def explain_glued_number(written: str, span: Span) -> Diagnostic:
    """Why `5messages`, `24hours` or `1.5h` is neither a number nor a duration."""
    match = _GLUED.fullmatch(full_width_to_plain(written))
    assert match is not None, "the scanner took it as a number"
    digits, word, _ = match.groups()
    unit = word if word in MILLISECONDS else UNIT_OF_WORD.get(word.lower())
    if unit is None:
        return diagnostic("P109", span, number=digits, word=word or "%")
    mended = digits + unit
    if "." in digits:
        mended = in_units(round(min(float(digits), 1e9) * MILLISECONDS[unit]))
    return diagnostic("P110", span, got=written, want=mended)
