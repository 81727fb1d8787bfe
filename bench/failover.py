"""How many acknowledged strikes a failover loses, with and without waiting for the replica.

Run: `python -m bench.failover [--times N]`. A Sentinel pair is under load as its master is killed; afterwards every
acknowledged strike is looked for. What is lost was acknowledged by the master and had not reached the replica. The
master is started again after a while, to be a replica: without any, nobody can wait for one.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

from policyd.state.calls import Durability
from policyd.state.redis import RedisStore
from tests.faults.load import Bot
from tests.faults.servers import Server, sentinel_pair

AT_ONCE: Final = 32
BEFORE: Final = 1_000
AFTER: Final = 200
AWAY: Final = 2.0
"""Seconds until the killed master is started again, then to be a replica."""


async def failover(servers: list[Server], url: str, durability: Durability) -> str:
    store = RedisStore(url, durability=durability)
    await store.open()
    bot = Bot(store)
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
    servers[0].kill()
    returning = asyncio.create_task(come_back(servers[0]))
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


async def come_back(server: Server) -> None:
    await asyncio.sleep(AWAY)
    await asyncio.to_thread(server.start)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=5)
    durabilities: tuple[Durability, ...] = ("memory", "replica")
    for durability in durabilities:
        for _ in range(options.parse_args().times):
            with tempfile.TemporaryDirectory(prefix="policyd-bench-") as folder:
                with sentinel_pair(Path(folder)) as (servers, url):
                    print(f"{durability:8}", asyncio.run(failover(servers, url, durability)), flush=True)


if __name__ == "__main__":
    main()
