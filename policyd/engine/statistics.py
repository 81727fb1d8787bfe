"""Statistics of a group, worked out from its figures: of single local days, and over several that are over. What each
means exactly is said in docs/statistics.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from policyd.engine.past_days import PastDays, messages, share
from policyd.model import figures as f
from policyd.model.figures import DayFigures
from policyd.model.local_days import date_of

REACH: Final = 2 * max(f.BRACKETS)
"""So many days before today must be known for the retention of a month."""
_MS: Final = 1000


class Tickets(Struct, frozen=True):
    """`answered`: by how long a human took, as the bounds in `model.figures.ANSWERED_WITHIN`; `answered_seconds`: of
    all those together."""

    opened: int
    approved: int
    refused: int
    expired: int
    answered_seconds: float
    answered: tuple[int, ...]

    @property
    def settled_by_human(self) -> int:
        return self.approved + self.refused

    @property
    def mean_seconds(self) -> float | None:
        """How long a human took."""
        return self.answered_seconds / self.settled_by_human if self.settled_by_human else None


class Counts(Struct, frozen=True, kw_only=True):
    """What is simply added up. `hours`: messages by hour of the local day; of days whose hours are no longer kept they
    are in `messages` only. `violations` and `overruled` by rule, `actions` as the endpoint spells them, all in falling
    order."""

    messages: int
    hours: tuple[int, ...]
    joins: int
    leaves: int
    requests: int
    violations: dict[str, int]
    actions: dict[str, int]
    tickets: Tickets
    overruled: dict[str, int]


class Day(Counts, frozen=True, kw_only=True):
    """A local day. `active`: members who wrote on it; `active_7d`, `active_30d`: within so many days until its end.
    `returned` and `left`: of those who joined on it, by the last day of the bracket. `size`: members of the group."""

    date: str
    active: int
    active_7d: int
    active_30d: int
    size: int | None
    returned: dict[str, int]
    left: dict[str, int]


class Span(Counts, frozen=True, kw_only=True):
    """Days that are over. `active_mean`: members who wrote, in the mean of the days. `active_1d` … `active_30d` as on
    the last day, `speakers` as parts of the group's size then, `retention` as conditions read it on the day after;
    None where it is not known."""

    first: str
    last: str
    days: int
    active_mean: float
    active_1d: int
    active_7d: int
    active_30d: int
    size: int | None
    speakers: dict[str, float | None]
    retention: dict[str, float | None]


def day_statistics(day: DayFigures) -> Day:
    values = day.values
    return Day(
        **_counts([day]),
        date=date_of(day.day).isoformat(),
        active=values.get(f.ACTIVE, 0),
        active_7d=day.rolling[0],
        active_30d=day.rolling[1],
        size=values.get(f.SIZE),
        returned={f"{last}d": values.get(key, 0) for last, key in f.RETURNED.items()},
        left={f"{last}d": values.get(key, 0) for last, key in f.LEFT.items()},
    )


def span_statistics(past: PastDays, days: int, size: int | None = None) -> Span:
    """Over the last `days` days, which are known with `REACH` of them. `size`: of the group, where it is known better
    than the days tell it."""
    over = past.days(days)
    active = {within: past.active(within) for within in (1, 7, 30)}
    known = size if size is not None else _size(over)
    return Span(
        **_counts(over),
        first=date_of(past.today - days).isoformat(),
        last=date_of(past.today - 1).isoformat(),
        days=days,
        active_mean=sum(day.values.get(f.ACTIVE, 0) for day in over) / days,
        active_1d=active[1],
        active_7d=active[7],
        active_30d=active[30],
        size=known,
        speakers={f"{within}d": share(number, known) for within, number in active.items()},
        retention={f"{within}d": past.retention(within) for within in f.BRACKETS},
    )


def _size(days: Sequence[DayFigures]) -> int | None:
    """As of the last day for which it is known."""
    return next((day.values[f.SIZE] for day in reversed(days) if f.SIZE in day.values), None)


def _counts(days: Sequence[DayFigures]) -> dict[str, Any]:
    """The fields of `Counts`."""
    summed: Counter[str] = Counter()
    for day in days:
        summed.update(day.values)
    return dict(
        messages=sum(map(messages, days)),
        hours=tuple(summed[hour] for hour in f.MESSAGES),
        joins=summed[f.JOINS],
        leaves=summed[f.LEAVES],
        requests=summed[f.REQUESTS],
        violations=_named(summed, f.VIOLATIONS),
        actions=_named(summed, f.DONE),
        tickets=Tickets(
            summed[f.OPENED],
            summed[f.SETTLED["approved"]],
            summed[f.SETTLED["refused"]],
            summed[f.SETTLED["expired"]],
            summed[f.ANSWERED_MS] / _MS,
            tuple(summed[key] for key in f.ANSWERED),
        ),
        overruled=_named(summed, f.OVERRULED),
    )


def _named(summed: Counter[str], prefix: str) -> dict[str, int]:
    found = [(key.removeprefix(prefix), number) for key, number in summed.items() if key.startswith(prefix) and number]
    return dict(sorted(found, key=lambda each: (-each[1], each[0])))
