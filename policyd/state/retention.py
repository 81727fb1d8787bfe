"""How long a store remembers. All in ms; every store follows them, and no key of Redis outlives them by much."""

from __future__ import annotations

from typing import Final

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR

RECEIPTS: Final = DAY
"""At least this long a repeated event or message id is recognised (law L11), and half as long again at most."""

GIVEN: Final = 30 * DAY
"""What was given for a message (law L10), after the last time that something was."""

SILENCE: Final = 400 * DAY
"""When a member was last seen."""

UNFORGOTTEN: Final = 3650 * DAY
"""Strikes of a ladder without `forget after`, after the newest."""

PERIODS: Final = 3
"""Receipts live in a ring of so many periods of half `RECEIPTS` each; the oldest is dropped as a new one begins."""


def period(now: int, receipts: int = RECEIPTS) -> int:
    """The period in which `now` lies; what was claimed in an older one than `period(now) - 2` is unknown."""
    return now // (receipts // 2)
