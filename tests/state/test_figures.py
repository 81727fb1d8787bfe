"""Figures of groups: what events are to them, days that are closed, and what is counted later."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
import redis
from msgspec.structs import replace

from policyd.model.figures import HOURLY_DAYS, KEPT_DAYS, Count, DayFigures, FiguresAsk, FiguresRead
from policyd.model.local_days import local_day
from policyd.model.state import Observe, StoreUnavailable, Window
from policyd.state.census import take_census
from policyd.state.embedded import EmbeddedServer
from policyd.state.group_names import group_names
from policyd.state.maintenance import reach
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore
from policyd.state.store import Store

from .asked import Asked, asking
from .conftest import DAY, HOUR, T0, Bot, Run, flush
from .sequences import PRESENCES, SIZES

NOON = T0 - T0 % DAY + 12 * HOUR
TODAY = NOON // DAY
DIGEST = b"8 bytes."


def reads(bot: Bot, run: Run, **asked: Any) -> FiguresRead:
    ask = FiguresAsk("", "g1", "UTC", 60, bot.now)
    found: FiguresRead = run(bot.store.figures(replace(ask, **asked)))
    return found


def said(bot: Bot, day: int, **asked: Any) -> None:
    """A message at noon, so many days later."""
    bot.now = NOON + day * DAY
    bot.sees(**({"presence": "message", "zone": "UTC"} | asked))


def counted(read: FiguresRead) -> dict[int, dict[str, int]]:
    """By days from the first noon on; without what rolls."""
    days = {
        each.day - TODAY: {name: number for name, number in each.values.items() if name not in ("x7", "x30")}
        for each in (*read.days, read.today)
    }
    return {day: values for day, values in days.items() if values}


# ---------------------------------------------------------------- what events are


def test_messages_members_and_how_many_wrote_lately(bot: Bot, run: Run) -> None:
    said(bot, 0)
    said(bot, 0)
    said(bot, 0, member="u2")
    said(bot, 0, member="", message="anonymous")
    said(bot, 0, message="anonymous")
    said(bot, 0, is_edit=True, message="m")
    assert reads(bot, run) == FiguresRead(
        NOON, DayFigures(TODAY, {"m12": 4, "a": 2, "x7": 2, "x30": 2}, (2, 2)), (), TODAY
    )
    said(bot, 3)
    said(bot, 12, member="u3")
    bot.now = NOON + 45 * DAY
    read = reads(bot, run)
    assert counted(read) == {0: {"m12": 4, "a": 2}, 3: {"m12": 1, "a": 1}, 12: {"m12": 1, "a": 1}}
    rolling = [each.rolling for each in (*read.days, read.today)]
    assert rolling == [
        *[(2, 2)] * 7, *[(1, 2)] * 3, *[(0, 2)] * 2, *[(1, 3)] * 7, *[(0, 3)] * 11, *[(0, 2)] * 3, *[(0, 1)] * 9,
        *[(0, 0)] * 4,
    ]  # fmt: skip
    assert reads(bot, run, days=2).days == read.days[-2:]


@pytest.mark.parametrize(
    "wrote, returned, left",
    [
        ((), {}, {}),
        ((0,), {}, {0: "g1"}),
        ((1,), {"r1": 1}, {1: "g1"}),
        ((1, 2, 3), {"r1": 1, "r3": 1}, {3: "g3"}),
        ((2, 3), {"r3": 1}, {4: "g7"}),
        ((4, 7, 8, 30, 31), {"r7": 1, "r30": 1}, {31: ""}),
        ((0, 1, 9), {"r1": 1, "r30": 1}, {30: "g30"}),
    ],
)
def test_who_returned_and_who_left_count_for_the_day_of_joining(
    wrote: tuple[int, ...], returned: dict[str, int], left: dict[int, str], bot: Bot, run: Run
) -> None:
    said(bot, 0, presence="join")
    for day in wrote:
        said(bot, day)
    for day, name in left.items():
        said(bot, day, presence="leave")
        said(bot, day, presence="leave")
        returned = returned | ({name: 1} if name else {})
    first = counted(reads(bot, run))[0]
    assert {name: number for name, number in first.items() if name[0] in "rgj"} == {"j": 1} | returned


def test_joining_again_requests_and_repeats(bot: Bot, run: Run) -> None:
    said(bot, 0)
    said(bot, 0, event="j", presence="join")
    said(bot, 0, event="j", presence="join")
    said(bot, 0, presence="request", member="")
    said(bot, 1)
    said(bot, 2, presence="leave")
    said(bot, 5, presence="join")
    said(bot, 6)
    assert counted(reads(bot, run)) == {
        0: {"m12": 1, "a": 1, "j": 1, "q": 1, "r1": 1, "g3": 1},
        1: {"m12": 1, "a": 1},
        2: {"l": 1},
        5: {"j": 1, "r1": 1},
        6: {"m12": 1, "a": 1},
    }


def test_what_this_day_has_seen_is_told_with_the_event(bot: Bot, run: Run) -> None:
    forms = ("messages", "active", "messages")
    windows = tuple(Window("p.today", "group", 0, cap, "never", zone="UTC", form=form)  # type: ignore[arg-type]
                    for form, cap in zip(forms, (60_000, 60_000, 2), strict=True))  # fmt: skip
    for member, counts in (("u1", (1, 1, 1)), ("u1", (2, 1, 2)), ("u2", (3, 2, 2)), ("", (4, 2, 2))):
        assert bot.sees(member=member, windows=windows, presence="message", zone="UTC").counts == counts
    assert bot.sees(windows=windows).counts == (4, 2, 2)
    [looked] = run(bot.store.look([Observe("", "g1", "u9", "x", DIGEST, "r", bot.now, windows=windows,
                                           presence="message", zone="UTC")]))  # fmt: skip
    assert looked.counts == (4, 2, 2)
    bot.now += DAY
    assert bot.sees(windows=windows, presence="join", zone="UTC").counts == (0, 0, 0)


# ---------------------------------------------------------------- counted later


def test_an_event_is_counted_once_and_only_if_it_was_observed(bot: Bot, run: Run) -> None:
    change = Count("", "g1", "Asia/Shanghai", NOON + 5 * HOUR, (("v:p.规则", 2), ("w", 1 << 40)), "e", DIGEST)
    bot.now = NOON + 5 * HOUR
    with pytest.raises(StoreUnavailable, match="no longer knows that event `e` was observed"):
        run(bot.store.count(change))
    bot.sees("e")
    for again in (change, change, replace(change, figures=(("v:p.规则", 9),))):
        run(bot.store.count(again))
    with pytest.raises(StoreUnavailable):
        run(bot.store.count(replace(change, digest=b"another.")))
    for _ in range(2):
        run(bot.store.count(replace(change, event=None, figures=(("o:p.r", 1),))))
    expected = {"v:p.规则": 2, "w": 1 << 40, "o:p.r": 2}
    assert reads(bot, run, zone="Asia/Shanghai").today == DayFigures(TODAY + 1, expected)


def test_many_are_counted_as_one_after_the_other(bot: Bot, run: Run) -> None:
    said(bot, 0, event="e1")
    said(bot, 0, event="e2", group="g2")
    first = Count("", "g1", "UTC", NOON, (("d:flag", 1),), "e1", DIGEST)
    other = replace(first, group="g2", event="e2")
    by_hand = replace(first, event=None, figures=(("o:p.r", 2),))
    gone, elsewhere = replace(first, event="nobody"), replace(first, digest=b"another.")
    found = run(bot.store.count_many([first, gone, other, first, elsewhere, by_hand]))
    assert [failed is not None for failed in found] == [False, True, False, False, True, False]
    for change, failed in ((first, found[0]), (gone, found[1]), (other, found[2])):  # one alone again: nothing is new
        assert [str(each) for each in run(bot.store.count_many([change]))] == [str(failed)]
    assert "event `nobody`" in str(found[1]) and isinstance(found[4], StoreUnavailable)
    assert counted(reads(bot, run)) == {0: {"m12": 1, "a": 1, "d:flag": 1, "o:p.r": 2}}
    assert counted(reads(bot, run, group="g2")) == {0: {"m12": 1, "a": 1, "d:flag": 1}}
    assert run(bot.store.count_many([])) == []


def test_days_are_closed_once_and_late_figures_are_merged(bot: Bot, run: Run) -> None:
    assert reads(bot, run) == FiguresRead(bot.now, DayFigures(bot.now // DAY, {}), (), None)
    said(bot, 0)
    said(bot, 2, member="u2")
    closed = reads(bot, run, size=7)
    assert [each.values.get("size") for each in closed.days] == [7, 7]
    assert reads(bot, run, size=9) == closed
    run(bot.store.count(Count("", "g1", "UTC", NOON, (("d:delete", 3),))))
    assert counted(reads(bot, run)) == {
        0: {"m12": 1, "a": 1, "size": 7, "d:delete": 3}, 1: {"size": 7}, 2: {"m12": 1, "a": 1},
    }  # fmt: skip
    bot.now = NOON + (HOURLY_DAYS + 1) * DAY
    run(bot.store.count(Count("", "g1", "UTC", NOON, (("m07", 2),))))
    assert counted(reads(bot, run, days=99))[0] == {"m": 3, "a": 1, "size": 7, "d:delete": 3}
    bot.now = NOON + (KEPT_DAYS + 1) * DAY
    read = reads(bot, run, days=KEPT_DAYS + 9)
    assert (read.since, len(read.days)) == (TODAY + 1, KEPT_DAYS)
    assert counted(read) == {1: {"size": 7}, 2: {"m": 1, "a": 1}}


@pytest.mark.parametrize("which", ["memory", "valkey", "redis7"])
def test_rolling_members_are_those_of_sets(which: str, request: pytest.FixtureRequest, run: Run) -> None:
    """Of members who come, write and stop as they like; days are closed at any time, late or never."""
    store: Store = MemoryStore(virtual=True)
    if which != "memory":
        server: EmbeddedServer = request.getfixturevalue(which)
        flush(server)
        store = RedisStore(server.url, virtual=True, deadline=10.0)
    chance, zone = random.Random(3), "America/New_York"
    wrote: dict[int, set[str]] = defaultdict(set)
    now = T0
    for number in range(400):
        now += chance.choice((0, HOUR, HOUR, DAY, chance.randrange(12 * DAY) * (number % 9 == 0)))
        member = f"u{chance.randrange(4)}"
        ask = Observe("", "g", member, f"e{number}", DIGEST, "r", now, presence="message", zone=zone)
        run(store.observe(ask))
        wrote[local_day(zone, now)].add(member)
        if chance.random() < 0.04 or number == 399:
            read: FiguresRead = run(store.figures(FiguresAsk("", "g", zone, 40, now)))
            for each in (*read.days, read.today):
                lately = [set().union(*(wrote[each.day - back] for back in range(days))) for days in (7, 30)]
                assert each.rolling == (len(lately[0]), len(lately[1])), each
                assert each.values.get("a", 0) == len(wrote[each.day])
    assert read.since == next(iter(wrote))
    run(store.close())


@pytest.mark.parametrize("which", ["valkey", "redis7"])
def test_years_of_figures_agree_with_the_plain_store(which: str, request: pytest.FixtureRequest, run: Run) -> None:
    """Also where the clock jumps and goes back over years, and figures come for days that are forgotten."""
    server: EmbeddedServer = request.getfixturevalue(which)
    flush(server)
    plain, packed = MemoryStore(virtual=True), RedisStore(server.url, virtual=True, deadline=10.0)
    reached: Counter[str] = Counter()
    for seed in range(6):
        chance = random.Random(seed)
        now = T0
        for number in range(50):
            far = chance.choice((1, 3, 40, HOURLY_DAYS, KEPT_DAYS))
            now = max(T0 - 900 * DAY, now + chance.choice((0, HOUR, DAY, far * DAY, far * DAY, -far * DAY // 2)))
            group, event = f"g{seed}", f"e{number}"
            asks: list[Asked] = [
                Observe("", group, f"u{number}", event, DIGEST, "r", now,
                        presence=chance.choice(PRESENCES), zone="Europe/Berlin"),
                Count("", group, "UTC", now - chance.choice((0, 1, 70, 400, 800)) * DAY,
                      (("m03", 1), ("x7", chance.choice((0, 1, -1))), ("d:delete", chance.choice((0, 5)))),
                      event, DIGEST),
                FiguresAsk("", group, "Europe/Berlin", chance.choice((0, 3, 70, 70, 740)), now, chance.choice(SIZES)),
            ]  # fmt: skip
            for ask in asks[: chance.randint(1, 3)]:
                expected = run(asking(plain, ask))
                assert run(asking(packed, ask)) == expected, (seed, number, ask)
                if isinstance(expected, FiguresRead):
                    reached["days"] += len(expected.days)
                    reached["folded"] += sum("m" in each.values for each in expected.days)
    assert reached["days"] > 5_000 and reached["folded"] > 50
    run(packed.close())


# ---------------------------------------------------------------- what it takes


def test_a_day_of_a_group_of_500_takes_less_than_20_kb(valkey: EmbeddedServer, tmp_path: Path) -> None:
    """All of them write, join and are punished every day; the days are closed. Beside it: when each of them wrote."""
    flush(valkey)
    days, members = 5, 500
    chance = random.Random(5)

    async def scenario() -> None:
        store = RedisStore(valkey.url, virtual=True, deadline=30.0)
        for day in range(days):
            asks = [
                Observe("", "g", f"u{member}", f"{day}/{member}/{kind}", DIGEST, "r", NOON + day * DAY,
                        presence=kind, zone="UTC")
                for member in range(members)
                for kind in ("join", "message", "leave")
            ]  # fmt: skip
            await asyncio.gather(*(store.observe(ask) for ask in asks))
            figures = [(f"m{hour:02}", chance.randrange(90)) for hour in range(24)]
            figures += [(f"{sort}:class_group.rule_{rule}", 7) for sort in "vo" for rule in range(40)]
            await store.count(Count("", "g", "UTC", NOON + day * DAY, tuple(figures)))
        await store.figures(FiguresAsk("", "g", "UTC", 1, NOON + days * DAY, members))
        await store.close()

    asyncio.run(scenario())
    with reach(valkey.url, tmp_path) as store:
        kinds = take_census(store).kinds
        assert group_names(store, "", "figures") == (["g"], 0)
    assert kinds["figures"].entries == days + 1
    assert (kinds["figures"].bytes + kinds["open figures"].bytes) / days < 4_000
    assert kinds["member windows"].keys == members
    assert kinds["member windows"].bytes / members < 200


def test_every_key_of_figures_lapses(valkey: EmbeddedServer, run: Run) -> None:
    flush(valkey)
    bot = Bot(RedisStore(valkey.url, virtual=True, deadline=10.0), run)
    said(bot, 0)
    said(bot, 1)
    reads(bot, run)
    run(bot.store.count(Count("", "g1", "UTC", bot.now, (("o:p.r", 1),))))
    with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
        left = {key: client.pttl(key) for key in client.keys()}
    assert {key.split(b":")[2] for key in left} >= {b"o", b"h", b"w", b"x"}
    assert all(ttl > 0 for ttl in left.values())
    run(bot.store.close())
