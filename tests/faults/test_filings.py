"""What is filed is filed once, through kills, lost answers, servers that forget the scripts, and slots that move."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from zlib import crc32

import redis

from policyd.model.records import STAMP, Record, stamp
from policyd.model.state import Commit, Due, Filed, Filing, Observe, Put, Retract, StoreUnavailable, Strike
from policyd.state.cluster import CELLS
from policyd.state.embedded import EmbeddedServer
from policyd.state.keys import cell_of
from policyd.state.redis import RedisStore
from tests.state.conftest import DAY, flush

from .load import MOST_DELIVERIES, kill
from .proxy import FaultProxy
from .servers import LOGIN, Server
from .test_topologies import move_slot, three

__all__ = ["three"]

HANG = 600.0


class Clerk:
    """Every event adds its name to two records of its group, and a due; it goes on until the store has acknowledged it.
    `acknowledged` is the first answer: how many names there were then."""

    def __init__(self, store: RedisStore, groups: tuple[str, ...] = ("g1", "g2", "组")) -> None:
        self.acknowledged: dict[str, bytes] = {}
        self.deliveries = 0
        self._store = store
        self._groups = groups

    async def files(self, event: str) -> None:
        for _ in range(MOST_DELIVERIES):
            self.deliveries += 1
            try:
                filed = await self.deliver(event)
            except StoreUnavailable:
                await asyncio.sleep(0.01)
                continue
            if filed.answer is not None:
                self.acknowledged[event] = filed.answer
                return
        raise AssertionError(f"{event} was never acknowledged")

    async def deliver(self, event: str) -> Filed:
        group = self.group_of(event)
        cell = self._store.cell_of(group)
        records = [Record("board", group), Record("ticket", group, "t")]
        stored = await self._store.read("", cell, records)
        puts = tuple(
            Put(record, value[:STAMP], value[STAMP:] + event.encode() + b"\n", DAY)
            for record, value in zip(records, stored, strict=True)
        )
        names = stored[0][STAMP:].count(b"\n")
        due = Due(group, event, names + 1, 0)
        filing = Filing("", cell, group, event, stamp(group, event), puts, (due,), b"%d" % names)
        return await self._store.file(filing)

    def group_of(self, event: str) -> str:
        return self._groups[crc32(event.encode()) % len(self._groups)]

    async def check(self) -> None:
        """Every event is in its records once, in the order of their answers, and comes due once."""
        filed: Counter[str] = Counter()
        for group in self._groups:
            cell = self._store.cell_of(group)
            board, ticket = await self._store.read("", cell, [Record("board", group), Record("ticket", group, "t")])
            assert board == ticket
            names = board[STAMP:].decode().split("\n")[:-1]
            for place, name in enumerate(names):
                assert self.acknowledged[name] == b"%d" % place
            dues = await self._store.due("", cell, group, 1 << 40, 10_000)
            assert [(due.name, due.at) for due in dues] == [(name, place) for place, name in enumerate(names, 1)]
            filed.update(names)
        assert filed == Counter(self.acknowledged.keys())
        for event, answer in self.acknowledged.items():
            assert await self.deliver(event) == Filed(answer, replayed=True)


async def load(clerk: Clerk, events: int, at_once: int = 6) -> None:
    numbers = iter(range(events))

    async def sender() -> None:
        for number in numbers:
            await clerk.files(f"e{number}")

    await asyncio.gather(*(sender() for _ in range(at_once)))


def test_killed_store_files_once(tmp_path: Path, long: bool) -> None:
    kills = 20 if long else 3

    async def scenario() -> None:
        with EmbeddedServer(tmp_path) as server:
            store = RedisStore(server.url)
            await store.open()
            clerk = Clerk(store)
            async with asyncio.timeout(HANG):
                loading = asyncio.create_task(load(clerk, 100 * kills))
                for done in range(1, kills + 1):
                    while len(clerk.acknowledged) < 85 * done:
                        await asyncio.sleep(0.001)
                    await kill(server)
                    server.relaunch()
                await loading
                await asyncio.sleep(0.1)
            assert clerk.deliveries > 100 * kills
            await store.close()
            patient = RedisStore(server.url, deadline=10.0)
            clerk._store = patient
            await clerk.check()
            await patient.close()

    asyncio.run(scenario())


def test_lost_answers_file_once(tmp_path: Path, valkey: EmbeddedServer, long: bool) -> None:
    lost = 1_000 if long else 60

    async def scenario() -> None:
        flush(valkey)
        async with FaultProxy(valkey.socket, tmp_path / "s") as proxy:
            store = RedisStore(proxy.url)
            await store.open()
            clerk = Clerk(store)
            proxy.every = 13  # a connection takes up to 10 answers before it can be used
            async with asyncio.timeout(HANG):
                for number in range(20 * lost):
                    proxy.fault = "lost reply" if number % 2 else "half a reply"
                    await asyncio.gather(*(clerk.files(f"e{number}-{part}") for part in range(4)))
                    if proxy.faults >= lost:
                        break
            assert proxy.faults >= lost
            proxy.fault = "none"
            await store.close()
            patient = RedisStore(valkey.url, deadline=10.0)
            clerk._store = patient
            await clerk.check()
            await patient.close()

    asyncio.run(scenario())


def test_lost_answers_take_back_once_and_tell_it(tmp_path: Path, valkey: EmbeddedServer) -> None:
    """The answer to what was taken back is the first one, however often the call was sent."""
    async def scenario() -> None:
        flush(valkey)
        patient = RedisStore(valkey.url, deadline=10.0)
        for number in range(40):
            seen = await patient.observe(Observe("", "g", "u", f"e{number}", bytes(8), "r"))
            strike = Strike("p.l", number + 1, 0, 0, ())
            await patient.commit(Commit("", "g", "u", f"e{number}", bytes(8), seen.now, strikes=(strike,)))
        async with FaultProxy(valkey.socket, tmp_path / "s") as proxy:
            store = RedisStore(proxy.url, deadline=5.0)
            await store.open()
            proxy.every, proxy.fault = 13, "lost reply"
            for number in range(40):
                taken = await store.retract(Retract("", "g", "u", seen.now, (("p.l", f"e{number}"),)))
                assert taken.taken == (number + 1,)
            assert proxy.faults > 3
            await store.close()
        await patient.close()

    asyncio.run(scenario())


def test_server_that_forgets_the_scripts_files_once(valkey: EmbeddedServer) -> None:
    async def scenario() -> None:
        flush(valkey)
        store = RedisStore(valkey.url, deadline=5.0)
        await store.open()
        clerk = Clerk(store)
        await load(clerk, 30)
        with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
            client.function_flush()
        await load(clerk, 60)
        await clerk.check()
        await store.close()

    asyncio.run(scenario())


def test_slots_that_move_keep_what_was_filed(three: list[Server]) -> None:
    async def scenario() -> None:
        store = RedisStore(f"redis+cluster://{LOGIN}127.0.0.1:{three[0].port}", deadline=5.0)
        await store.open()
        clerk = Clerk(store, ("moved",))
        async with asyncio.timeout(HANG):
            loading = asyncio.create_task(load(clerk, 200, at_once=3))
            while len(clerk.acknowledged) < 30:
                await asyncio.sleep(0.001)
            slot = three[0].asked("CLUSTER", "KEYSLOT", f"pd:{{/{cell_of('moved', CELLS)}}}:r0")
            await asyncio.to_thread(move_slot, three, slot)
            await loading
            await clerk.check()
            assert [node.asked("ACL", "LOG") for node in three] == [[]] * len(three)
        await store.close()

    asyncio.run(scenario())
