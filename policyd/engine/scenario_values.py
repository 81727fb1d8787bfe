"""Values as tests write them, as events carry them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from policyd.language.diagnostics import Phrase
from policyd.language.nodes import Constant, Expr, ListOf, Name
from policyd.model.event import AttributeValue, Scalar


class Misstated(Exception):
    """A step of a test says something that cannot be; `about` says what, in both languages."""

    def __init__(self, about: Phrase) -> None:
        super().__init__(about.en)
        self.about = about


Midnight = Callable[[date], int]
"""The first instant of a day in the zone of the test, in ms since the epoch."""


def text(value: Expr) -> str:
    """What a field of text says; a bare name stands for itself, as in `role admin`."""
    return value.text if isinstance(value, Name) else str(_constant(value).value)


def texts(value: Expr) -> tuple[str, ...]:
    return tuple(map(text, value.items)) if isinstance(value, ListOf) else (text(value),)


def count(value: Expr) -> int:
    found = _constant(value)
    if found.unit != "int" or not isinstance(found.value, int):
        raise _misstated(value, Phrase("a whole number", "整数"))
    return found.value


def seconds(value: Expr) -> float:
    """A length of time, written as a duration or as a number of seconds."""
    return _number(value) / 1000 if _constant(value).unit == "duration" else _number(value)


def lengths(value: Expr) -> tuple[float | None, ...]:
    """`75`, `[30, 1m15s]`: the lengths of videos or voices."""
    return tuple(map(seconds, value.items)) if isinstance(value, ListOf) else (seconds(value),)


def truth(value: Expr) -> bool:
    found = _constant(value).value
    if not isinstance(found, bool):
        raise _misstated(value, Phrase("true or false", "true 或 false"))
    return found


def instant(value: Expr, now: int, midnight: Midnight) -> int:
    """`10d` ago, the beginning of a day, or a day and a clock time."""
    constant = _constant(value)
    return midnight(constant.value) if isinstance(constant.value, date) else now - int(_number(constant))


def attribute(value: Expr, zone: ZoneInfo, midnight: Midnight) -> AttributeValue:
    """As a bot would send it: a duration in seconds, a day as the RFC 3339 instant at which it begins."""
    if isinstance(value, ListOf):
        return [_scalar(item, zone, midnight) for item in value.items]
    return _scalar(value, zone, midnight)


def _scalar(value: Expr, zone: ZoneInfo, midnight: Midnight) -> Scalar:
    if isinstance(value, Name):
        return value.text
    constant = _constant(value)
    if isinstance(constant.value, date):
        return datetime.fromtimestamp(midnight(constant.value) / 1000, zone).isoformat()
    return seconds(constant) if constant.unit == "duration" else constant.value


def _constant(value: Expr) -> Constant:
    if not isinstance(value, Constant):
        raise _misstated(value, Phrase("one value", "一个值"))
    return value


def _number(value: Expr) -> float:
    found = _constant(value).value
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise _misstated(value, Phrase("a number or a duration", "数字或时长"))
    return found


def _misstated(value: Expr, expected: Phrase) -> Misstated:
    written = value.span.text
    return Misstated(Phrase(f"`{written}` should be {expected.en}", f"`{written}` 应是{expected.zh}"))
