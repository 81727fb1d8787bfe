"""Strikes and counts stay exact through kills, lost answers, cancellations and servers that forget."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import redis

from policyd.model.state import LadderRead, Observe, StoreUnavailable
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.state.conftest import flush

from .load import DIGEST, LADDER, Bot, answered, kill, load
from .proxy import Fault, FaultProxy

HANG = 600.0


async def nothing_lost_nothing_doubled(bot: Bot) -> None:
    assert await bot.strikes() == bot.expected()
    assert await bot.counted() == len(bot.sent)
    for event, answer in bot.acknowledged.items():
        assert await bot.again(event) == answer


def test_killed_store_loses_no_acknowledged_strike(tmp_path: Path, long: bool) -> None:
    kills = 20 if long else 3

    async def scenario() -> None:
        with EmbeddedServer(tmp_path) as server:
            store = RedisStore(server.url)
            await store.open()
            bot = Bot(store)
            async with asyncio.timeout(HANG):
                loading = asyncio.create_task(load(bot, 150 * kills))
                for done in range(1, kills + 1):
                    while len(bot.acknowledged) < 130 * done:
                        await asyncio.sleep(0.001)
                    await kill(server)
                    server.relaunch()
                await loading
            assert bot.deliveries > len(bot.sent)
            await nothing_lost_nothing_doubled(bot)
            await store.close()

    asyncio.run(scenario())


def test_lost_answers_change_nothing(tmp_path: Path, valkey: EmbeddedServer, long: bool) -> None:
    lost = 1_000 if long else 60

    async def scenario() -> None:
        flush(valkey)
        async with FaultProxy(valkey.socket, tmp_path / "s") as proxy:
            store = RedisStore(proxy.url)
            await store.open()
            bot = Bot(store)
            proxy.every = 13  # a connection takes up to 10 answers before it can be used
            async with asyncio.timeout(HANG):
                for number in range(10 * lost):
                    proxy.fault = "lost reply" if number % 2 else "half a reply"
                    await load_one_by_four(bot, number)
                    if proxy.faults >= lost:
                        break
            assert proxy.faults >= lost
            proxy.fault = "none"
            await nothing_lost_nothing_doubled(bot)
            await store.close()

    asyncio.run(scenario())


async def load_one_by_four(bot: Bot, number: int) -> None:
    await asyncio.gather(*(bot.sends(f"e{number}-{part}") for part in range(4)))


def test_cancelled_requests_cross_no_answers(tmp_path: Path, valkey: EmbeddedServer, long: bool) -> None:
    requests = 100_000 if long else 4_000
    levels = 20

    async def scenario() -> None:
        flush(valkey)
        async with FaultProxy(valkey.socket, tmp_path / "s") as proxy:
            store = RedisStore(proxy.url, deadline=5.0)
            await store.open()
            bot = Bot(store, levels)
            for level in range(levels):
                for strike in range(level):
                    bot.sent[f"s{level}-{strike}"] = f"u{level}"
                    await bot.deliver(f"s{level}-{strike}", f"u{level}")
            proxy.fault = "slow"
            before = proxy.connections
            cancelled = await cancel_some(store, requests, levels)
            assert cancelled > requests / 5
            assert proxy.connections - before <= max(1, requests // 10_000)
            await store.close()

    asyncio.run(scenario())


async def cancel_some(store: RedisStore, requests: int, levels: int) -> int:
    """Asks for members of known strikes, cancels some after a while, and says how many."""
    chance = random.Random(5)
    numbers = iter(range(requests))
    cancelled = 0

    async def one(number: int) -> None:
        level = number % levels
        ask = Observe("", "g", f"u{level}", f"c{number}", DIGEST, "r", ladders=(LadderRead(LADDER, 0),))
        assert (await store.observe(ask)).strikes == (level,)

    async def worker() -> None:
        nonlocal cancelled
        for number in numbers:
            task = asyncio.create_task(one(number))
            if chance.random() < 0.4:
                await asyncio.sleep(chance.uniform(0, 0.003))
                cancelled += task.cancel()
            await asyncio.gather(task, return_exceptions=task.cancelled() or task.cancelling() > 0)

    async with asyncio.timeout(HANG):
        await asyncio.gather(*(worker() for _ in range(64)))
    return cancelled


def test_server_that_forgets_the_scripts_is_told_again(valkey: EmbeddedServer) -> None:
    async def scenario() -> None:
        flush(valkey)
        store = RedisStore(valkey.url, deadline=5.0)
        await store.open()
        bot = Bot(store)
        await load(bot, 50)
        with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
            client.function_flush()
        deliveries = bot.deliveries
        await load(bot, 100)
        assert bot.deliveries == deliveries + 100
        await nothing_lost_nothing_doubled(bot)
        await store.close()

    asyncio.run(scenario())


def test_workers_agree_whatever_their_clocks_show(valkey: EmbeddedServer) -> None:
    async def scenario() -> None:
        flush(valkey)
        early, late = RedisStore(valkey.url, deadline=5.0), RedisStore(valkey.url, deadline=5.0)
        ask = Observe("", "g", "u", "e", DIGEST, "r", at=0)
        first = await early.observe(ask)
        second = await late.observe(Observe("", "g", "u", "e", DIGEST, "r", at=86_400_000))
        assert (first.now, second.now, second.replayed) == (first.now, first.now, True)
        await early.close()
        await late.close()

    asyncio.run(scenario())


def test_in_flight_repeats_commit_once(valkey: EmbeddedServer) -> None:
    async def scenario() -> None:
        flush(valkey)
        stores = [RedisStore(valkey.url) for _ in range(3)]
        bots = [Bot(store) for store in stores]
        await asyncio.gather(*(bot.sends("e") for bot in bots for _ in range(10)))
        assert len({str(bot.acknowledged["e"]) for bot in bots}) == 1
        await nothing_lost_nothing_doubled(bots[0])
        for store in stores:
            await store.close()

    asyncio.run(scenario())


def test_more_than_the_store_can_do_in_time_is_refused(tmp_path: Path, valkey: EmbeddedServer) -> None:
    """At once, where it answers; what waits for one that does not answer is told that it does not."""

    async def scenario(fault: Fault) -> set[str]:
        async with FaultProxy(valkey.socket, tmp_path / fault) as proxy:
            store = RedisStore(proxy.url, deadline=0.6)
            await store.open()
            await answered(store, Observe("", "g", "u", f"first {fault}", DIGEST, "r"))
            proxy.fault, proxy.delay = fault, (0.06, 0.06)
            waiting = [asyncio.create_task(observed(store, f"{fault} {number}")) for number in range(1_500)]
            probes: list[asyncio.Task[str]] = []
            while not all(each.done() for each in waiting):
                probes.append(asyncio.create_task(observed(store, f"probe {fault} {len(probes)}")))
                await asyncio.sleep(0.01)
                if probes[-1].done():  # at once
                    break
            late = await asyncio.gather(*(observed(store, f"late {fault} {number}") for number in range(20)))
            await asyncio.gather(*probes)
            await asyncio.gather(*waiting)
            await store.close()
            return set(late)

    flush(valkey)
    assert asyncio.run(scenario("slow")) == {"StoreOverloaded"}
    assert asyncio.run(scenario("black hole")) == {"StoreUnavailable"}


async def observed(store: RedisStore, event: str) -> str:
    """What came of it."""
    try:
        return type(await store.observe(Observe("", "g", "u", event, DIGEST, "r"))).__name__
    except StoreUnavailable as failed:
        return type(failed).__name__


def test_too_many_waiting_are_refused_at_once(tmp_path: Path, valkey: EmbeddedServer) -> None:
    async def scenario() -> None:
        async with FaultProxy(valkey.socket, tmp_path / "s") as proxy:
            store = RedisStore(proxy.url, most_waiting=10)
            await store.open()
            await answered(store, Observe("", "g", "u", "first", DIGEST, "r"))
            proxy.fault = "black hole"
            asks = [Observe("", "g", "u", f"x{n}", DIGEST, "r") for n in range(200)]
            answers = await asyncio.gather(*(store.observe(ask) for ask in asks), return_exceptions=True)
            kinds = {type(answer).__name__ for answer in answers}
            assert kinds == {"StoreOverloaded", "StoreUnavailable"}
            assert all(isinstance(answer, StoreUnavailable) for answer in answers)
            await store.close()

    asyncio.run(scenario())
