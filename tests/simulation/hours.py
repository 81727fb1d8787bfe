"""Wall clocks of the simulated policies, worked out plainly. Instants are ms since the epoch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LONDON: Final = ZoneInfo("Europe/London")
NIGHT: Final = (22 * 60 + 30, 7 * 60)
PEAK: Final = (19 * 60, 21 * 60)


def local(instant: int, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromtimestamp(instant / 1000, zone)


def at(day: date, minutes: int, zone: ZoneInfo = SHANGHAI) -> int:
    """The instant of a wall time; one that the clocks jump over is as long after the jump as it says."""
    shown = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    return int(shown.timestamp() * 1000)


def rfc3339(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, SHANGHAI).isoformat()


def parsed(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def _minutes(instant: int) -> float:
    shown = local(instant)
    return shown.hour * 60 + shown.minute + shown.second / 60


def in_night(instant: int) -> bool:
    return _minutes(instant) >= NIGHT[0] or _minutes(instant) < NIGHT[1]


def in_peak(instant: int) -> bool:
    return local(instant).weekday() < 5 and PEAK[0] <= _minutes(instant) < PEAK[1]


def awake_after(instant: int, span: int) -> int:
    """When `span` ms outside the night have gone by."""
    while True:
        if in_night(instant):
            today = local(instant).date()
            morning = at(today, NIGHT[1])
            instant = morning if morning > instant else at(today + timedelta(days=1), NIGHT[1])
        evening = at(local(instant).date(), NIGHT[0])
        if span <= evening - instant:
            return instant + span
        span -= evening - instant
        instant = evening


def days(after: int, until: int, zone: ZoneInfo) -> Iterator[date]:
    """Every day that has an instant between the two, and one more on either side."""
    day, last = local(after, zone).date() - timedelta(days=1), local(until, zone).date() + timedelta(days=1)
    while day <= last:
        yield day
        day += timedelta(days=1)


def daily(after: int, until: int, minutes: int, weekdays: tuple[int, ...], zone: ZoneInfo) -> list[int]:
    """Instants in (after, until] at a wall time on some days of the week."""
    found = [at(day, minutes, zone) for day in days(after, until, zone) if day.weekday() in weekdays]
    return [instant for instant in found if after < instant <= until]


def first_mondays(after: int, until: int, minutes: int, zone: ZoneInfo) -> list[int]:
    found = [at(day, minutes, zone) for day in days(after, until, zone) if day.weekday() == 0 and day.day <= 7]
    return [instant for instant in found if after < instant <= until]


def week_of(instant: int) -> date:
    """The Monday of it."""
    day = local(instant).date()
    return day - timedelta(days=day.weekday())


def span(ms: int) -> str:
    """As texts print it, in minutes: `3h05m` is `3h5m`."""
    minutes = -(-ms // MINUTE)
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{rest}m" if rest or not hours else "")
