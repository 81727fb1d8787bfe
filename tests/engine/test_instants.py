"""Instants as decisions tell them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policyd.engine.instants import rfc3339

ZONES = ("UTC", "Asia/Shanghai", "Asia/Kolkata", "America/New_York", "Africa/Monrovia", "Europe/Amsterdam")
NOON = 1_772_424_000_000


@pytest.mark.parametrize(
    ("instant", "zone", "shown"),
    [
        (NOON, "Asia/Shanghai", "2026-03-02T12:00:00+08:00"),
        (NOON + 59_999, "Asia/Kolkata", "2026-03-02T09:30:59.999+05:30"),
        (NOON + 1_007, "UTC", "2026-03-02T04:00:01.007+00:00"),
        (-3_000_000_000_000, "Africa/Monrovia", "1874-12-07T17:56:52-00:43:08"),
        (10**18, "UTC", "9999-12-31T23:59:59+00:00"),
    ],
)
def test_an_instant_is_told_as_clocks_of_the_zone_show_it(instant: int, zone: str, shown: str) -> None:
    assert rfc3339(instant, zone) == shown


@given(st.integers(-3 * 10**12, 4 * 10**12), st.sampled_from(ZONES))
def test_whatever_minute_it_lies_in(instant: int, zone: str) -> None:
    shown = datetime.fromisoformat(rfc3339(instant, zone))
    assert shown - datetime(1970, 1, 1, tzinfo=UTC) == timedelta(milliseconds=instant)
    assert shown.utcoffset() == shown.astimezone(ZoneInfo(zone)).utcoffset()
