"""Time zones as the scripts take them: a number for each, and a table of what their clocks show around an instant."""

from __future__ import annotations

from functools import lru_cache
from struct import Struct as Layout
from typing import Final

from policyd.model.local_days import offset
from policyd.state.retention import DAY, HOUR

UTC: Final = "UTC"
"""The zone of what has none."""

AROUND: Final = 20 * DAY
"""So much before and after the day for which it is made does a table hold, however wrong the clock is by which it was
chosen."""

_STEP: Final = 12 * HOUR
_NEVER: Final = (1 << 48) - 1
_LAYOUT: Final = Layout(">i6si6si")
_MOST_TABLES: Final = 64

_numbers: Final[dict[str, int]] = {}
_tables: Final[dict[tuple[int, int], bytes]] = {}


def number_of_zone(zone: str) -> int:
    """The same for as long as the process lives, from 1."""
    return _numbers.get(zone) or _numbers.setdefault(zone, len(_numbers) + 1)


def table(instant: int) -> bytes:
    """Of all zones that have a number, as `lua/clock.lua` describes it; the same object for the same."""
    which = len(_numbers), instant // DAY
    found = _tables.get(which)
    if found is None:
        if len(_tables) >= _MOST_TABLES:
            _tables.clear()
        found = _tables[which] = b"".join(one_zone(zone, instant) for zone in _numbers)
    return found


def one_zone(zone: str, instant: int) -> bytes:
    """The entry of one zone."""
    return _packed(zone, instant // DAY)


@lru_cache(maxsize=4096)
def _packed(zone: str, day: int) -> bytes:
    begin, end = day * DAY - AROUND, (day + 1) * DAY + AROUND
    middle = (begin + end) // 2
    changes = [
        _change(zone, at, at + _STEP) for at in range(begin, end, _STEP) if offset(zone, at) != offset(zone, at + _STEP)
    ]
    nearest = sorted(sorted(changes, key=lambda at: abs(at - middle))[:2])
    first, second = (*nearest, _NEVER, _NEVER)[:2]
    between = offset(zone, first) if nearest else offset(zone, middle)
    return _LAYOUT.pack(
        offset(zone, first - 1) if nearest else between,
        first.to_bytes(6),
        between,
        second.to_bytes(6),
        offset(zone, second) if len(nearest) == 2 else between,
    )


def _change(zone: str, before: int, after: int) -> int:
    """The first instant, of those after `before`, at which the clock shows what it shows at `after`."""
    shown = offset(zone, after)
    while after - before > 1:
        half = (before + after) // 2
        if offset(zone, half) == shown:
            after = half
        else:
            before = half
    return after
