"""What the figures of groups add to an event's whole path, in one run, and what a group's day takes of memory.

Run: `python -m bench.figures` (`--events N`, `--listed`, `--memory`). The same messages go by turns through two engines
that differ in `statistics` only: JSON to decision on the in-memory store, on an embedded Valkey with 64 events at once,
and through the service's endpoint. Messages are real ones where the data are beside the repository, as members of 20
groups of 500 write them in a day, decided by `policies/class_group`: `usual` as they come, `violations` only such as
are deleted. The members of `first` have all not written on that day before. `--listed` adds a public list of words,
which flags a quarter of the messages; each flagged one is counted. Times are of the processor, this process and the
server together, so that other work on the machine counts little; what counts is the median of the ratios. `--memory`:
bytes of the figures of a closed day, of an open one, and of what members have for it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

import redis
import uvloop

from bench.community import community
from bench.ending import clean_up_on_term
from bench.load import texts
from policyd.check.load import load
from policyd.compile.load import CompiledProgram, compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.codec import decode, encode
from policyd.model.figures import FiguresAsk
from policyd.server.evaluate import Evaluate
from policyd.server.settings import Settings
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore

GROUPS: Final = 20
MEMBERS: Final = 500
BATCH: Final = 512
AT_ONCE: Final = 64
VIOLATION: Final = "来玩网赌"
DAY: Final = 86_400_000
BEGIN: Final = 1_767_225_600_000
"""2026-01-01, in UTC."""

_numbers = itertools.count()
_chance = random.Random(1)
Take = Callable[[Engine, list[bytes]], Awaitable[None]]


def message(text: str, *, first: bool = False, place: int | None = None) -> bytes:
    """Of some member, or of the one at `place`; `first`: of one who has not been heard of."""
    number = next(_numbers)
    place = _chance.randrange(GROUPS * MEMBERS) if place is None else place
    member = f"n{number}" if first else f"u{place // GROUPS}"
    event = {
        "id": f"e{number}", "kind": "message", "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "group": {"id": f"g{place % GROUPS}", "tags": ["course"], "size": MEMBERS},
        "member": {"id": member, "name": "小明", "role": "member"},
        "message": {"id": f"m{number}", "text": text, "images": 0, "videos": [], "files": 0, "forwarded": False},
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False).encode()


async def one_by_one(engine: Engine, bodies: list[bytes]) -> None:
    for body in bodies:
        encode(await engine.evaluate(decode(body)))


async def at_once(engine: Engine, bodies: list[bytes]) -> None:
    waiting = iter(bodies)

    async def some() -> None:
        for body in waiting:
            encode(await engine.evaluate(decode(body)))

    await asyncio.gather(*[some() for _ in range(AT_ONCE)])


async def through_endpoint(engine: Engine, bodies: list[bytes]) -> None:
    """As the server hands requests on, without its sockets."""
    app, waiting = Evaluate(engine, Settings()), iter(bodies)
    scope = {
        "type": "http", "method": "POST", "path": "/v1/evaluate", "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip

    async def ignore(_: Any) -> None:
        pass

    async def some() -> None:
        for body in waiting:

            async def receive(body: bytes = body) -> dict[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            await app(dict(scope), receive, ignore)

    await asyncio.gather(*[some() for _ in range(AT_ONCE)])


async def warm(engines: Sequence[Engine], take: Take) -> None:
    """Everybody has written today."""
    for engine in engines:
        await take(engine, [message("早", place=place) for place in range(GROUPS * MEMBERS)])


class Clock:
    """Seconds of processor that this process and a server have taken."""

    def __init__(self, client: redis.Redis | None = None) -> None:
        self._client = client

    def __call__(self) -> float:
        if self._client is None:
            return time.process_time()
        taken = cast(dict[str, float], self._client.info("cpu"))
        return time.process_time() + taken["used_cpu_user"] + taken["used_cpu_sys"]


async def compare(
    title: str, what: str, engines: Sequence[Engine], take: Take, events: int, clock: Clock
) -> None:  # fmt: skip
    """Prints the medians of both, and how many times the second is the first."""
    said = itertools.cycle(texts())
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(max(10, events // BATCH) + 3):
        given = [next(said) if what != "violations" else VIOLATION for _ in range(BATCH)]
        for place in (0, 1) if turn % 2 else (1, 0):
            bodies = [message(text, first=what == "first") for text in given]
            gc.collect()
            begun = clock()
            await take(engines[place], bodies)
            took[place].append((clock() - begun) / BATCH)
    without, with_figures = (statistics.median(times[3:]) * 1e6 for times in took)
    ratios = [more / less for less, more in zip(*(times[3:] for times in took), strict=True)]
    middle = statistics.median(ratios)
    print(
        f"{title:18} {what:11} without {without:6.1f} us, with {with_figures:6.1f} us: {middle:.3f} times",
        flush=True,
    )


async def times(events: int, program: CompiledProgram) -> None:
    plain = [Engine(program, MemoryStore(), statistics=on) for on in (False, True)]
    await warm(plain, one_by_one)
    for what in ("usual", "first", "violations"):
        await compare("in memory", what, plain, one_by_one, events, Clock())
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder)) as server:
        stores = [RedisStore(server.url, deadline=5.0) for _ in range(2)]
        engines = [_Of(program, store, on) for store, on in zip(stores, (False, True), strict=True)]
        await warm(engines, at_once)
        clock = Clock(redis.Redis.from_url(server.url))
        for what in ("usual", "first", "violations"):
            await compare("embedded Valkey", what, engines, at_once, events, clock)
        await compare("endpoint, Valkey", "usual", engines, through_endpoint, events, clock)
        for store in stores:
            await store.close()


class _Of(Engine):
    """An engine with a tenant of its own, so that two share nothing on one server."""

    def __init__(self, program: CompiledProgram, store: RedisStore, on: bool) -> None:
        super().__init__(program, store, statistics=on)
        self._own = "on" if on else "off"

    def evaluate(self, event: Any, tenant: str = "", *, explain: bool = False) -> Any:
        return super().evaluate(event, self._own, explain=explain)


# ---------------------------------------------------------------- memory


async def memory(program: CompiledProgram) -> None:
    """Of a group of 500 whose members all write every day, at all hours, one in 50 breaking a rule, over 65 days."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder)) as server:
        store = RedisStore(server.url, deadline=5.0, virtual=True)
        client = redis.Redis.from_url(server.url)
        engine, said = Engine(program, store), itertools.cycle(texts())
        for day in range(65):
            await _day(engine, day, said)
            if day in (0, 1, 64):
                _print_memory(client, f"after day {day + 1}")
        await store.figures(FiguresAsk("", "g0", "UTC", 1, BEGIN + 65 * DAY + 1, MEMBERS))
        _print_memory(client, "after 65 days, all closed")
        client.close()
        await store.close()


async def _day(engine: Engine, day: int, said: Any) -> None:
    bodies = []
    for member in range(MEMBERS):
        text = VIOLATION if member % 50 == 0 else next(said)
        tree = json.loads(message(text))
        tree["time"] = datetime.fromtimestamp((BEGIN + day * DAY + member * 170_000) / 1000, UTC).isoformat()
        tree["group"]["id"], tree["member"]["id"] = "g0", f"u{member}"
        bodies.append(json.dumps(tree).encode())
    await one_by_one(engine, bodies)


def _print_memory(client: redis.Redis, title: str) -> None:
    """Bytes of each kind of key that figures are kept in."""
    sizes: dict[str, int] = {}
    fields = 0
    for key in client.scan_iter("pd:*", count=1000):
        kind = key.decode().split(":")[2]
        if kind in ("o", "h", "w"):
            sizes[kind] = sizes.get(kind, 0) + int(client.memory_usage(key, samples=0) or 0)
            fields += int(client.hlen(key)) if kind == "h" else 0
    closed = sizes.get("h", 0) / max(1, fields)
    print(
        f"{title:26} closed days {fields:3}, {closed:6.0f} bytes each; open {sizes.get('o', 0):6,} bytes; windows of "
        f"members, presence among them, {sizes.get('w', 0) / MEMBERS:5.0f} bytes a member",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=60 * BATCH, help="for each comparison")
    options.add_argument("--listed", action="store_true", help="flag a quarter of the messages by a public list")
    options.add_argument("--memory", action="store_true", help="measure memory instead of time")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        policies, found = load(community(Path(folder), listed=asked.listed))
        assert policies is not None, found
        program = compile_policies(policies)
        uvloop.run(memory(program) if asked.memory else times(asked.events, program))


if __name__ == "__main__":
    clean_up_on_term()
    main()
