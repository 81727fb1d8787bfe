"""Instants as an operator writes them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from policyd.cli.since import instant

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = 1_772_424_000_000
"""2026-03-02T12:00 there."""
HOUR = 3_600_000


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("24h", NOW - 24 * HOUR),
        ("1h30m", NOW - 90 * 60_000),
        ("3d", NOW - 72 * HOUR),
        ("99999d", None),
        ("36000d", 0),
        ("2026-03-02", NOW - 12 * HOUR),
        ("2026-03-02T10:30", NOW - 90 * 60_000),
        ("2026-03-02 10:30:30", NOW - 90 * 60_000 + 30_000),
        ("2026-03-02T10:30+00:00", NOW + 6 * HOUR + 30 * 60_000),
        ("2026-03-02T04:00Z", NOW),
        ("1960-01-01", 0),
        ("2026-02-30", None),
        ("2026-03-02T25:00", None),
        ("yesterday", None),
        ("24", None),
        ("", None),
    ],
)
def test_lengths_and_local_times(written: str, expected: int | None) -> None:
    assert instant(written, NOW, SHANGHAI) == expected


def test_without_a_policy_the_zone_is_that_of_the_machine() -> None:
    found = instant("2026-03-02", NOW, None)
    assert found is not None
    assert abs(found - (NOW - 12 * HOUR)) <= 24 * HOUR
