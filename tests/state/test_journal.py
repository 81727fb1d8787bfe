"""Laws of journals and of what is taken back, on every store."""

from __future__ import annotations

import pytest
import redis

from policyd.model.state import (
    Journaled,
    LadderRead,
    LadderStep,
    Retracted,
    Strike,
    Throttle,
)
from policyd.state import redis as redis_store
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from policyd.state.retention import JOURNAL

from .conftest import DAY, HOUR, T0, Bot, Run, flush
from .desk import Desk, desk

__all__ = ["desk"]


def test_commits_leave_a_journal(desk: Desk) -> None:
    strike = (Strike("p.l", 2, 0, 0, ((1, HOUR),)),)
    first = desk.bot.does("a", strikes=strike, throttles=(Throttle("p.r#0", HOUR),), journal=b"\0did a")
    desk.bot.now += HOUR
    second = desk.bot.does("b", strikes=strike, journal=b"did b")
    desk.bot.does("silent", strikes=strike)
    assert desk.bot.commits("b", now=T0, journal=b"another") == second
    desk.bot.does("elsewhere", group="g2", journal=b"x")
    entries = (Journaled(T0, b"\0did a", first), Journaled(T0 + HOUR, b"did b", second))
    assert desk.journal() == entries
    assert desk.journal(T0 + 1) == entries[1:]
    assert desk.journal(T0 + HOUR) == entries[1:]
    assert desk.journal(T0 + HOUR + 1) == desk.journal(group="nowhere") == ()
    desk.bot.now = T0 + JOURNAL - 1
    assert desk.journal() == entries
    desk.bot.now += 1
    assert desk.journal() == entries[1:]


def test_a_long_journal_is_read_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts, of which some begin in the middle of an instant."""
    monkeypatch.setattr(redis_store, "JOURNAL_AT_ONCE", 100)
    for number in range(250):
        desk.bot.now = T0 + number // 120
        desk.bot.does(f"e{number}", journal=f"{number:04}".encode())
    assert [int(entry.journal) for entry in desk.journal()] == list(range(250))


def test_strikes_are_taken_back(desk: Desk) -> None:
    ladder = LadderRead("p.l", 30 * DAY)
    for event, times in (("a", 1), ("b", 3), ("c", 2)):
        desk.bot.does(event, strikes=(Strike("p.l", times, 30 * DAY, 0, ()), Strike("p.m", 1, 0, 0, ())))
        desk.bot.now += HOUR
    assert desk.retracts(("p.l", "b"), ("p.l", "nothing"), ("p.other", "a"), ("p.m", "a")) == Retracted((3, 0, 0, 1))
    assert desk.bot.sees(ladders=(ladder, LadderRead("p.m", 0))).strikes == (3, 2)
    assert desk.retracts(("p.l", "b"), ("p.m", "a")) == Retracted((0, 0))
    [step] = desk.bot.does("d", strikes=(Strike("p.l", 1, 30 * DAY, 0, ()),)).steps
    assert step == LadderStep(4, 0, False, desk.bot.now)
    desk.bot.now = T0 + 30 * DAY
    assert desk.retracts(("p.l", "a"), ("p.l", "c")) == Retracted((0, 2))
    assert desk.bot.sees(ladders=(ladder,)).strikes == (1,)


@pytest.mark.parametrize(("muted", "until", "left"), [(DAY, 0, 0), (DAY, HOUR, HOUR), (DAY, None, DAY), (0, HOUR, 0)])
def test_mutes_are_taken_back(desk: Desk, muted: int, until: int | None, left: int) -> None:
    desk.bot.does("a", mute=muted)
    given = desk.retracts(mute_until=T0 + until if until else until)
    assert given.was_muted_until == (T0 + muted if muted else 0)
    assert desk.bot.sees(mute=True).mute_until == (T0 + left if left else 0)
    assert desk.retracts(mute_until=None).was_muted_until == (T0 + left if left else 0)


@pytest.mark.parametrize("which", ["valkey", "redis7"])
def test_a_journal_is_no_longer_than_its_time(which: str, request: pytest.FixtureRequest, run: Run) -> None:
    server: EmbeddedServer = request.getfixturevalue(which)
    flush(server)
    store = RedisStore(server.url, virtual=True, deadline=5.0)
    bot = Bot(store, run)
    for number in range(5):
        bot.does(f"e{number}", journal=b"x")
        bot.now += 20 * DAY
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        assert client.zcard("pd:{/0}:j:g1") == 2
    run(store.close())
