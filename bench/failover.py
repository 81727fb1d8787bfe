"""How many acknowledged strikes a failover loses, with and without waiting for the replica.

Run: `python -m bench.failover [--times N] [--of sentinel|cluster]`. A Sentinel pair, or a Cluster of three masters
with a replica each, is under load as the master that counts is killed; afterwards every acknowledged strike is looked
for. What is lost was acknowledged by the master and had not reached the replica. The master is started again after a
while, to be a replica: without any, nobody can wait for one.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from bench.ending import clean_up_on_term
from policyd.state.calls import Durability
from policyd.state.cluster import CELLS
from policyd.state.keys import cell_of
from policyd.state.redis import RedisStore
from tests.faults.load import Bot
from tests.faults.servers import SLOTS, Server, cluster, sentinel_pair, wait_until

Kind = Literal["sentinel", "cluster"]

AT_ONCE: Final = 32
BEFORE: Final = 1_000
AFTER: Final = 200
AWAY: Final = 2.0
"""Seconds until the killed master is started again, then to be a replica."""

MASTERS: Final = 3
GROUP: Final = "g"


@contextmanager
def servers_of(kind: Kind, folder: Path) -> Iterator[tuple[Server, Server, str]]:
    """The master that counts for the group, its replica, and the URL."""
    if kind == "sentinel":
        with sentinel_pair(folder) as ((master, replica), url):
            yield master, replica, url
        return
    with cluster(folder, MASTERS, replicas=1) as nodes:
        slot = nodes[0].asked("CLUSTER", "KEYSLOT", f"{{/{cell_of(GROUP, CELLS)}}}")
        number = slot * MASTERS // SLOTS
        yield nodes[number], nodes[MASTERS + number], f"redis+cluster://127.0.0.1:{nodes[number - 1].port}"


async def failover(master: Server, replica: Server, url: str, durability: Durability) -> str:
    store = RedisStore(url, durability=durability)
    await store.open()
    bot = Bot(store, group=GROUP)
    going = True
    sent = 0

    async def sender() -> None:
        nonlocal sent
        while going:
            sent += 1
            await bot.sends(f"e{sent}")

    loading = [asyncio.create_task(sender()) for _ in range(AT_ONCE)]
    while len(bot.acknowledged) < BEFORE:
        await asyncio.sleep(0.001)
    acknowledged = len(bot.acknowledged)
    killed = time.perf_counter()
    master.kill()
    returning = asyncio.create_task(come_back(master, replica))
    while len(bot.acknowledged) < acknowledged + AT_ONCE:
        await asyncio.sleep(0.001)
    back = time.perf_counter() - killed
    while len(bot.acknowledged) < acknowledged + AFTER:
        await asyncio.sleep(0.001)
    going = False
    await asyncio.gather(returning, *loading)
    found, expected = await bot.strikes(), bot.expected()
    await store.close()
    lost = sum(max(0, expected[member] - found[member]) for member in expected)
    doubled = sum(max(0, found[member] - expected[member]) for member in expected)
    return (
        f"{len(bot.sent):,} strikes, {lost} lost, {doubled} counted twice, decided with state again after {back:.1f} s"
    )


async def come_back(master: Server, replica: Server) -> None:
    """Empty as it is, it must not be the master for another moment: the replica has taken over before."""
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(wait_until, lambda: replica.client.info("replication")["role"] == "master")
    await asyncio.to_thread(master.start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--of", choices=["sentinel", "cluster"], help="only these")
    options = parser.parse_args()
    kinds: tuple[Kind, ...] = ("sentinel", "cluster")
    durabilities: tuple[Durability, ...] = ("memory", "replica")
    for kind in kinds if options.of is None else (options.of,):
        for durability in durabilities:
            for _ in range(options.times):
                with tempfile.TemporaryDirectory(prefix="policyd-bench-") as folder:
                    with servers_of(kind, Path(folder)) as (master, replica, url):
                        seen = asyncio.run(failover(master, replica, url, durability))
                        print(f"{kind:8}  {durability:7}  {seen}", flush=True)


if __name__ == "__main__":
    clean_up_on_term()
    main()
