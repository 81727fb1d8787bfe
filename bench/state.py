"""What state costs: Python and server time of an observed event, memory of a million of them.

Run: `python -m bench.state` (`--memory` for the memory, `--events N`). Server time is given beside that of a pipelined
60-byte `SET … PX` of the same run, so that figures of different machines compare. Servers: the embedded Valkey, and
`redis-server` where it is on PATH; with the append-only file as the embedded store keeps it, and without.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import redis
import uvloop

from bench.ending import clean_up_on_term
from policyd.model.state import LadderRead, Observe, Observed, Presence, Window
from policyd.state.embedded import EmbeddedServer, server_version
from policyd.state.redis import RedisStore

MEMBERS: Final = 20_000
GROUPS: Final = 100
BATCH: Final = 64
ROUNDS: Final = 3
PRESENCES: Final[tuple[Presence, Presence]] = ("", "message")
WINDOWS: Final = (
    Window("class_group.flood#0123456789abcdef", "member", 10_000, 6, "new"),
    Window("class_group.images#0123456789abcdef", "member", 3_600_000, 20, "new"),
)
LADDERS: Final = (LadderRead("class_group.conduct", 30 * 86_400_000),)
REVISION: Final = "sha256:" + "a" * 64

_numbers = itertools.count()
_chance = random.Random(1)


def clean_event(*, facts: bool = False, presence: Presence = "", spoke: bool = False) -> Observe:
    """A message of some member that two windows count; `facts`: its mute and a ladder are read too; `spoke`: when it
    was is kept; `presence`: it counts in the figures of its group."""
    number, member = next(_numbers), _chance.randrange(MEMBERS)
    return Observe(
        "", f"g{member % GROUPS}", f"u{member}", f"telegram:-100{member % GROUPS}:{number}", b"12345678", REVISION,
        message=f"m{number}", windows=WINDOWS, ladders=LADDERS if facts else (), mute=facts, spoke=spoke,
        presence=presence, zone="Europe/Berlin",
    )  # fmt: skip


class Measured:
    """Microseconds an event took, of Python and of the server, and events a second."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def __enter__(self) -> Measured:
        self._server = self._server_us()
        self._python = time.process_time()
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self.python = (time.process_time() - self._python) * 1e6
        self.server = self._server_us() - self._server

    def _server_us(self) -> float:
        info: dict[str, Any] = self._client.info("cpu")
        return float(info["used_cpu_user_main_thread"] + info["used_cpu_sys_main_thread"]) * 1e6


def echo(client: redis.Redis, events: int) -> float:
    """Server microseconds of a pipelined `SET` of 60 bytes with a time to live."""
    with Measured(client) as measured:
        for start in range(0, events, BATCH):
            pipeline = client.pipeline(transaction=False)
            for number in range(start, start + BATCH):
                pipeline.set(f"echo:{number % MEMBERS}", b"x" * 60, px=1_000_000)
            pipeline.execute()
    return measured.server / events


async def observe_all(store: RedisStore, asks: list[Observe], at_once: int) -> None:
    waiting = iter(asks)

    async def worker() -> None:
        for ask in waiting:
            await store.observe(ask)

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def observe_turns(store: RedisStore, asks: list[Observe], at_once: int) -> None:
    """So many at a time, as one question."""
    for begin in range(0, len(asks), at_once):
        async for part in store.observe_many(asks[begin : begin + at_once]):
            assert all(isinstance(found, Observed) for _, found in part)


async def time_of(client: redis.Redis, url: str, title: str, events: int) -> None:
    """Prints one line for each way of asking: the best of some rounds."""
    for facts, at_once, ways in ((False, 1, "at once"), (False, 16, "at once"), (False, 64, "at once"),
                                 (False, 64, "a turn"), (True, 64, "at once")):  # fmt: skip
        observe = observe_turns if ways == "a turn" else observe_all
        store = RedisStore(url, deadline=5.0)
        await store.open()
        number = events if at_once > 1 else events // 20
        found = []
        for _ in range(ROUNDS):
            base = echo(client, number)
            asks = [clean_event(facts=facts) for _ in range(number)]
            gc.collect()
            gc.freeze()
            with Measured(client) as measured:
                await observe(store, asks, at_once)
            found.append((measured.server / number, base, measured.python / number, number / measured.seconds))
        await store.close()
        server, base, python, rate = min(found, key=lambda one: one[0] / one[1])
        what = "2 windows, mute, ladder" if facts else "2 windows"
        print(
            f"{title:28} {what:24} {at_once:3} {ways:7}  {rate:8,.0f}/s  python {python:6.1f} us"
            f"  server {server:6.1f} us = {server / base:4.1f} SET",
            flush=True,
        )


async def figures_of(client: redis.Redis, url: str, title: str, events: int) -> None:
    """What figures of groups add to an event, in one run: members who have written before on this day, then all of
    them for the first time."""
    store = RedisStore(url, deadline=5.0)
    await store.open()
    for spoke in (False, True):
        found: dict[Presence, tuple[float, float]] = {}
        await observe_all(store, [clean_event(presence="message", spoke=True) for _ in range(10 * MEMBERS)], BATCH)
        for _ in range(2 * ROUNDS):
            for presence in PRESENCES:
                asks = [clean_event(presence=presence, spoke=spoke) for _ in range(events)]
                gc.collect()
                gc.freeze()
                with Measured(client) as measured:
                    await observe_all(store, asks, BATCH)
                best = found.get(presence, (1e9, 1e9))
                found[presence] = min(best[0], measured.server / events), min(best[1], measured.python / events)
        (server, python), (more_server, more_python) = (found[presence] for presence in PRESENCES)
        what = "2 windows, last seen" if spoke else "2 windows"
        print(
            f"{title:28} {what:24} server {server:5.1f} us, with figures {more_server:5.1f}"
            f"  python {python:5.1f} us, with figures {more_python:5.1f}",
            flush=True,
        )
    await store.close()


async def memory_of(client: redis.Redis, url: str, title: str, events: int) -> None:
    store = RedisStore(url, deadline=30.0)
    await store.open()
    before = _used(client)
    for _ in range(events // 10_000):
        await observe_all(store, [clean_event(facts=False) for _ in range(10_000)], 256)
    used = (_used(client) - before) / events
    print(f"{title:28} {events:,} events of {MEMBERS:,} members: {used:.1f} bytes of used_memory an event", flush=True)
    await store.close()


def _used(client: redis.Redis) -> int:
    info: dict[str, Any] = client.info("memory")
    return int(info["used_memory"])


def servers() -> Iterator[tuple[str, Path | None]]:
    yield "embedded valkey", None
    installed = shutil.which("redis-server")
    if installed is not None:
        version = server_version(Path(installed)) or ()
        yield f"redis {'.'.join(map(str, version))}", Path(installed)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--memory", action="store_true", help="measure memory instead of time")
    options.add_argument("--events", type=int, help="how many (64,000; a million for memory)")
    options.add_argument("--figures", action="store_true", help="measure what figures of groups add")
    asked = options.parse_args()
    for title, binary in servers():
        for persistent in (False,) if asked.memory or asked.figures else (False, True):
            folder = Path(tempfile.mkdtemp(prefix="policyd-bench-"))
            with EmbeddedServer(folder, binary) as server, redis.Redis(unix_socket_path=str(server.socket)) as client:
                if not persistent:
                    client.config_set("appendonly", "no")
                kept = f"{title}, {'fsync always' if persistent else 'no file'}"
                if asked.memory:
                    uvloop.run(memory_of(client, server.url, kept, asked.events or 1_000_000))
                elif asked.figures:
                    uvloop.run(figures_of(client, server.url, kept, asked.events or 32_000))
                else:
                    uvloop.run(time_of(client, server.url, kept, asked.events or 64_000))
            shutil.rmtree(folder)


if __name__ == "__main__":
    clean_up_on_term()
    main()
