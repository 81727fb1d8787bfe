"""How long a store remembers. All in ms; every store follows them, and no key of Redis outlives them by much."""

from __future__ import annotations

from typing import Final

from policyd.model.figures import KEPT_DAYS, PRESENCE_DAYS
from policyd.model.local_days import Period

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR

RECEIPTS: Final = DAY
"""At least this long a repeated event or message id is recognised (law L11), and half as long again at most."""

LATEST: Final = 36 * HOUR
"""No commit comes later than this after its event was observed; state on which it may depend is kept so much longer."""

GIVEN: Final = 30 * DAY
"""At least this long what was given for a message is known to its edits (law L10), and half as long again at most."""

SILENCE: Final = 400 * DAY
"""When a member was last seen."""

UNFORGOTTEN: Final = 3650 * DAY
"""Strikes of a ladder without `forget after`, after the newest."""

FILINGS: Final = 36 * HOUR
"""What was filed under an event id is answered again: as long as ids are known at most, so never too short."""

JOURNAL: Final = 30 * DAY
"""What decisions did, so that it can be taken back."""

DUES: Final = 400 * DAY
"""When something comes due in a group, after the last change of it."""


CALENDAR: Final[dict[Period, int]] = {"day": 3 * DAY, "week": 15 * DAY, "month": 63 * DAY}
"""What was counted in a period of the calendar, after the last event: longer than it and the next one last."""

MOST_AMOUNTS: Final = 1_000
"""So many amounts a window keeps with their instants. Where there are more, those of each five-hundredth of the span
are added up and count until the last of them is over."""

PRESENCE: Final = PRESENCE_DAYS * DAY
"""When a member last wrote and joined, after it changed."""

FIGURES: Final = (KEPT_DAYS + 35) * DAY
"""The figures of a group, after anything new was counted: the last day that is kept, and what is noted for days to
come."""


def oldest_period(now: int, keep: int) -> int:
    """Time is cut into periods of half of `keep`; what was noted in an older one than this is unknown at `now`, so that
    it can be dropped a whole period at a time. The current period is the oldest + 2."""
    return now // (keep // 2) - 2
