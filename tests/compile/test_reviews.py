"""Where the days, weeks and months of quotas begin."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from policyd.compile.reviews import period_start


@pytest.mark.parametrize(
    ("per", "zone", "now", "start"),
    [
        ("day", "Asia/Shanghai", "2026-03-02T00:00:00+08:00", "2026-03-02T00:00:00+08:00"),
        ("day", "Asia/Shanghai", "2026-03-01T23:59:59+08:00", "2026-03-01T00:00:00+08:00"),
        ("day", "Asia/Shanghai", "2026-03-01T16:30:00+00:00", "2026-03-02T00:00:00+08:00"),
        ("week", "Asia/Shanghai", "2026-03-02T09:00:00+08:00", "2026-03-02T00:00:00+08:00"),
        ("week", "Asia/Shanghai", "2026-03-08T23:00:00+08:00", "2026-03-02T00:00:00+08:00"),
        ("week", "UTC", "2026-01-01T09:00:00+00:00", "2025-12-29T00:00:00+00:00"),
        ("month", "UTC", "2026-01-31T09:00:00+00:00", "2026-01-01T00:00:00+00:00"),
        ("day", "America/New_York", "2026-03-08T12:00:00-04:00", "2026-03-08T00:00:00-05:00"),
        ("week", "America/New_York", "2026-03-08T12:00:00-04:00", "2026-03-02T00:00:00-05:00"),
        ("month", "America/New_York", "2026-11-30T12:00:00-05:00", "2026-11-01T00:00:00-04:00"),
        ("day", "America/Santiago", "2026-09-06T12:00:00-03:00", "2026-09-06T01:00:00-03:00"),
        ("day", "Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-25T00:00:00+02:00"),
    ],
)
def test_periods_begin_at_local_midnight(per: Literal["day", "week", "month"], zone: str, now: str, start: str) -> None:
    """In Santiago the day of the change has no midnight."""
    found = period_start(per, ZoneInfo(zone), _instant(now))
    assert found == _instant(start)
    assert period_start(per, ZoneInfo(zone), found) == found


def test_outside_the_calendar() -> None:
    assert period_start("day", ZoneInfo("UTC"), 10**15) == 0


def _instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
