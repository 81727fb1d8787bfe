"""What ticks and sweeps ask of a store that keeps a million members' files and a million things that come due.

Run: `python -m bench.ticks` (`--members N`). The first 100 due of a cell and of a group, the next instant, a page of a
listing, files read and members looked at, a filing; in ms, the median and the slowest in a hundred. Then how long an
observation takes while a sweep looks at 100,000 members, beside what it takes without. Servers: the embedded Valkey,
and `redis-server` where it is on PATH.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import redis
import uvloop

from bench.ending import clean_up_on_term
from bench.state import LADDERS, REVISION, WINDOWS, clean_event, servers
from policyd.model.records import KnownMember, MemberFile, OpenDuty, Record, pack, stamp
from policyd.model.state import Due, Filing, Observe, Put
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore

GROUPS: Final = 1_000
AT_ONCE: Final = 250
PAGE: Final = 200
SWEPT: Final = 100_000
KEEP: Final = 400 * 86_400_000
BASE: Final = 1_800_000_000_000
DUE: Final = 100

_numbers = itertools.count()


def filing(group: str, members: list[str], first: int) -> Filing:
    """Files of members that each owe one duty; every duty is due at an instant of its own."""
    puts, dues = [], []
    for place, member in enumerate(members):
        at = BASE + (first + place) * 7919 % 1_000_003 * 1000
        duty = OpenDuty(f"telegram:-100:{first + place}", at - 86_400_000, at, [at - 3_600_000])
        puts.append(Put(Record("file", group, member), b"", pack(MemberFile({"p.introduction": [duty]})), KEEP))
        puts.append(Put(Record("member", group, member), None, pack(KnownMember(at, "小明", "member")), KEEP))
        dues.append(Due(group, f"file/{member}", at, 0))
    event = f"fill{first}"
    return Filing("", 0, group, event, stamp(group, event), tuple(puts), tuple(dues))


async def fill(store: RedisStore, members: int) -> None:
    each = members // GROUPS

    async def some(numbers: range) -> None:
        for number in numbers:
            for begin in range(0, each, AT_ONCE):
                ids = [f"u{number}.{place}" for place in range(begin, min(each, begin + AT_ONCE))]
                filed = await store.file(filing(f"g{number}", ids, number * each + begin))
                assert filed.answer == b""

    await asyncio.gather(*(some(range(lane, GROUPS, 4)) for lane in range(4)))


async def timed(title: str, operation: Callable[[], Awaitable[Any]], times: int = 300) -> None:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await operation()
        took.append((time.perf_counter() - began) * 1000)
    print(f"  {title:52} {shown(took)}", flush=True)


def shown(took: list[float]) -> str:
    took = sorted(took)
    return f"{took[len(took) // 2]:7.2f} ms  p99 {took[len(took) * 99 // 100]:7.2f} ms"


async def ticks(store: RedisStore, members: int) -> None:
    each = members // GROUPS
    soon = sorted(BASE + number * 7919 % 1_000_003 * 1000 for number in range(each * GROUPS))[DUE - 1]

    async def due() -> None:
        assert len(await store.due("", 0, None, soon, DUE)) == DUE

    async def late() -> None:
        assert len(await store.due("", 0, None, 1 << 45, DUE)) == DUE

    async def of_group() -> None:
        assert len(await store.due("", 0, "g7", 1 << 45, DUE)) == DUE

    async def read() -> None:
        files = [Record("file", f"g{n}", f"u{n}.{n % each}") for n in range(DUE)]
        assert all(await store.read("", 0, files))

    async def file() -> None:
        number = next(_numbers)
        record, name = Record("file", "g7", f"u7.{number % each}"), f"file/u7.{number % each}"
        [stored] = await store.read("", 0, [record])
        event = f"one{number}"
        put, at = Put(record, stored[:8], stored[8:], KEEP), Due("g7", name, BASE + number)
        assert (await store.file(Filing("", 0, "g7", event, stamp("g7", event), (put,), (at,)))).answer == b""

    await timed(f"{DUE} due of a cell, all that is", due)
    await timed(f"the first {DUE} of a cell where everything is due", late)
    await timed(f"the first {DUE} of a group", of_group)
    await timed("when something next comes due in a cell", lambda: store.next_due("", 0, None))
    await timed(f"{DUE} files read", read)
    await timed(f"a page of about {PAGE} members listed", lambda: store.listed("", 0, "member", "g7", 0, PAGE))
    await timed(f"{PAGE} members looked at", lambda: store.look([look("g7", f"u7.{n % each}") for n in range(PAGE)]))
    await timed("a file read and filed again with its due", file)


def look(group: str, member: str) -> Observe:
    record = Record("file", group, member)
    return Observe("", group, member, "", bytes(8), REVISION, windows=WINDOWS, ladders=LADDERS, records=(record,))


async def sweep(store: RedisStore, members: int) -> int:
    """Looks at so many members, a page at a time."""
    seen = 0
    for number in range(GROUPS):
        cursor, begun = 0, False
        while cursor or not begun:
            cursor, page = await store.listed("", 0, "member", f"g{number}", cursor, PAGE)
            begun = True
            for begin in range(0, len(page), PAGE):
                seen += len(await store.look([look(f"g{number}", member) for member, _ in page[begin : begin + PAGE]]))
        if seen >= members:
            break
    return seen


async def observing(store: RedisStore, until: asyncio.Task[int] | None, took: list[float]) -> None:
    """Observes one event after another, with a pause, until the task is done; None: for two seconds."""
    give_up = time.perf_counter() + 2
    while not until.done() if until is not None else time.perf_counter() < give_up:
        ask = clean_event(facts=True)
        began = time.perf_counter()
        await store.observe(ask)
        took.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.001)


async def beside_a_sweep(url: str, members: int) -> None:
    store = RedisStore(url, deadline=30.0)
    for beside in (False, True):
        took: list[float] = []
        began = time.perf_counter()
        task = asyncio.create_task(sweep(store, min(SWEPT, members))) if beside else None
        await observing(store, task, took)
        what = f"while {task.result():,} members are looked at" if task is not None else "with nothing beside"
        print(f"  {f'an observation, {what}':52} {shown(took)}  in {time.perf_counter() - began:.1f} s", flush=True)
    await store.close()


async def run(client: redis.Redis, url: str, members: int) -> None:
    store = RedisStore(url, deadline=30.0)
    await store.open()
    before, began = _used(client), time.perf_counter()
    await fill(store, members)
    size = (_used(client) - before) / members
    took = time.perf_counter() - began
    print(f"  {members:,} members in {GROUPS} groups, filled in {took:.0f} s, {size:.0f} bytes each", flush=True)
    await ticks(store, members)
    await store.close()
    await beside_a_sweep(url, members)


def _used(client: redis.Redis) -> int:
    info: dict[str, Any] = client.info("memory")
    return int(info["used_memory"])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=1_000_000, help=f"a multiple of {GROUPS}")
    asked = options.parse_args()
    for title, binary in servers():
        print(title, flush=True)
        folder = Path(tempfile.mkdtemp(prefix="policyd-bench-"))
        with EmbeddedServer(folder, binary) as server, redis.Redis(unix_socket_path=str(server.socket)) as client:
            client.config_set("appendonly", "no")
            uvloop.run(run(client, server.url, asked.members))
        shutil.rmtree(folder)


if __name__ == "__main__":
    clean_up_on_term()
    main()
