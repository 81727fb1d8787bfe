"""Instants and lengths of time as they stand in decisions."""

from __future__ import annotations

from datetime import UTC, datetime

from policyd.reference.hours import local


def rfc3339(instant: int, zone: str) -> str:
    """`instant` (ms since the epoch) with the offset of `zone`; past the calendar, its end."""
    try:
        moment = local(instant, zone)
    except OverflowError:
        moment = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")


def whole_seconds(ms: int) -> int:
    """Rounded up."""
    return -(-ms // 1000)
