"""Laws of records, of what comes due, and of looking, on every store."""

from __future__ import annotations

import time
from typing import Any, cast

import pytest
import redis
from msgspec.structs import replace

from policyd.model.records import Record, stamp
from policyd.model.state import (
    Due,
    Filed,
    Filing,
    LadderRead,
    Observe,
    Observed,
    Put,
    Retract,
    Strike,
    Window,
)
from policyd.state import census_layout as layout
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from policyd.state.retention import DUES, FILINGS, JOURNAL
from policyd.state.store import Store

from .conftest import DAY, HOUR, MINUTE, SECOND, T0, Bot, Run, flush, restricted
from .desk import FILE, GROUPS, OF_EVERY_KIND, OTHER, Desk, desk

__all__ = ["desk"]


# ---------------------------------------------------------------- records


def test_records_of_every_kind_are_kept_apart(desk: Desk) -> None:
    puts = [Put(record, b"", str(place).encode(), DAY) for place, record in enumerate(OF_EVERY_KIND)]
    assert desk.reads(*OF_EVERY_KIND) == [b""] * len(OF_EVERY_KIND)
    assert desk.files("e", *puts) == Filed(b"answer e")
    assert desk.reads(*OF_EVERY_KIND) == [str(place).encode() for place in range(len(OF_EVERY_KIND))]
    assert desk.reads(*OF_EVERY_KIND, tenant="t2") == [b""] * len(OF_EVERY_KIND)
    assert desk.reads(Record("file", OTHER, "u1"), Record("board", OTHER), Record("tick", "", "t/2")) == [b""] * 3


@pytest.mark.parametrize("record", OF_EVERY_KIND, ids=lambda record: f"{record.kind}{len(record.id)}{record.group}")
def test_a_filing_needs_what_it_was_worked_out_from(desk: Desk, record: Record) -> None:
    first, second = stamp("g1", "first"), stamp("g1", "second")
    assert desk.files("early", Put(record, first, b"x", DAY)) == Filed(None)
    assert desk.files("first", Put(record, b"", b"1", DAY)) == Filed(b"answer first")
    assert desk.files("late", Put(record, b"", b"x", DAY)) == Filed(None)
    assert desk.files("second", Put(record, first, b"2", DAY)) == Filed(b"answer second")
    assert desk.files("stale", Put(record, first, b"x", DAY)) == Filed(None)
    assert desk.reads(record) == [b"2"]
    assert desk.files("any", Put(record, None, b"3", DAY)) == Filed(b"answer any")
    assert desk.files("gone", Put(record, second, b"", DAY)) == Filed(None)
    assert desk.files("gone", Put(record, stamp("g1", "any"), b"", DAY)) == Filed(b"answer gone")
    assert desk.reads(record) == [b""]
    assert desk.files("anew", Put(record, b"", b"4", DAY)) == Filed(b"answer anew")


def test_a_filing_changes_all_or_nothing(desk: Desk) -> None:
    desk.files("a", *(Put(record, b"", b"a", DAY) for record in OF_EVERY_KIND[:6]), dues=(Due("g1", "d", T0 + 5),))
    for wrong in range(6):
        puts = [
            Put(record, b"otherone" if place == wrong else stamp("g1", "a"), b"b", DAY)
            for place, record in enumerate(OF_EVERY_KIND[:6])
        ]
        assert desk.files("b", *puts, dues=(Due("g1", "e", T0 + 5),)) == Filed(None)
    puts = [Put(record, stamp("g1", "a"), b"b", DAY) for record in OF_EVERY_KIND[:6]]
    assert desk.files("b", *puts, dues=(Due("g1", "e", T0 + 5), Due("g1", "d", 0, T0 + 4))) == Filed(None)
    assert desk.reads(*OF_EVERY_KIND[:6]) == [b"a"] * 6
    assert desk.due(T0 + DAY) == [("g1", "d", T0 + 5)]
    assert desk.files("b", *puts, dues=(Due("g1", "e", T0 + 5), Due("g1", "d", 0, T0 + 5))) == Filed(b"answer b")
    assert desk.reads(*OF_EVERY_KIND[:6]) == [b"b"] * 6
    assert desk.due(T0 + DAY) == [("g1", "e", T0 + 5)]


def test_a_filing_goes_through_once(desk: Desk) -> None:
    put = Put(FILE, None, b"1", 90 * DAY)
    assert desk.files("e", put) == Filed(b"answer e")
    assert desk.files("other", replace(put, value=b"2")) == Filed(b"answer other")
    again = desk.files("e", put, dues=(Due("g1", "d", T0, 99),), answer=b"another answer")
    assert again == Filed(b"answer e", replayed=True)
    assert desk.reads(FILE) == [b"2"]
    desk.bot.now += FILINGS - 1
    assert desk.files("e", put).replayed
    desk.bot.now += 1
    assert desk.files("e", put) == Filed(b"answer e")
    assert desk.files("e", put, group=OTHER, stamp=bytes(8)) == Filed(b"answer e")
    assert desk.files("e", put, tenant="t2") == Filed(b"answer e")


@pytest.mark.parametrize("record", OF_EVERY_KIND, ids=lambda record: f"{record.kind}{len(record.id)}{record.group}")
def test_a_record_is_kept_as_long_as_was_asked(desk: Desk, record: Record) -> None:
    desk.files("a", Put(record, b"", b"1", HOUR), Put(Record("member", "g1", "other"), None, b"x", 90 * DAY))
    desk.bot.now += HOUR - 1
    assert desk.reads(record) == [b"1"]
    desk.bot.now += 1
    assert desk.reads(record) == [b""]
    assert "小明{x}" not in desk.listed("member", "g1")
    assert desk.files("b", Put(record, b"", b"2", HOUR)) == Filed(b"answer b")
    desk.bot.now += HOUR - 1
    desk.files("c", Put(record, stamp("g1", "b"), b"3", HOUR))
    desk.bot.now += HOUR - 1
    assert desk.reads(record) == [b"3"]


@pytest.mark.parametrize(
    "filing",
    [
        Filing("", 0, "g1", "e", b"short"),
        Filing("", 1, "g1", "e", bytes(8)),
        Filing("", 1, "", "e", bytes(8), (Put(FILE, None, b"", 1),)),
        Filing("", 1, "", "e", bytes(8), (Put(Record("group", "g1"), None, b"", 1),)),
        Filing("", 1, "", "e", bytes(8), (), (Due("g1", "d", 1),)),
        Filing("", 1, "", "e", bytes(8), (Put(Record("desk", "g1"), None, b"", 1),)),
    ],
)
def test_what_lies_in_another_cell_is_refused(store: Store, run: Run, filing: Filing) -> None:
    with pytest.raises(ValueError, match=r"cell|stamp"):
        run(store.file(filing))


# ---------------------------------------------------------------- what comes due


def test_the_earliest_is_due_first(desk: Desk) -> None:
    dues = [Due(GROUPS[number % 3], f"d{number:02}", T0 + number * 7 % 40) for number in range(40)]
    desk.files("e", dues=tuple(dues))
    by_time = sorted((due.at, due.group, due.name) for due in dues)
    expected = [(group, name, at) for at, group, name in by_time]
    assert desk.due(T0 + 100) == expected
    assert desk.due(T0 + 100, most=9) == expected[:9]
    assert desk.due(T0 + 17) == [due for due in expected if due[2] <= T0 + 17]
    assert desk.due(T0 + 100, most=5, group=OTHER) == [due for due in expected if due[0] == OTHER][:5]
    assert desk.due(T0 - 1) == []
    assert desk.due(T0 + 100, group="nowhere") == []
    assert (desk.next_due(), desk.next_due(OTHER), desk.next_due("nowhere")) == (T0, T0 + 7, 0)


def test_dues_move_and_go(desk: Desk) -> None:
    assert desk.next_due() == 0
    desk.files("a", dues=(Due("g1", "d", T0 + 9, 0), Due(OTHER, "d", T0 + 7, 0)))
    assert (desk.next_due(), desk.next_due("g1"), desk.next_due(OTHER)) == (T0 + 7, T0 + 9, T0 + 7)
    assert desk.files("b", dues=(Due("g1", "d", T0 + 1, 0),)) == Filed(None)
    assert desk.files("b", dues=(Due("g1", "d", T0 + 1, T0 + 9),)) == Filed(b"answer b")
    assert (desk.next_due(), desk.next_due("g1")) == (T0 + 1, T0 + 1)
    desk.files("c", dues=(Due("g1", "d", 0), Due("g1", "gone before", 0, 0)))
    assert (desk.next_due(), desk.next_due("g1"), desk.due(T0 + DAY)) == (T0 + 7, 0, [(OTHER, "d", T0 + 7)])
    desk.files("d", dues=(Due(OTHER, "d", 0, T0 + 7),))
    assert (desk.next_due(), desk.due(T0 + DAY)) == (0, [])


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize("number", [0, 1, 30, 700])
def test_all_that_is_there_is_listed(desk: Desk, number: int) -> None:
    ids = [f"u/{each}:成员" for each in range(number)]
    desk.files("a", *(Put(Record("member", "g1", each), None, each.encode(), DAY) for each in ids))
    desk.files("b", Put(Record("member", OTHER, "x"), None, b"x", DAY), Put(Record("ticket", "g1", "t"), None, b"x", 1))
    assert desk.listed("member", "g1") == {each: each.encode() for each in ids}
    desk.files("c", *(Put(Record("member", "g1", each), None, b"", DAY) for each in ids[::2]))
    assert set(desk.listed("member", "g1")) == set(ids[1::2])


def test_groups_of_a_cell_are_listed(desk: Desk) -> None:
    desk.files("a", *(Put(Record("group", each), None, b"x", DAY) for each in GROUPS))
    assert set(desk.listed("group", "")) == set(GROUPS)


def test_what_stands_alone_cannot_be_listed(desk: Desk) -> None:
    with pytest.raises(ValueError, match="cannot be listed"):
        desk.listed("file", "g1")


# ---------------------------------------------------------------- observations


def test_records_are_read_along_and_answered_as_they_were(desk: Desk) -> None:
    of_group = tuple(record for record in OF_EVERY_KIND if record.group == "g1")
    assert len(of_group) == 10
    desk.files("a", *(Put(record, None, record.kind.encode(), DAY) for record in of_group[:5]))
    asked: dict[str, Any] = {"records": of_group, "message": "m", "ladders": (LadderRead("p.l", 0),), "mute": True}
    asked["windows"] = tuple(Window(f"p.{n}", "member", span, 5, "always") for n, span in enumerate((HOUR, 40 * DAY)))
    first = desk.bot.sees("e", **asked, silence=True, spoke=True)
    expected = tuple(stamp("g1", "a") + record.kind.encode() for record in of_group[:5]) + (b"",) * 5
    assert (first.records, first.counts) == (expected, (1, 1))
    desk.files("b", *(Put(record, None, b"changed", DAY) for record in of_group))
    assert desk.bot.sees("e", **asked) == replace(first, replayed=True)
    assert desk.bot.sees("e", records=()) == replace(first, replayed=True)
    later = desk.bot.sees("f", **asked)
    assert (later.records, later.counts) == ((stamp("g1", "b") + b"changed",) * len(of_group), (2, 2))
    assert (later.edit, desk.bot.sees("g", windows=asked["windows"]).records) == (True, ())


def test_where_no_record_was_each_is_empty(desk: Desk) -> None:
    asked = (FILE, Record("board", "g1"), Record("member", "g1", "u1"))
    assert desk.bot.sees("e", records=asked).records == (b"",) * 3
    desk.files("a", Put(FILE, None, b"x", HOUR), Put(asked[2], None, b"x", HOUR))
    assert desk.bot.sees("e", records=asked).records == (b"",) * 3
    desk.bot.now += HOUR
    assert desk.bot.sees("f", records=asked).records == (b"",) * 3


def test_records_of_another_group_are_not_read_along(desk: Desk) -> None:
    with pytest.raises(ValueError, match="not of the group `g1`"):
        desk.bot.sees(records=(Record("file", "g2", "u1"),))


def test_looking_changes_nothing(desk: Desk) -> None:
    windows = tuple(
        Window(f"p.{scope}{span}", scope, span, 3, "always")
        for scope in ("member", "group")
        for span in (MINUTE, 40 * DAY)
    )
    asked: dict[str, Any] = {"windows": windows, "ladders": (LadderRead("p.l", 0),), "mute": True, "silence": True}
    desk.files("a", Put(FILE, None, b"x", DAY))
    assert desk.looks(**asked, records=(FILE,)).counts == (0,) * 4
    desk.bot.does("e", strikes=(Strike("p.l", 2, 0, 0, ()),), mute=DAY, message="m")
    desk.bot.sees("f", windows=windows, spoke=True)
    desk.bot.now += SECOND
    for _ in range(3):
        seen = desk.looks(**asked, records=(FILE,), message="m", spoke=True)
        assert (seen.now, seen.counts, seen.strikes) == (T0 + SECOND, (1,) * 4, (2,))
        assert (seen.mute_until, seen.last_seen, seen.edit, seen.replayed) == (T0 + DAY, T0, True, False)
        assert seen.records == (stamp("g1", "a") + b"x",)
    assert not desk.looks(message="new").edit
    assert not desk.bot.sees("g", message="new").edit
    assert not desk.bot.sees("").replayed


def test_looking_where_the_clock_went_back_moves_no_window(desk: Desk) -> None:
    window = (Window("p.c", "member", MINUTE, 5, "always"),)
    desk.bot.sees("a", windows=window)
    desk.bot.now += 50 * SECOND
    desk.bot.sees("b", windows=window)
    desk.bot.now -= HOUR
    assert [desk.looks(windows=window).counts for _ in range(2)] == [(2,), (2,)]
    desk.bot.now += HOUR + 20 * SECOND
    assert desk.looks(windows=window).counts == (1,)


def test_many_are_looked_at_together(desk: Desk, run: Run) -> None:
    window = (Window("p.c", "member", HOUR, 9, "always"),)
    for number in range(10):
        for _ in range(number % 4):
            desk.bot.sees(member=f"u{number}", windows=window)
    asks = [Observe("", "g1", f"u{number}", "", bytes(8), "r", windows=window) for number in range(10)] * 20
    seen: tuple[Observed, ...] = run(desk.store().look(asks))
    assert [each.counts[0] for each in seen] == [number % 4 for number in range(10)] * 20
    assert run(desk.store().look([])) == ()
    desk.bot.sees(member="u1", spoke=True)
    desk.bot.now += SECOND
    twice = [Observe("", "g1", "u1", "", bytes(8), "r", message=None, silence=True, spoke=True)] * 2
    assert [each.last_seen for each in run(desk.store().look(twice))] == [T0, T0]


# ---------------------------------------------------------------- clocks and keys


def test_virtual_time_moves_when_told(store: Store, run: Run) -> None:
    assert run(store.now(0, T0)) == T0 == run(store.now(0))
    assert run(store.observe(Observe("", "g1", "u1", "e", bytes(8), "r"))).now == T0
    assert run(store.now(0, T0 - DAY)) == T0 - DAY


@pytest.mark.parametrize("which", ["valkey", "redis7"])
def test_every_key_has_an_end(which: str, request: pytest.FixtureRequest, run: Run) -> None:
    """Hashes live for the longest of what was put into them, whatever comes after it."""
    server: EmbeddedServer = request.getfixturevalue(which)
    flush(server)
    store = RedisStore(restricted(server), deadline=5.0)
    bot = Bot(store, run)

    def files(event: str, *puts: Put) -> None:
        assert run(store.file(Filing("", 0, "g1", event, bytes(8), puts, (Due("g1", "d", T0),)))).answer == b""

    files("a", *(Put(record, None, b"x", DAY) for record in OF_EVERY_KIND))
    files("b", Put(Record("member", "g1", "u2"), None, b"x", 9 * DAY), Put(FILE, None, b"y", HOUR))
    files("c", Put(Record("member", "g1", "u3"), None, b"x", HOUR))
    seen = bot.sees("e", at=None)
    bot.commits("e", now=seen.now, strikes=(Strike("p.l", 2, 0, 0, ()),), journal=b"x")
    run(store.retract(Retract("", "g1", "u1", seen.now, (("p.l", "nothing"),))))
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        left = {key: client.pttl(key) for key in cast(list[bytes], client.keys())}
        assert client.pttl("other") == -2
    assert len({layout.read_key(key).name.kind for key in left}) == 14
    assert min(left.values()) > 0
    ends = {b"f:g1/u1": HOUR, b"m:g1": 9 * DAY, b"q:g1": DAY, b"n": DAY, b"u": DUES, b"u:g1": DUES, b"j:g1": JOURNAL}
    for name, end in ends.items():
        assert end - MINUTE < left[b"pd:{/0}:" + name] <= end, name
    assert abs(run(store.now(0)) - time.time() * 1000) < MINUTE
    run(store.close())


@pytest.mark.parametrize("which", ["valkey", "redis7"])
def test_fields_whose_time_is_over_go_with_later_ones(which: str, request: pytest.FixtureRequest, run: Run) -> None:
    server: EmbeddedServer = request.getfixturevalue(which)
    flush(server)
    store = RedisStore(server.url, virtual=True, deadline=5.0)
    for number in range(400):
        run(store.now(0, T0 + number * HOUR))
        put = Put(Record("ticket", "g1", f"t{number}"), None, b"x", 10 * HOUR)
        run(store.file(Filing("", 0, "g1", f"e{number}", bytes(8), (put,))))
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        assert 10 <= client.hlen("pd:{/0}:q:g1") < 40
    run(store.close())
