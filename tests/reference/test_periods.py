"""Local days and periods: by the calendar, as the stores count them."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from policyd.check.resolved import Period
from policyd.model import local_days
from policyd.reference.periods import EPOCH, day_of, number_of, period_of

ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
         "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca")  # fmt: skip
HOUR = 3_600_000


@pytest.mark.parametrize("zone", ZONES)
def test_as_the_stores_count(zone: str) -> None:
    random = Random(zone)
    for _ in range(300):
        instant = random.randrange(-(2**40), 2**42)
        for at in (instant, instant - instant % HOUR, instant - instant % HOUR - 1):
            day = day_of(zone, at)
            assert day == local_days.local_day(zone, at)
            for per in local_days.PERIODS:
                assert number_of(per, day) == local_days.number_of(per, day) == period_of(per, zone, at)


@pytest.mark.parametrize(
    ("per", "last", "first"),
    [
        ("day", date(2026, 2, 28), date(2026, 3, 1)),
        ("day", date(2028, 2, 29), date(2028, 3, 1)),
        ("week", date(2026, 3, 1), date(2026, 3, 2)),
        ("week", date(2026, 1, 4), date(2026, 1, 5)),
        ("week", date(1969, 12, 28), date(1969, 12, 29)),
        ("month", date(2025, 12, 31), date(2026, 1, 1)),
        ("month", date(2000, 2, 29), date(2000, 3, 1)),
    ],
)
def test_borders(per: Period, last: date, first: date) -> None:
    before, after = ((one - EPOCH).days for one in (last, first))
    assert number_of(per, after) == number_of(per, before) + 1
    assert per == "day" or number_of(per, before) == number_of(per, before - 1)
