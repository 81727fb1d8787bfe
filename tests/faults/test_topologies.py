"""Sentinels and Clusters: state follows the masters, and what is acknowledged counts once, for a user of few
permissions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policyd.model.state import Observe, Observed, StoreUnavailable
from policyd.state.calls import Limits
from policyd.state.cluster import CELLS, Cluster
from policyd.state.connecting import PERMISSIONS
from policyd.state.keys import cell_of
from policyd.state.redis import RedisStore
from tests.state.asked import observed_together

from .load import DIGEST, Bot, answered, load
from .servers import CLUSTER_PERMISSIONS, LOGIN, Server, cluster, permit, sentinel_pair

HANG = 60.0


def test_sentinels_are_followed(tmp_path: Path) -> None:
    async def scenario(servers: list[Server], url: str) -> None:
        store = RedisStore(url)
        await store.open()
        bot = Bot(store)
        async with asyncio.timeout(HANG):
            await load(bot, 100)
            before = await bot.strikes()
            assert before == bot.expected()
            servers[0].asked("WAIT", 1, 5000)
            servers[0].kill()
            await load_more(bot, 100)
            found = await bot.strikes()
        assert found == bot.expected()
        await store.close()

    with sentinel_pair(tmp_path) as (servers, url):
        permit(servers)
        asyncio.run(scenario(servers, url.replace("//", f"//{LOGIN}")))


async def load_more(bot: Bot, events: int) -> None:
    await asyncio.gather(*(bot.sends(f"more{number}") for number in range(events)))


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    with cluster(tmp_path_factory.mktemp("cluster")) as nodes:
        permit(nodes, f"{PERMISSIONS} {CLUSTER_PERMISSIONS}")
        yield nodes


def test_cluster_spreads_the_groups(three: list[Server]) -> None:
    async def scenario(nodes: list[Server]) -> None:
        store = RedisStore(f"redis+cluster://{LOGIN}127.0.0.1:1,127.0.0.1:{nodes[0].port}", deadline=5.0)
        await store.open()
        async with asyncio.timeout(HANG):
            for number in range(200):
                ask = Observe("", f"g{number}", "u", "e", DIGEST, "r", message="m")
                assert not (await store.observe(ask)).replayed
                assert (await store.observe(ask)).replayed
            await store.ready()
            assert all(node.client.dbsize() for node in nodes)
            bots = [Bot(store, group=f"g{number}") for number in range(8)]
            await asyncio.gather(*(load(bot, 40) for bot in bots))
            for bot in bots:
                assert await bot.strikes() == bot.expected()
        await store.close()

    asyncio.run(scenario(three))


def test_slots_that_move_keep_their_state(three: list[Server]) -> None:
    """While a slot is on its way, and after: `ASK`, `TRYAGAIN` and `MOVED` are answered, not passed on."""

    async def scenario(nodes: list[Server]) -> None:
        store = RedisStore(f"redis+cluster://{LOGIN}127.0.0.1:{nodes[0].port}")
        await store.open()
        bot = Bot(store)
        async with asyncio.timeout(HANG):
            loading = asyncio.create_task(load(bot, 400, at_once=4))
            while len(bot.acknowledged) < 50:
                await asyncio.sleep(0.001)
            key = f"pd:{{/{cell_of('g', CELLS)}}}:r0"
            slot = nodes[0].asked("CLUSTER", "KEYSLOT", key)
            await asyncio.to_thread(move_slot, nodes, slot)
            await loading
            assert await bot.strikes() == bot.expected()
            assert await bot.counted() == len(bot.sent)
        await store.close()

    asyncio.run(scenario(three))


def move_slot(nodes: list[Server], slot: int) -> None:
    finish_move(nodes, *begin_move(nodes, slot))


def begin_move(nodes: list[Server], slot: int) -> tuple[int, Server, Server]:
    """To the next node, key by key; the slot itself stays behind. The slot, and the nodes from which and to which."""
    source = next(node for node in nodes if owns(node, slot))
    target = nodes[(nodes.index(source) + 1) % len(nodes)]
    target.asked("CLUSTER", "SETSLOT", slot, "IMPORTING", source.asked("CLUSTER", "MYID"))
    source.asked("CLUSTER", "SETSLOT", slot, "MIGRATING", target.asked("CLUSTER", "MYID"))
    while keys := source.asked("CLUSTER", "GETKEYSINSLOT", slot, 3):
        source.asked("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
    return slot, source, target


def finish_move(nodes: list[Server], slot: int, source: Server, target: Server) -> None:
    for node in (target, source, *nodes):
        node.asked("CLUSTER", "SETSLOT", slot, "NODE", target.asked("CLUSTER", "MYID"))


def owns(node: Server, slot: int) -> bool:
    """Whether the node is the master of this slot, as it says itself."""
    slots: list[list[Any]] = node.asked("CLUSTER", "SLOTS")
    return any(first <= slot <= last and master[1] == node.port for first, last, master, *_ in slots)


def test_a_slot_half_way_is_asked_for_where_it_goes(three: list[Server]) -> None:
    """No command is refused for want of a permission meanwhile; the answer is there when the slot is."""

    async def scenario(nodes: list[Server]) -> None:
        store = RedisStore(f"redis+cluster://{LOGIN}127.0.0.1:{nodes[0].port}", deadline=0.5)
        await store.open()
        ask = Observe("", "half", "u", "e", DIGEST, "r")
        await store.observe(ask)
        slot = nodes[0].asked("CLUSTER", "KEYSLOT", f"{{/{cell_of('half', CELLS)}}}")
        half = await asyncio.to_thread(begin_move, nodes, slot)
        asks = [ask, *(Observe("", f"other{number}", "u", "e", DIGEST, "r") for number in range(60))]
        moving = [cell_of(each.group, CELLS) == cell_of("half", CELLS) for each in asks]
        found = await observed_together(store, asks)
        assert [isinstance(each, StoreUnavailable) for each in found] == moving
        await asyncio.to_thread(finish_move, nodes, *half)
        async with asyncio.timeout(HANG):
            assert (await answered(store, ask)).replayed
        assert [node.asked("ACL", "LOG") for node in nodes] == [[]] * len(nodes)
        await store.close()

    asyncio.run(scenario(three))


def test_lost_master_leaves_the_other_groups_exact(tmp_path: Path) -> None:
    async def scenario(nodes: list[Server]) -> None:
        store = RedisStore(f"redis+cluster://127.0.0.1:{nodes[0].port}")
        await store.open()
        patient = RedisStore(f"redis+cluster://127.0.0.1:{nodes[0].port}", deadline=0.5)
        await patient.open()
        bots = {group: Bot(store, members=3, group=group) for group in (f"g{number}" for number in range(12))}
        async with asyncio.timeout(HANG):
            await asyncio.gather(*(load(bot, 30, at_once=2) for bot in bots.values()))
            nodes[0].asked("WAIT", 1, 5000)
            asks = [Observe("", group, "u", "e-lost", DIGEST, "r") for group in bots]
            lost = [owns(nodes[0], slot_of(nodes[0], ask.group)) for ask in asks]
            nodes[0].kill()
            found = await observed_together(patient, asks)
            assert [isinstance(each, StoreUnavailable) for each in found] == lost
            await asyncio.gather(*(load_more(bot, 30) for bot in bots.values()))
            for bot in bots.values():
                assert await bot.strikes() == bot.expected()
        await patient.close()
        await store.close()

    with cluster(tmp_path, replicas=1) as nodes:
        asyncio.run(scenario(nodes))


def test_calls_are_not_cut_by_events_of_other_cells(three: list[Server]) -> None:
    """What waits for a cell goes in one call, in its order whatever policies ask."""

    async def scenario(nodes: list[Server]) -> None:
        store = RedisStore(f"redis+cluster://{LOGIN}127.0.0.1:{nodes[0].port}", deadline=5.0)
        await store.open()
        asks = [Observe("", f"cut{number}", "u", "e", DIGEST, "r") for number in range(160)]
        await observed_together(store, [Observe("", ask.group, "u", "first", DIGEST, "r") for ask in asks])
        for node in nodes:
            node.asked("CONFIG", "RESETSTAT")
        assert all(isinstance(each, Observed) for each in await observed_together(store, asks))
        calls = sum(node.client.info("commandstats")["cmdstat_fcall"]["calls"] for node in nodes)
        assert calls == len({cell_of(ask.group, CELLS) for ask in asks})
        mixed = [
            Observe("", "mixed", "u", event, DIGEST, revision)
            for event, revision in (("1", "r1"), ("2", "r2"), ("2", "r1"), ("1", "r2"))
        ]
        seen = [(each.replayed, each.revision) for each in await observed_together(store, mixed)]  # type: ignore[union-attr]
        assert seen == [(False, "r1"), (False, "r2"), (True, "r2"), (True, "r1")]
        await store.close()

    asyncio.run(scenario(three))


def test_a_slow_node_holds_up_its_own_answers_only(three: list[Server]) -> None:
    async def scenario(nodes: list[Server]) -> None:
        store = RedisStore(f"redis+cluster://{LOGIN}127.0.0.1:{nodes[0].port}", deadline=5.0)
        await store.open()
        asks = [Observe("", f"slow{number}", "u", "e", DIGEST, "r") for number in range(60)]
        behind = {place for place, ask in enumerate(asks) if owns(nodes[1], slot_of(nodes[1], ask.group))}
        nodes[1].asked("CLIENT", "PAUSE", 300, "ALL")
        places: list[int] = []
        async with asyncio.timeout(HANG):
            async for part in store.observe_many(asks):
                assert all(isinstance(found, Observed) for _, found in part)
                places += [place for place, _ in part]
        assert 0 < len(behind) < 60
        assert set(places[-len(behind) :]) == behind
        assert sorted(places) == list(range(60))
        await store.close()

    asyncio.run(scenario(three))


def slot_of(node: Server, group: str) -> int:
    return int(node.asked("CLUSTER", "KEYSLOT", f"{{/{cell_of(group, CELLS)}}}"))


def test_wrong_kinds_of_servers_are_named(three: list[Server]) -> None:
    async def opened(url: str) -> None:
        store = RedisStore(url)
        try:
            await store.open()
        finally:
            await store.close()

    with pytest.raises(StoreUnavailable, match=r"runs as cluster.*redis\+cluster://"):
        asyncio.run(opened(f"redis://127.0.0.1:{three[0].port}"))
    with pytest.raises(StoreUnavailable, match="no node of the Cluster tells"):
        asyncio.run(opened("redis+cluster://127.0.0.1:1"))
    with pytest.raises(StoreUnavailable, match="no Sentinel tells where `pd` is"):
        asyncio.run(opened("redis+sentinel://127.0.0.1:1,127.0.0.1:2/pd"))
    with pytest.raises(ValueError, match="must name the Sentinels"):
        RedisStore("redis+sentinel://127.0.0.1:1")
    with pytest.raises(ValueError, match="must name a node"):
        Cluster("redis+cluster://", Limits())
