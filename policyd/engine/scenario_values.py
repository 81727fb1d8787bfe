"""Values as tests write them, as events carry them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from policyd.language.nodes import Constant, Expr, ListOf, Name
from policyd.model.event import AttributeValue, Scalar

Midnight = Callable[[date], int]
"""The first instant of a day in the zone of the test, in ms since the epoch."""


def text(value: Expr) -> str:
    """What a field of text says; a bare name stands for itself, as in `role admin`."""
    return value.text if isinstance(value, Name) else str(_constant(value).value)


def texts(value: Expr) -> tuple[str, ...]:
    return tuple(map(text, value.items)) if isinstance(value, ListOf) else (text(value),)


def count(value: Expr) -> int:
    return int(_number(value))


def seconds(value: Expr) -> float:
    """A length of time, written as a duration or as a number of seconds."""
    return _number(value) / 1000 if _constant(value).unit == "duration" else _number(value)


def lengths(value: Expr) -> tuple[float | None, ...]:
    """`75`, `[30, 1m15s]`: the lengths of videos or voices."""
    return tuple(map(seconds, value.items)) if isinstance(value, ListOf) else (seconds(value),)


def truth(value: Expr) -> bool:
    return bool(_constant(value).value)


def instant(value: Expr, now: int, midnight: Midnight) -> int:
    """`10d` ago, or the beginning of a day."""
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
    assert isinstance(value, Constant), value
    return value


def _number(value: Expr) -> float:
    found = _constant(value).value
    assert isinstance(found, int | float), value
    return found
