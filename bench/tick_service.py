"""What ticks and sweeps cost the engine on an embedded Valkey with a million members.

Run: `python -m bench.tick_service` (`--members N`). A tick with 100 duties come due, in ms; then the time that clean
messages take while a sweep goes through 100,000 members, beside what they take without.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

import redis
import uvloop

from bench.ending import clean_up_on_term
from bench.ticks import AT_ONCE, GROUPS, KEEP, shown
from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.codec import event_from
from policyd.model.decision import Decision
from policyd.model.event import EVERY_GROUP, NOBODY, Event, Group
from policyd.model.records import KnownGroup, KnownMember, MemberFile, OpenDuty, Record, pack, stamp
from policyd.model.state import Due, Filing, Put
from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore

POLICY: Final = """policy p { for every group  timezone "Asia/Shanghai" }
ladder conduct { at 1 warn "第一次"  at 2 mute 1h }
duty introduction { on join  within 24h  until message where message.length >= 10
  late then call out "{member.name} 还没有自我介绍", strike conduct }
limit flood { at most 500 messages by member within 10s  then delete, strike conduct }
SWEEPS
"""
SWEEP: Final = 'sweep silent { every day TIME  when member.silent >= 200d  then notify member "好久不见" }'
DUE: Final = 100
TICKS: Final = 30
SWEPT: Final = 100_000
DAY: Final = 86_400_000


def engine_on(store: RedisStore, sweep_at: str | None = None) -> Engine:
    sweeps = "" if sweep_at is None else SWEEP.replace("TIME", sweep_at)
    policies, findings = load_texts({"p.policy": POLICY.replace("SWEEPS", sweeps)})
    assert policies is not None, [finding.message() for finding in findings]
    return Engine(compile_policies(policies), store)


async def fill(store: RedisStore, members: int, now: int) -> None:
    """A million members of 1,000 groups, each with a duty that is late tomorrow or later."""
    each = members // GROUPS

    async def some(numbers: range) -> None:
        for number in numbers:
            await store.file(_known_group(f"g{number}", now - 30 * DAY))
            for begin in range(0, each, AT_ONCE):
                places = range(begin, min(each, begin + AT_ONCE))
                await store.file(_members(f"g{number}", number, places, each, now))

    await asyncio.gather(*(some(range(lane, GROUPS, 4)) for lane in range(4)))


def _known_group(group: str, since: int) -> Filing:
    put = Put(Record("group", group), None, pack(KnownGroup(since, "群")), KEEP)
    return Filing("", 0, group, "known", stamp(group, "known"), (put,))


def _members(group: str, number: int, places: range, each: int, now: int) -> Filing:
    puts, dues = [], []
    for place in places:
        member, rank = f"u{number}.{place}", place * GROUPS + number
        at = now + DAY + rank * 1000
        file = MemberFile({"p.introduction": [OpenDuty(f"e{rank}", at - DAY, at)]})
        puts.append(Put(Record("file", group, member), b"", pack(file), KEEP))
        puts.append(
            Put(Record("member", group, member), None, pack(KnownMember(now - 30 * DAY, "小明", "member")), KEEP)
        )
        dues.append(Due(group, f"file/{member}", at, 0))
    event = f"fill{number}.{places.start}"
    return Filing("", 0, group, event, stamp(group, event), tuple(puts), tuple(dues))


def tick(name: str, at: int, group: Group = EVERY_GROUP) -> Event:
    return Event(name, "tick", group, NOBODY, at)


async def due(url: str) -> None:
    """Ticks with a hundred duties come due each, of as many groups."""
    store = RedisStore(url, deadline=30.0)
    engine, took, quiet = engine_on(store), [], []
    for number in range(TICKS):
        await _hundred_due(store, number, await store.now(0))
        began = time.perf_counter()
        answer = await engine.evaluate(tick(f"tick{number}", 0))
        took.append((time.perf_counter() - began) * 1000)
        assert [action.do for action in answer.actions] == ["call_out"] * DUE, answer.actions[:3]
        for again in range(10):
            began = time.perf_counter()
            assert not (await engine.evaluate(tick(f"quiet{number}.{again}", 0))).actions
            quiet.append((time.perf_counter() - began) * 1000)
    print(f"  {f'a tick with {DUE} duties late':52} {shown(took)}", flush=True)
    print(f"  {'a tick with nothing due':52} {shown(quiet)}", flush=True)
    await store.close()


async def _hundred_due(store: RedisStore, number: int, now: int) -> None:
    """Members of a hundred groups have been late for a second."""
    puts, dues = [], []
    for place in range(DUE):
        group, member = f"g{place}", f"u{place}.{number}"
        file = MemberFile({"p.introduction": [OpenDuty("e", now - DAY, now - 1000)]})
        puts.append(Put(Record("file", group, member), None, pack(file), KEEP))
        dues.append(Due(group, f"file/{member}", now - 1000))
    event = f"late{number}"
    await store.file(Filing("", 0, "g0", event, stamp("g0", event), tuple(puts), tuple(dues)))


async def messages(engine: Engine, until: asyncio.Task[int] | None, took: list[float], lane: int) -> None:
    give_up, number = time.perf_counter() + 5, 0
    while not until.done() if until is not None else time.perf_counter() < give_up:
        number += 1
        name = f"{lane}.{number}.{time.perf_counter()}"
        part = {"id": f"m{name}", "text": "作业交了吗?"}
        event = event_from({
            "id": f"e{name}", "kind": "message", "group": {"id": f"g{number % 1000}", "name": "群"},
            "member": {"id": f"u{number % 1000}.{lane}", "name": "小明", "role": "member"}, "message": part,
        })  # fmt: skip
        began = time.perf_counter()
        answer = await engine.evaluate(event)
        took.append((time.perf_counter() - began) * 1000)
        assert not answer.degraded
        await asyncio.sleep(0.002)


async def sweep(engine: Engine, members: int, each: int) -> int:
    """Ticks until the sweeps of so many members' groups are through; how many ticks it took."""
    ticks = 0
    for number in range(members // each):
        while True:
            ticks += 1
            answer: Decision = await engine.evaluate(tick(f"sweep{number}.{ticks}", 0, Group(f"g{number}")))
            if not answer.more:
                break
    return ticks


async def beside_a_sweep(url: str, members: int) -> None:
    store = RedisStore(url, deadline=30.0)
    now = await store.now(0)
    local = time.gmtime(now / 1000 + 8 * 3600 - 60)
    engine = engine_on(store, f"{local.tm_hour:02}:{local.tm_min:02}")
    for beside in (None, False, True):  # first everybody is met
        took: list[float] = []
        began = time.perf_counter()
        each = members // GROUPS
        task = asyncio.create_task(sweep(engine, min(SWEPT, members), each)) if beside else None
        await asyncio.gather(*(messages(engine, task, took, lane) for lane in range(4)))
        if beside is None:
            continue
        what = f"while {min(SWEPT, members):,} members are swept" if task is not None else "with nothing beside"
        print(f"  {f'a message, {what}':52} {shown(took)}  in {time.perf_counter() - began:.1f} s", flush=True)
    await store.close()


async def run(url: str, members: int) -> None:
    store = RedisStore(url, deadline=30.0)
    began, now = time.perf_counter(), await store.now(0)
    await fill(store, members, now)
    print(f"  {members:,} members in {GROUPS} groups, filled in {time.perf_counter() - began:.0f} s", flush=True)
    await store.close()
    await beside_a_sweep(url, members)
    await due(url)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--members", type=int, default=1_000_000, help=f"a multiple of {GROUPS}")
    asked = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="policyd-bench-"))
    with EmbeddedServer(folder) as server:
        with redis.Redis(unix_socket_path=str(server.socket)) as client:
            client.config_set("appendonly", "no")
        uvloop.run(run(server.url, asked.members))
    shutil.rmtree(folder)


if __name__ == "__main__":
    clean_up_on_term()
    main()
