"""How long answers take while the store is dead or mute, and how soon it is used again.

Run: `python -m bench.outage`. Under load, the server is killed with SIGKILL and started again, then stopped with
SIGSTOP (it takes requests and says nothing) and continued.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import uvloop

from bench.ending import clean_up_on_term
from bench.state import clean_event, servers
from policyd.model.state import StoreUnavailable
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore

AT_ONCE: Final = 64
PAUSE: Final = 0.004
AWAY: Final = 2.0


class Seen:
    """Milliseconds that answers took, with and without state, and when state was last used."""

    def __init__(self) -> None:
        self.answered: list[float] = []
        self.degraded: list[float] = []
        self.recovered = 0.0

    async def ask(self, store: RedisStore) -> None:
        began = time.perf_counter()
        try:
            await store.observe(clean_event(facts=False))
        except StoreUnavailable:
            self.degraded.append((time.perf_counter() - began) * 1000)
        else:
            self.answered.append((time.perf_counter() - began) * 1000)
            self.recovered = self.recovered or time.perf_counter()


async def load(store: RedisStore, seen: Seen) -> None:
    async def worker() -> None:
        while True:
            await seen.ask(store)
            await asyncio.sleep(PAUSE)

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def outage(server: EmbeddedServer, title: str, how: str) -> None:
    store = RedisStore(server.url)
    await store.open()
    seen = Seen()
    loading = asyncio.create_task(load(store, seen))
    await asyncio.sleep(1.0)
    assert server.pid is not None
    calm, seen.answered, seen.degraded = seen.answered, [], []
    os.kill(server.pid, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    await asyncio.sleep(AWAY)
    away, seen.answered, seen.degraded = sorted(seen.answered + seen.degraded), [], []
    seen.recovered = 0.0
    back = time.perf_counter()
    if how == "killed":
        server.relaunch()
    else:
        os.kill(server.pid, signal.SIGCONT)
    await asyncio.sleep(2.0)
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    await store.close()
    print(
        f"{title:20} {how:8} calm p50 {statistics.median(calm):5.1f} ms p99 {_p99(sorted(calm)):5.1f} ms;"
        f" away: {len(away):,} answers, p50 {statistics.median(away):5.2f} ms, p99 {_p99(away):5.1f} ms,"
        f" slowest {away[-1]:5.1f} ms; used again {(seen.recovered - back) * 1000:.0f} ms after its return",
        flush=True,
    )


def _p99(ordered: list[float]) -> float:
    return ordered[len(ordered) * 99 // 100]


def main() -> None:
    for title, binary in servers():
        for how in ("killed", "mute"):
            folder = Path(tempfile.mkdtemp(prefix="policyd-bench-"))
            with EmbeddedServer(folder, binary) as server:
                uvloop.run(outage(server, title, how))
            shutil.rmtree(folder)


if __name__ == "__main__":
    clean_up_on_term()
    main()
