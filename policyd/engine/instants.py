"""Instants as they stand in decisions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from policyd.model.local_days import local_day

_MINUTE: Final = 60_000
_DAY: Final = 86_400_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_PAST_THE_CALENDAR: Final = "9999-12-31T23:59:59+00:00"


def rfc3339(instant: int, zone: str) -> str:
    """`instant` (ms since the epoch) with the offset of `zone`, in whole seconds where it is one. Instants past the
    calendar end with the year 9999."""
    minute, rest = divmod(instant, _MINUTE)
    shown = _minute(zone, minute)
    if shown is None:
        return _exactly(instant, zone)
    before, after = shown
    seconds, ms = divmod(rest, 1000)
    return f"{before}{seconds:02}.{ms:03}{after}" if ms else f"{before}{seconds:02}{after}"


def _exactly(instant: int, zone: str) -> str:
    try:
        return _local(zone, instant).isoformat(timespec="milliseconds" if instant % 1000 else "seconds")
    except OverflowError:
        return _PAST_THE_CALENDAR


@lru_cache(maxsize=1024)
def _minute(zone: str, minute: int) -> tuple[str, str] | None:
    """What stands before and after the seconds of all instants of a minute of UTC, as most that are told soon after
    each other lie in the same. None where local clocks show other seconds than UTC, as they once did, and at the ends
    of the calendar."""
    try:
        start = _local(zone, minute * _MINUTE)
    except OverflowError:
        return None
    shown = start.isoformat(timespec="seconds")
    return None if start.second else (shown[:17], shown[19:])


def _local(zone: str, instant: int) -> datetime:
    return (_EPOCH + timedelta(milliseconds=instant)).astimezone(_zone(zone))


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_in(zone: str, instant: int) -> int:
    """The local day; at the very ends of the calendar, where zones have none, that of UTC."""
    try:
        return local_day(zone, instant)
    except OverflowError:
        return instant // _DAY


def seconds_until(end: int, now: int) -> int:
    """Whole seconds from `now` to `end`, rounded up."""
    return -((now - end) // 1000)
