"""Windows of the calendar, of values and of amounts against a plain list of all events, in zones of every sort."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from msgspec import Struct
from msgspec.structs import replace

from policyd.model.local_days import PERIODS, Period, offset
from policyd.model.state import Form, Observe, Window
from policyd.state import zones
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore
from policyd.state.store import Store

from .conftest import DAY, HOUR, MINUTE, T0, Bot, Run, flush
from .sequences import ZONES

FORMS: tuple[Form, ...] = ("events", "distinct", "sum")
CHANGES = {
    "Europe/Berlin": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "America/Sao_Paulo": datetime(2018, 11, 4, 3, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 30, 10, tzinfo=UTC),
    "Africa/Casablanca": datetime(2026, 2, 15, 2, tzinfo=UTC),
}
"""Where clocks change: an hour, half an hour, at midnight, a whole day, and twice within five weeks."""


class Seen(Struct, frozen=True):
    at: int
    amount: int


@cache
def period(zone: str, per: Period, at: int) -> tuple[int, ...]:
    """What a calendar on the wall calls it."""
    shown = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    return _named(per, shown)


def _named(per: Period, on: date) -> tuple[int, ...]:
    return {"day": tuple(on.timetuple()[:3]), "week": on.isocalendar()[:2], "month": (on.year, on.month)}[per]


@cache
def before(zone: str, per: Period, at: int) -> tuple[int, ...]:
    on = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    back = {"day": on - timedelta(1), "week": on - timedelta(7), "month": on.replace(day=1) - timedelta(1)}[per]
    return _named(per, back)


def told(window: Window, seen: list[Seen], now: int) -> int:
    """By all that was ever seen; `now` is not before any of it."""
    if window.per is None:
        counted = [each for each in seen if each.at > now - window.span]
    else:
        asked = (before if window.last else period)(window.zone, window.per, now)
        counted = [each for each in seen if period(window.zone, window.per, each.at) == asked]
    amounts = [each.amount for each in counted if each.amount]
    found = {"events": len(counted), "distinct": len(set(amounts)), "sum": sum(amounts)}[window.form]
    return min(window.cap, found)


def windows_of(zone: str, cap: int) -> tuple[Window, ...]:
    found = [
        Window(f"p.{form}{per}{cap}", "member", 0, cap, "new", per, zone, form, last)
        for form in FORMS
        for per in PERIODS
        for last in (False, True)
    ]
    return (*found, *(Window(f"p.{form}{cap}", "member", 26 * HOUR, cap, "new", form=form) for form in FORMS))


def amounts_for(windows: tuple[Window, ...], amount: int) -> tuple[int, ...]:
    return tuple(amount for window in windows if window.form != "events")


@pytest.fixture(params=["memory", "valkey"])
def counting(request: pytest.FixtureRequest, run: Run) -> Iterator[Store]:
    """Every kind of store, on virtual time."""
    if request.param == "memory":
        yield MemoryStore(virtual=True)
        return
    server: EmbeddedServer = request.getfixturevalue(request.param)
    flush(server)
    store = RedisStore(server.url, virtual=True, deadline=10.0)
    yield store
    run(store.close())


@pytest.mark.parametrize("zone", sorted(CHANGES))
def test_counts_are_those_of_a_calendar_on_the_wall(zone: str, counting: Store, run: Run) -> None:
    chance = random.Random(zone)
    windows = (*windows_of(zone, 60_000), *windows_of(zone, 3))
    now = int(CHANGES[zone].timestamp() * 1000) - 3 * DAY
    seen: list[Seen] = []
    for number in range(90):
        now += chance.choice(
            (0, 1, HOUR, 7 * HOUR, 25 * HOUR, chance.randrange(3 * DAY), 16 * DAY * (number % 30 == 0))
        )
        amount = chance.choice((0, 1, 2, 5, 70))
        seen.append(Seen(now, amount))
        ask = Observe("", "g", "u", f"e{number}", b"8 bytes.", "r", now, windows=windows,
                      amounts=amounts_for(windows, amount))  # fmt: skip
        counts = run(counting.observe(ask)).counts
        assert counts == tuple(told(window, seen, now) for window in windows), (number, now)


def test_the_last_period_and_the_clock_going_back(bot: Bot) -> None:
    """What is counted after the clock went back belongs to the newest period."""
    day, last = (Window("p.c#", "group", 0, 60_000, "new", "day", "Asia/Shanghai", last=each) for each in (False, True))
    bot.now = T0 - T0 % DAY + 15 * HOUR + 59 * MINUTE
    steps = [(0, (1, 0)), (MINUTE - 1, (2, 0)), (MINUTE, (1, 2)), (MINUTE, (2, 2)), (0, (3, 2)), (25 * HOUR, (1, 3)),
             (-20 * DAY, (2, 3)), (25 * HOUR, (3, 3)), (3 * DAY, (1, 3))]  # fmt: skip
    began = bot.now
    for after, counts in steps:
        bot.now = began + after
        assert bot.sees(windows=(day, last)).counts == counts, after
    bot.now = began + 4 * DAY
    assert bot.sees(windows=(replace(day, bump="never"), last)).counts == (0, 1)


def test_values_and_amounts_move_with_the_clock_as_events_do(bot: Bot) -> None:
    values = Window("p.v#", "member", HOUR, 3, "new", form="distinct")
    amounts = Window("p.a#", "member", HOUR, 10, "new", form="sum")
    began = bot.now
    for after, amount, counts in (
        (0, 4, (1, 4)), (1, 5, (2, 9)), (1, 5, (2, 10)), (2, 6, (3, 10)), (3, 7, (3, 10)),
        (-5, 4, (3, 10)), (HOUR - 6, 0, (2, 10)), (HOUR - 5, 0, (0, 0)), (HOUR - 5, 9, (1, 9)),
    ):  # fmt: skip
        bot.now = began + after
        assert bot.sees(windows=(values, amounts), amounts=(amount, amount)).counts == counts, after


def test_a_message_seen_before_counts_nowhere_and_looks_change_nothing(bot: Bot, run: Run) -> None:
    windows = windows_of("UTC", 9)
    asked = {"windows": windows, "amounts": amounts_for(windows, 2), "message": "m1"}
    first = bot.sees("e1", **asked).counts
    assert bot.sees("e1", **asked).counts == first
    assert bot.sees("e2", **asked).counts == first
    look = Observe("", "g1", "u1", "e9", b"8 bytes.", "r", bot.now, "m9", windows=windows, amounts=(2,) * 15)
    assert [seen.counts for seen in run(bot.store.look([look, look]))] == [first, first]


def test_very_many_amounts_are_added_up(counting: Store, run: Run) -> None:
    """They count a five-hundredth of the span too long at most, and as long as they should at least."""
    span = 500_000
    amounts = Window("p.a#", "member", span, 60_000, "new", form="sum")
    seen = Observe("", "g", "u", "", b"8 bytes.", "r", windows=(amounts,))
    for number in range(1_010):
        [count] = run(counting.observe(replace(seen, event=f"e{number}", at=T0 + 300 * number, amounts=(1,)))).counts
        assert count == number + 1
    for after in range(0, 310_000, 20_000):
        [count] = run(counting.observe(replace(seen, event=f"+{after}", at=T0 + 300 * 1_009 + after))).counts
        exact = sum(300 * number > 300 * 1_009 + after - span for number in range(1_010))
        assert exact <= count <= exact + 4


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize("zone", ZONES)
def test_a_table_of_zones_holds_for_days_around(zone: str) -> None:
    chance = random.Random(zone)
    for _ in range(150):
        made = int(CHANGES.get(zone, CHANGES["Europe/Berlin"]).timestamp() * 1000) + chance.randrange(-30, 30) * DAY
        entry = zones.one_zone(zone, made)
        first, second = int.from_bytes(entry[4:10]), int.from_bytes(entry[14:20])
        shifts = [int.from_bytes(entry[at : at + 4], signed=True) for at in (0, 10, 20)]
        for at in (made + chance.randrange(-zones.AROUND, zones.AROUND), first, first - 1, second, second - 1):
            if abs(at - made) < zones.AROUND:
                assert shifts[(at >= first) + (at >= second)] == offset(zone, at), (made, at)


@pytest.mark.parametrize("off", [-19 * DAY, -DAY, DAY, 19 * DAY])
def test_the_clock_of_a_worker_may_be_days_off(
    off: int, valkey: EmbeddedServer, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush(valkey)
    plain, packed = MemoryStore(virtual=True), RedisStore(valkey.url, virtual=True, deadline=10.0)
    monkeypatch.setattr(RedisStore, "_around", property(lambda store: store._instant + off))
    back = ("Africa/Casablanca", datetime(2026, 3, 22, 2, tzinfo=UTC))
    for number, (zone, change) in enumerate([*CHANGES.items(), back]):
        windows = tuple(Window(f"p.{zone}{per}", "member", 0, 9, "new", per, zone) for per in PERIODS)
        for hours in range(-60, 60, 5):
            now = int(change.timestamp() * 1000) + hours * HOUR
            ask = Observe("", f"g{number}", "u", f"e{hours}", b"8 bytes.", "r", now, windows=windows,
                          presence="message", zone=zone)  # fmt: skip
            assert run(packed.observe(ask)) == run(plain.observe(ask))
    run(packed.close())
