"""Everything that happened in one group, and each figure of it worked out anew: plain sets of members by local date.

Knows the names of the figures and nothing of how they are kept.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

EPOCH: Final = date(1970, 1, 1).toordinal()
BUCKETS: Final = (1, 5, 15, 60, 4 * 60, 24 * 60, 3 * 24 * 60)
"""Minutes within which tickets are answered, the last bucket being for those that took longer."""
SPANS: Final = ((1, 1), (2, 3), (4, 7), (8, 30))
"""Days after joining, from and to."""


def span_of(age: int) -> int | None:
    """The end of the span that a number of days lies in."""
    return next((last for first, last in SPANS if first <= age <= last), None)


class Book:
    """`wrote`: by member, the dates on which they did, the newest last. `came`: by member, the date of joining, unless
    they have left since. `returned`, `left`: by date of joining, who wrote or left within which span."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.hours: defaultdict[date, Counter[int]] = defaultdict(Counter)
        self.writers: defaultdict[date, set[str]] = defaultdict(set)
        self.wrote: dict[str, date] = {}
        self.came: dict[str, date] = {}
        self.returned: defaultdict[date, set[tuple[str, int]]] = defaultdict(set)
        self.left: defaultdict[date, Counter[int]] = defaultdict(Counter)
        self.told: defaultdict[date, Counter[str]] = defaultdict(Counter)
        self.since: date | None = None

    def on(self, now: int) -> date:
        return self._wall(now).date()

    def _wall(self, now: int) -> datetime:
        return datetime.fromtimestamp(now // 1000, UTC).astimezone(self.zone)

    # ------------------------------------------------------------ what happens

    def message(self, member: str, now: int) -> None:
        wall = self._wall(now)
        today = wall.date()
        self._begin(today)
        self.hours[today][wall.hour] += 1
        before = self.wrote.get(member)
        if before is not None and before >= today:
            return
        self.writers[today].add(member)
        self.wrote[member] = today
        joined = self.came.get(member)
        if joined is not None and (span := span_of((today - joined).days)):
            self.returned[joined].add((member, span))

    def join(self, member: str, now: int) -> None:
        self.count("j", now)
        self.came[member] = self.on(now)

    def leave(self, member: str, now: int) -> None:
        self.count("l", now)
        joined = self.came.pop(member, None)
        if joined is not None and 0 <= (age := (self.on(now) - joined).days) <= 30:
            self.left[joined][span_of(age) or 1] += 1

    def count(self, figure: str, now: int, number: int = 1) -> None:
        self._begin(self.on(now))
        self.told[self.on(now)][figure] += number

    def answered(self, took: int, now: int) -> None:
        self.count("w", now, took)
        self.count(f"w{sum(took > minutes * 60_000 for minutes in BUCKETS)}", now)

    def _begin(self, today: date) -> None:
        self.since = today if self.since is None else min(self.since, today)

    # ------------------------------------------------------------ figures

    def figures(self, day: date) -> dict[str, int]:
        """Those of one day, by name, zeros left out."""
        found: Counter[str] = Counter({f"m{hour:02}": number for hour, number in self.hours[day].items()})
        found.update(self.told[day])
        found["a"] = len(self.writers[day])
        found.update(f"r{span}" for _, span in self.returned[day])
        found.update({f"g{span}": number for span, number in self.left[day].items()})
        return {name: number for name, number in found.items() if number}

    def within(self, day: date, days: int) -> int:
        """Members who wrote in so many days until the end of this one."""
        return len(set[str]().union(*(self.writers[day - timedelta(days=back)] for back in range(days))))

    # ------------------------------------------------------------ facts

    def fact(self, name: str, days: int, today: date, size: int | None) -> Fraction | None:
        """As rules read it; None: nobody knows."""
        if not days:
            found = sum(self.hours[today].values()) if name == "messages_today" else len(self.writers[today])
            return Fraction(found)
        yesterday = today - timedelta(days=1)
        if name.startswith("falling "):
            return self._falling(name.removeprefix("falling "), days, today)
        if name == "retention":
            return self._retention(days, today)
        if self.since is None or self.since > yesterday:
            return None
        if name in ("active", "speakers"):
            active = self.within(yesterday, days)
            return Fraction(active) if name == "active" else min(Fraction(1), Fraction(active, size)) if size else None
        return Fraction(self._sum(name, today, days))

    def _sum(self, name: str, today: date, days: int) -> int:
        """Over so many days before a day."""
        return sum(self._daily(name, today - timedelta(days=back)) for back in range(1, days + 1))

    def _daily(self, name: str, day: date) -> int:
        if name == "messages":
            return sum(self.hours[day].values())
        return len(self.writers[day]) if name == "active" else self.told[day][name[0] if name != "requests" else "q"]

    def _falling(self, name: str, days: int, today: date) -> Fraction | None:
        if self.since is None or self.since > today - timedelta(days=2 * days):
            return None
        recent, before = self._sum(name, today, days), self._sum(name, today - timedelta(days=days), days)
        return max(Fraction(0), Fraction(before - recent, before)) if before else None

    def _retention(self, days: int, today: date) -> Fraction | None:
        joined = [today - timedelta(days=back) for back in range(days + 1, 2 * days + 1)]
        came = sum(self.told[day]["j"] for day in joined)
        stayed = sum(span == days for day in joined for _, span in self.returned[day])
        return min(Fraction(1), Fraction(stayed, came)) if came else None
