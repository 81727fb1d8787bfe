"""Instants as they stand in decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from policyd.model.local_days import local_day

_DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(instant: int, zone: str) -> str:
    """`instant` (ms since the epoch) with the offset of `zone`, in whole seconds where it is one. Instants past the
    calendar end with the year 9999."""
    try:
        moment = (_EPOCH + timedelta(milliseconds=instant)).astimezone(_zone(zone))
    except OverflowError:
        return "9999-12-31T23:59:59+00:00"
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def day_in(zone: str, instant: int) -> int:
    """The local day; at the very ends of the calendar, where zones have none, that of UTC."""
    try:
        return local_day(zone, instant)
    except OverflowError:
        return instant // _DAY


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def seconds_until(end: int, now: int) -> int:
    """Whole seconds from `now` to `end`, rounded up."""
    return -((now - end) // 1000)
