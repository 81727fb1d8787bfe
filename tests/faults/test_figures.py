"""Figures are counted once, through kills, lost answers and slots that move, and are refused in time where a store
cannot be used."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from policyd.model.figures import Count, FiguresAsk, FiguresRead
from policyd.model.state import Observe, StoreUnavailable
from policyd.state.cluster import CELLS
from policyd.state.embedded import EmbeddedServer
from policyd.state.keys import cell_of
from policyd.state.redis import RedisStore
from tests.state.conftest import flush

from .load import DIGEST, MOST_DELIVERIES, kill
from .proxy import FaultProxy
from .scripted import REFUSALS
from .servers import LOGIN, Server
from .test_matrix import HANG, NETWORK, store_with
from .test_topologies import move_slot, three

__all__ = ["three"]

ZONE = "Asia/Shanghai"


class Counts:
    """Every event is a message of its own member and counts itself; it goes on until the store has acknowledged both.
    Now and then the days are asked for, which closes them."""

    def __init__(self, store: RedisStore) -> None:
        self.done: set[str] = set()
        self.store = store

    async def send(self, event: str) -> None:
        for _ in range(MOST_DELIVERIES):
            try:
                await self._deliver(event)
            except StoreUnavailable:
                await asyncio.sleep(0.01)
            else:
                self.done.add(event)
                return
        raise AssertionError(f"{event} was never counted")

    async def _deliver(self, event: str) -> None:
        ask = Observe("", "moved", event, event, DIGEST, "r", presence="message", zone=ZONE)
        seen = await self.store.observe(ask)
        change = Count("", "moved", ZONE, seen.now, ((f"v:{event}", 1), ("d:delete", 2)), event, DIGEST)
        await self.store.count(change)
        if event.endswith("7"):
            await self.read()

    async def read(self) -> FiguresRead:
        return await self.store.figures(FiguresAsk("", "moved", ZONE, 7))

    async def check(self) -> None:
        """Midnight may come meanwhile."""
        read = await self.read()
        found: Counter[str] = Counter()
        for day in (*read.days, read.today):
            found.update(day.values)
        number = len(self.done)
        hours = sum(found.pop(name) for name in list(found) if name[0] == "m")
        assert (hours, read.today.rolling) == (number, (number, number))
        del found["x7"], found["x30"]
        assert found == Counter({f"v:{event}": 1 for event in self.done}) + Counter(
            {"a": number, "d:delete": 2 * number}
        )


async def load(counts: Counts, events: int, at_once: int = 6) -> None:
    numbers = iter(range(events))

    async def sender() -> None:
        for number in numbers:
            await counts.send(f"e{number}")

    await asyncio.gather(*(sender() for _ in range(at_once)))


async def checked_patiently(counts: Counts, url: str) -> None:
    counts.store = RedisStore(url, deadline=10.0)
    await counts.check()
    await counts.store.close()


def test_killed_store_counts_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        with EmbeddedServer(tmp_path) as server:
            store = RedisStore(server.url)
            await store.open()
            counts = Counts(store)
            async with asyncio.timeout(HANG):
                loading = asyncio.create_task(load(counts, 200))
                for done in (60, 130):
                    while len(counts.done) < done:
                        await asyncio.sleep(0.001)
                    await kill(server)
                    server.relaunch()
                await loading
            await store.close()
            await checked_patiently(counts, server.url)

    asyncio.run(scenario())


def test_lost_answers_count_once(tmp_path: Path, valkey: EmbeddedServer) -> None:
    async def scenario() -> None:
        flush(valkey)
        async with FaultProxy(valkey.socket, tmp_path / "s") as proxy:
            store = RedisStore(proxy.url)
            await store.open()
            counts = Counts(store)
            proxy.every = 13  # a connection takes up to 12 answers before it can be used
            async with asyncio.timeout(HANG):
                for number in range(400):
                    proxy.fault = "lost reply" if number % 2 else "half a reply"
                    await asyncio.gather(*(counts.send(f"e{number}-{part}") for part in range(4)))
                    if proxy.faults >= 40:
                        break
            assert proxy.faults >= 40
            proxy.fault = "none"
            await store.close()
        await checked_patiently(counts, valkey.url)

    asyncio.run(scenario())


def test_slots_that_move_keep_figures(three: list[Server]) -> None:
    async def scenario() -> None:
        store = RedisStore(f"redis+cluster://{LOGIN}127.0.0.1:{three[0].port}", deadline=5.0)
        await store.open()
        counts = Counts(store)
        async with asyncio.timeout(HANG):
            loading = asyncio.create_task(load(counts, 150, at_once=3))
            while len(counts.done) < 30:
                await asyncio.sleep(0.001)
            slot = three[0].asked("CLUSTER", "KEYSLOT", f"pd:{{/{cell_of('moved', CELLS)}}}:r0")
            await asyncio.to_thread(move_slot, three, slot)
            await loading
            await counts.check()
            assert [node.asked("ACL", "LOG") for node in three] == [[]] * len(three)
        await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("fault", [*NETWORK, "killed", *sorted(REFUSALS)])
def test_a_fault_is_told_in_time(fault: str, tmp_path: Path, valkey: EmbeddedServer) -> None:
    """Counts and reads that wait together with observations; none hangs. Half of what many are answered are answers."""
    asks = [Observe("", "g", "u", f"e{number}", DIGEST, "r", presence="message", zone=ZONE) for number in range(20)]

    async def scenario() -> None:
        async with store_with(fault, tmp_path, valkey) as store:
            async with asyncio.timeout(HANG):
                answers = await asyncio.gather(
                    *(store.observe(ask) for ask in asks),
                    *(store.count(Count("", "g", ZONE, 0, (("w", 1),), ask.event, DIGEST)) for ask in asks),
                    *(store.count(Count("", "g", ZONE, 0, (("w", 1),))) for _ in asks),
                    *(store.figures(FiguresAsk("", "g", ZONE, 7)) for _ in asks),
                    return_exceptions=True,
                )
            told = {type(answer) for answer in answers}
            assert told == {StoreUnavailable} or (fault == "half a reply" and StoreUnavailable in told)

    asyncio.run(scenario())
