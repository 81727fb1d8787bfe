"""How values print in message texts."""

from __future__ import annotations

from typing import Any

import pytest

from policyd.language.types import BOOL, DURATION, INT, NUMBER, ROLE, TEXT, TIME, Type, list_of
from policyd.reference.printing import show

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("value", "kind", "printed"),
    [
        (None, TEXT, ""),
        ("a {b}", TEXT, "a {b}"),
        (-3, INT, "-3"),
        (3.0, NUMBER, "3"),
        (0.125, NUMBER, "0.12"),
        (100.0, NUMBER, "100"),
        (-0.001, NUMBER, "0"),
        (True, BOOL, "true"),
        (False, BOOL, "false"),
        ("admin", ROLE, "admin"),
        (("a", "b"), list_of(TEXT), "a, b"),
        ((), list_of(TEXT), ""),
        ((90_000, 0), list_of(DURATION), "1m30s, 0s"),
        (0, DURATION, "0s"),
        (1_500, DURATION, "1.5s"),
        (90 * 60_000, DURATION, "1h30m"),
        (24 * HOUR, DURATION, "24h"),
        (47 * HOUR, DURATION, "47h"),
        (48 * HOUR, DURATION, "2d"),
        (30 * 24 * HOUR + 60_000, DURATION, "30d1m"),
        (-HOUR, DURATION, "-1h"),
        (1_772_452_859_999, TIME, "2026-03-02 20:00"),
        (2**62, TIME, ""),
    ],
)
def test_show(value: Any, kind: Type, printed: str) -> None:
    assert show(value, kind, "Asia/Shanghai") == printed
