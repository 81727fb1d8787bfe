"""Hours as the checker hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policyd.check.resolved_expressions import Node


@dataclass(frozen=True, slots=True)
class HoursWindow:
    """`days` (0 = Monday) or, where set, `dates` (first, last) select the local days on which the window starts, at
    minute `start`, for `end - start` minutes of wall-clock time (`end` may pass 1440: the next day). `bounds`: the
    window's starting day must lie in one of these date ranges, if any; `excepts`: and in none of these."""

    days: tuple[int, ...]
    dates: tuple[date, date] | None
    start: int
    end: int
    bounds: tuple[tuple[date, date], ...] = ()
    excepts: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Hours(Node):
    name: str
    zone: str
    windows: tuple[HoursWindow, ...]
