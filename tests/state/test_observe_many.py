"""The events of a turn are observed as one after the other would be; and what happens to those who wait for some."""

from __future__ import annotations

import asyncio
import random

import pytest
from msgspec.structs import replace

from policyd.model.state import Commit, EventIdReused, Observe, Observed, StoreOverloaded, StoreUnavailable, Window
from policyd.state.calls import Batch, Gathered, Part
from policyd.state.embedded import EmbeddedServer
from policyd.state.gathering import Gathering
from policyd.state.memory import MemoryStore
from policyd.state.parcels import parcels
from policyd.state.redis import RedisStore
from policyd.state.store import Store

from .asked import observed_together
from .conftest import HOUR, T0, Run, flush
from .sequences import at_once, of_error

WINDOWS = (Window("p.a#1", "member", HOUR, 9, "new"), Window("p.b#1", "group", HOUR, 200, "always"))
TWICE = Observe("", "g1", "u1", "e1", b"8 bytes.", "sha256:1", T0, "m1", windows=WINDOWS)


def turn(chance: random.Random, now: int) -> list[Observe]:
    """Events of few members and groups: repeats, edits and ids that are used again come by themselves."""
    return [
        Observe(
            "", f"g{chance.randrange(3)}", f"u{chance.randrange(3)}", f"e{chance.randrange(150)}",
            chance.choice((b"8 bytes.", b"8 bytes.", b"8 others")), chance.choice(("sha256:1", "sha256:2")), now,
            f"m{chance.randrange(40)}", chance.random() < 0.2, WINDOWS,
        )
        for _ in range(chance.choice((1, 2, 30, 200)))
    ]  # fmt: skip


def test_many_are_observed_as_one_after_the_other(store: Store, run: Run) -> None:
    chance = random.Random(8)
    plain = MemoryStore(virtual=True)
    kinds = set()
    for number in range(12):
        asks = turn(chance, T0 + number * HOUR // 2)
        for ask, found in zip(asks, run(observed_together(store, asks)), strict=True):
            expected = at_once(plain.observe(ask))
            assert (of_error(found) if isinstance(found, Exception) else found) == expected
            kinds.add((type(found), getattr(found, "replayed", None)))
    assert kinds == {(Observed, False), (Observed, True), (EventIdReused, None)}


def test_duplicates_in_one_turn_are_repeats(store: Store, run: Run) -> None:
    other = replace(TWICE, digest=b"8 others")
    first, again, reused, last = run(observed_together(store, [TWICE, TWICE, other, TWICE]))
    assert isinstance(first, Observed)
    assert not first.replayed
    assert again == last == replace(first, replayed=True)
    assert isinstance(reused, EventIdReused)
    [alone] = run(observed_together(store, [other]))
    assert of_error(alone) == of_error(reused)


def test_duplicates_of_a_forgotten_event_know_nothing_of_its_commit(store: Store, run: Run) -> None:
    """The period's hash of then is not emptied before the call in which they come has read it."""
    run(store.observe(TWICE))
    run(store.commit(Commit("", "g1", "u1", "e1", TWICE.digest, T0)))
    later = replace(TWICE, at=T0 + 36 * HOUR)
    first, again = run(observed_together(store, [later, later]))
    assert first == Observed(T0 + 36 * HOUR, (1, 1), revision="sha256:1")
    assert again == replace(first, replayed=True)


def test_nothing_is_asked_for_nothing(store: Store, run: Run) -> None:
    assert run(observed_together(store, [])) == []


def fresh(number: int) -> list[Observe]:
    return [replace(TWICE, event=f"f{place}", message=None) for place in range(number)]


@pytest.mark.parametrize("wait", [False, True], ids=["at once", "once sent"])
def test_who_goes_away_leaves_nothing(wait: bool, valkey: EmbeddedServer, run: Run) -> None:
    """One that was asked for and not sent is never observed; the next ones have their answers."""

    async def scenario() -> None:
        flush(valkey)
        store = RedisStore(valkey.url, deadline=5.0)
        await store.observe(replace(TWICE, event="before"))
        leaving = asyncio.create_task(observed_together(store, fresh(10)))
        await asyncio.sleep(0)
        if wait:
            await store.observe(replace(TWICE, event="behind"))
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        found = await observed_together(store, fresh(11))
        assert all(isinstance(each, Observed) for each in found)
        assert not found[-1].replayed  # type: ignore[union-attr]
        await store.close()

    run(scenario())


def test_parts_that_nobody_takes_any_more_are_dropped(valkey: EmbeddedServer, run: Run) -> None:
    async def scenario() -> None:
        flush(valkey)
        store = RedisStore(valkey.url, deadline=5.0)
        async for part in store.observe_many(fresh(300)):
            assert len(part) < 300
            break
        assert isinstance(await store.observe(TWICE), Observed)
        await store.close()

    run(scenario())


def test_those_for_whom_there_is_no_room_are_refused(valkey: EmbeddedServer, run: Run) -> None:
    """Each call's share of them as one."""

    async def scenario() -> None:
        flush(valkey)
        store = RedisStore(valkey.url, deadline=5.0, most_waiting=4)
        asks = fresh(6)
        asks[4:] = [replace(ask, revision="another") for ask in asks[4:]]
        parts = [part async for part in store.observe_many(asks)]
        assert [(place, type(found)) for place, found in parts[0]] == [(4, StoreOverloaded), (5, StoreOverloaded)]
        assert [(place, type(found)) for place, found in parts[1]] == [(place, Observed) for place in range(4)]
        assert [type(each) for each in await observed_together(store, fresh(5))] == [StoreOverloaded] * 5
        await store.close()

    run(scenario())


@pytest.mark.parametrize("number", [1, 3])
def test_store_that_is_away_is_told_at_each_place(
    number: int, tmp_path_factory: pytest.TempPathFactory, run: Run
) -> None:
    async def scenario() -> None:
        store = RedisStore(f"unix://{tmp_path_factory.mktemp('nowhere') / 's'}")
        for _ in range(2):  # while it is looked for, and when it is known to be away
            found = await observed_together(store, fresh(number))
            assert [type(each) for each in found] == [StoreUnavailable] * number
        await store.close()

    run(scenario())


def test_a_gathering_wakes_its_task_once_a_turn(run: Run) -> None:
    async def scenario() -> None:
        gathering: Gathering[str] = Gathering(4)
        waiting = asyncio.create_task(gathering.come())
        await asyncio.sleep(0)
        gathering.take(1, "c")
        gathering.take(2, "a, b")
        assert await waiting == ["c", "a, b"]
        gathering.take(1, "d")
        assert await gathering.come() == ["d"]
        assert await gathering.come() == []

    run(scenario())


def test_nothing_comes_to_a_gathering_that_is_closed(run: Run) -> None:
    async def scenario() -> None:
        gathering: Gathering[str] = Gathering(2)
        gathering.take(1, "a")
        assert await gathering.come() == ["a"]
        gathering.close()
        gathering.take(1, "b")
        assert not gathering._come

    run(scenario())


def test_who_was_told_is_not_told_again(run: Run) -> None:
    async def scenario() -> None:
        gathering: Gathering[Part] = Gathering(3)
        late, early = (Gathered(Batch(b"a", (), ()), (), (), 1, 0.0, False, [place], gathering) for place in (0, 1))
        late.fail("too late")
        late.answer(b"now", [b"here"])
        early.answer(b"now", [b"here"])
        early.fail("too late")
        assert [(places, str(answers)) for places, answers in await gathering.come()] == [
            ([0], "too late"),
            ([1], "(b'now', [b'here'])"),
        ]
        assert late.done() and early.done()

    run(scenario())


def test_parcels_keep_the_order_of_each_cell() -> None:
    """And none is larger than a call."""
    one, other = Batch(b"a", (), ()), Batch(b"b", (), ())
    asked = [("p", one), ("q", one), ("p", other), ("p", one), *[("q", one)] * 70]
    packed = [(prefix, batch, (b"key %d" % place,), place) for place, (prefix, batch) in enumerate(asked)]
    found = [(prefix, parcel.batch, parcel.places) for prefix, parcel in parcels(packed)]
    full, rest = [1, *range(4, 67)], [*range(67, 74)]
    assert found == [("p", one, [0]), ("p", other, [2]), ("q", one, full), ("p", one, [3]), ("q", one, rest)]
    for _, parcel in parcels(packed):
        assert parcel.words == parcel.places
        assert parcel.keys == [b"key %d" % place for place in parcel.places]
