"""What a `limit` costs beside the limiters that one could take instead, on the same server in one run.

Run: `python -m bench.limiters` (`--events N`). One limit, at most 100 in 10 s, for each of many members, who stay below
it. Every limiter gives the same answers on a member of its own first. Figures are microseconds for an event, of the
wall clock, of this process and of the server; asked one after the other, and by 64 at the same time where the library
can. policyd does more with its call: it knows a repeated event, and edits of messages, and reads all state at once.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import itertools
import random
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import redis
import uvloop

from bench.ending import clean_up_on_term
from bench.state import Measured
from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.event import Event, Group, Member, Message
from policyd.model.problem import EventError
from policyd.state.redis import RedisStore

MOST: Final = 100
SECONDS: Final = 10
MEMBERS: Final = 20_000
ROUNDS: Final = 3
TURN: Final = 64
Hit = Callable[[str], Any]
"""Counts an event of a member; whether it is still within the limit, or something to wait for that says so."""

_POLICY: Final = f"""policy limiters {{ for every group  if store fails deny }}
limit flood {{ at most {MOST} messages by member within {SECONDS}s  then flag }}
"""
_numbers = itertools.count()


class Ours:
    """policyd's whole way of an event, from the event to the decision."""

    def __init__(self, url: str) -> None:
        policies, found = load_texts({"limiters.policy": _POLICY})
        assert policies is not None, found[0].message()
        self.store = RedisStore(url, deadline=5.0)
        self._engine = Engine(compile_policies(policies), self.store)

    async def hit(self, member: str) -> bool:
        return (await self._engine.evaluate(_event(member))).verdict == "allow"

    async def turns(self, members: list[str]) -> None:
        """As the service asks under load: events that came together are decided together."""

        def let_through(place: int, found: Decision | EventError) -> None:
            assert isinstance(found, Decision) and found.verdict == "allow"

        for begin in range(0, len(members), TURN):
            asked = [(_event(member), "") for member in members[begin : begin + TURN]]
            await self._engine.evaluate_many(asked, let_through)


def _event(member: str) -> Event:
    number = next(_numbers)
    message = Message(id=f"m{number}", text="hello")
    return Event(id=f"e{number}", kind="message", group=Group("g1"), member=Member(member), message=message)


def of_limits(url: str, strategy: str) -> Hit:
    module = importlib.import_module("limits")
    storage = importlib.import_module("limits.storage").storage_from_string(url)
    limiter = getattr(importlib.import_module("limits.strategies"), strategy)(storage)
    item = module.parse(f"{MOST}/{SECONDS} seconds")
    return lambda member: limiter.hit(item, member)


def of_limits_at_once(url: str, strategy: str) -> Hit:
    module = importlib.import_module("limits")
    storage = importlib.import_module("limits.storage").storage_from_string(f"async+{url}", implementation="redispy")
    limiter = getattr(importlib.import_module("limits.aio.strategies"), strategy)(storage)
    item = module.parse(f"{MOST}/{SECONDS} seconds")
    return lambda member: limiter.hit(item, member)


def of_throttled(url: str, strategy: str) -> Hit:
    limiter = _throttled(importlib.import_module("throttled"), url, strategy)
    return lambda member: not limiter.limit(member).limited


def of_throttled_at_once(url: str, strategy: str) -> Hit:
    limiter = _throttled(importlib.import_module("throttled.asyncio"), url, strategy)

    async def hit(member: str) -> bool:
        return not (await limiter.limit(member)).limited

    return hit


def _throttled(module: Any, url: str, strategy: str) -> Any:
    quota = importlib.import_module("throttled").per_duration(timedelta(seconds=SECONDS), MOST)
    return module.Throttled(using=strategy, quota=quota, store=module.RedisStore(server=url))


LIMITERS: Final = (
    ("limits, moving window", of_limits, "MovingWindowRateLimiter", 1),
    ("limits, sliding window counter", of_limits, "SlidingWindowCounterRateLimiter", 1),
    ("throttled-py, sliding window", of_throttled, "sliding_window", 1),
    ("limits, moving window", of_limits_at_once, "MovingWindowRateLimiter", 64),
    ("limits, sliding window counter", of_limits_at_once, "SlidingWindowCounterRateLimiter", 64),
    ("throttled-py, sliding window", of_throttled_at_once, "sliding_window", 64),
)
"""Name, what makes it, its strategy, and how many ask at the same time."""


async def ask(hit: Hit, members: list[str], at_once: int) -> None:
    waiting = iter(members)

    async def worker() -> None:
        for member in waiting:
            told = hit(member)
            assert (await told) if isinstance(told, Awaitable) else told

    await asyncio.gather(*(worker() for _ in range(at_once)))


async def check(hit: Hit, exact: bool) -> None:
    """The limit lets through as many as it should."""
    member = f"checked-{next(_numbers)}"
    told = [hit(member) for _ in range(MOST + 1)]
    let = [(await one) if isinstance(one, Awaitable) else one for one in told]
    assert sum(map(bool, let)) == MOST or not exact, let


async def compared(name: str, hit: Hit, at_once: int, client: redis.Redis, events: int) -> None:
    await check(hit, exact=True)
    await measure(name, lambda members: ask(hit, members, at_once), at_once, client, events)


async def measure(
    name: str, asked: Callable[[list[str]], Awaitable[None]], at_once: int, client: redis.Redis, events: int
) -> None:
    number = events if at_once > 1 else events // 8
    chance, found = random.Random(3), []
    for _ in range(ROUNDS):
        members = [f"u{chance.randrange(MEMBERS)}" for _ in range(number)]
        with Measured(client) as measured:
            await asked(members)
        found.append((measured.seconds * 1e6 / number, measured.python / number, measured.server / number))
    wall, python, server = (statistics.median(each) for each in zip(*found, strict=True))
    print(f"{name:34} {at_once:3} at once  {wall:7.1f} us  python {python:6.1f}  server {server:6.1f}", flush=True)


async def compare(url: str, client: redis.Redis, events: int) -> None:
    ours = Ours(url)
    await ours.store.open()
    for at_once in (1, 64):
        await compared("policyd", ours.hit, at_once, client, events)
        for name, make, strategy, most in LIMITERS:
            if most == at_once:
                try:
                    hit = make(url, strategy)
                except ImportError as missing:
                    print(f"{name:34} left out: {missing}")
                    continue
                await compared(name, hit, at_once, client, events)
    await measure("policyd, in turns", ours.turns, TURN, client, events)
    await ours.store.close()


@contextmanager
def server() -> Iterator[str]:
    """A `redis-server` on a free port of this machine, that keeps nothing."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="policyd-bench-") as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            _answering(port)
            yield f"redis://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _answering(port: int) -> None:
    """Waits until the server takes connections; OSError where it never does."""
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=32_000, help="asked at the same time; an eighth one by one")
    asked = options.parse_args()
    with server() as url, redis.Redis.from_url(url) as client:
        uvloop.run(compare(url, client, asked.events))


if __name__ == "__main__":
    clean_up_on_term()
    main()
