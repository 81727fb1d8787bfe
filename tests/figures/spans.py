"""Statistics over several days, as commands and summaries tell them, against the book."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from policyd.engine.past_days import PastDays
from policyd.engine.statistics import Span, span_statistics
from policyd.model.figures import FiguresRead
from tests.figures.book import Book

DAYS: Final = (1, 7, 30, 90)
BY_HOUR_FOR: Final = 62
"""Days for which messages are known by hour."""
CLOSE: Final = Fraction(1, 10**9)


def differences(book: Book, read: FiguresRead, today: date, size: int) -> list[str]:
    """In words, of the last days before `today`."""
    past = PastDays(read, read.today.day)
    found = []
    for days in DAYS:
        told = span_statistics(past, days, size)
        for name, expected in _expected(book, today, days, size).items():
            got = _field(told, name)
            if not _is_same(expected, got):
                found.append(f"{name} of {days} days until {today}: expected {expected}, told {got}")
    return found


def _expected(book: Book, today: date, days: int, size: int) -> dict[str, object]:
    over = [today - timedelta(days=back) for back in range(1, days + 1)]
    added: Counter[str] = Counter()
    for day in over:
        added.update(book.figures(day))
    with_hours = [day for day in over if (today - day).days <= BY_HOUR_FOR]
    yesterday = today - timedelta(days=1)
    active = {within: book.within(yesterday, within) for within in (1, 7, 30)}
    return {
        "messages": sum(sum(book.hours[day].values()) for day in over),
        "hours": tuple(sum(book.hours[day][hour] for day in with_hours) for hour in range(24)),
        "joins": added["j"],
        "leaves": added["l"],
        "requests": added["q"],
        "violations": _named(added, "v:"),
        "actions": _named(added, "d:"),
        "overruled": _named(added, "o:"),
        "tickets.opened": added["t:opened"],
        "tickets.approved": added["t:approved"],
        "tickets.refused": added["t:refused"],
        "tickets.expired": added["t:expired"],
        "tickets.answered": tuple(added[f"w{place}"] for place in range(8)),
        "tickets.answered_seconds": Fraction(added["w"], 1000),
        "active_mean": Fraction(sum(len(book.writers[day]) for day in over), days),
        **{f"active_{within}d": number for within, number in active.items()},
        "speakers": {f"{within}d": _share(number, size) for within, number in active.items()},
        "retention": {f"{last}d": book.fact("retention", last, today, None) for last in (1, 3, 7, 30)},
    }


def _named(added: Counter[str], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): number for name, number in added.items() if name.startswith(prefix)}


def _share(active: int, size: int) -> Fraction:
    return min(Fraction(1), Fraction(active, size))


def _field(span: Span, name: str) -> object:
    found: object = span
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _is_same(expected: object, got: object) -> bool:
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(
            _is_same(expected.get(name), got.get(name)) for name in {*expected, *got}
        )  # fmt: skip
    if isinstance(expected, Fraction):
        return isinstance(got, (int, float)) and abs(Fraction(got) - expected) <= CLOSE * max(Fraction(1), expected)
    return expected == got
