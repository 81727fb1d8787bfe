"""Whether an event stays as cheap when groups and members become many: over stores that have met them all.

The policies and messages are those that the service is measured with (`bench/community.py`), but that nobody reaches
the two limits, or one member could not say as much as many do: they count by the day instead. Only messages of which
the policies say nothing are sent, `AT_ONCE` at the same time, by members chosen by chance.

What must not grow is the processor time of the service for an event on the memory store. Beside it stands what an
engine alone takes, from the bytes of an event to those of its decision, on the memory store and on the embedded one.
What it takes longer is time for memory that is not in the processor's caches, which everything of a single member
always is: a few members among many cost about the same as one. On the embedded store they do not, though a few in an
empty store do: what was kept of all the others makes its tables large.
"""

from __future__ import annotations

import gc
import json
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Final
from urllib.parse import urlsplit

import redis
import uvloop

from bench.community import community
from bench.http import Server, processor_time, running
from bench.kept import Result, against
from bench.load import closed, texts
from policyd.compile.program import Program
from policyd.engine.embedded import Embedded
from policyd.engine.pipeline import Engine
from policyd.model.codec import decode, encode
from policyd.model.decision import Decision
from policyd.model.problem import EventError
from policyd.server.reload import load_program
from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore

ROUNDS: Final = 40
ROUND: Final = 1_024
SERVED_ROUNDS: Final = 12
SERVED_ROUND: Final = 4_800
"""All rounds together have fewer than a member may send a day."""
AT_ONCE: Final = 64
FEW: Final = 16
"""Members that are met again and again, among many."""
MOST_TEXTS: Final = 300
STEP: Final = 100 * AT_ONCE
MOST: Final = 1.1
_LIMIT: Final = re.compile(r"at most \d+ (messages by [\w., ]+?) within \w+")
_BY_THE_DAY: Final = r"at most 59999 \1 per day"
Take = Callable[[Sequence[bytes]], Awaitable[float]]
"""Takes the bytes of events; gives the seconds of them all."""
Progressed = Callable[[str, int], Callable[[], None]]
"""A bar with a title and so many steps; what it gives makes a step."""


def by_the_day(folder: Path) -> Path:
    """The directory of the policies, made in `folder`."""
    policies = community(folder)
    written = policies / "class_group.policy"
    text, limits = _LIMIT.subn(_BY_THE_DAY, written.read_text("utf-8"))
    assert limits == 2, limits
    written.write_text(text, "utf-8")
    return policies


def program() -> Program:
    with tempfile.TemporaryDirectory(prefix="policyd-bench-") as folder:
        return load_program(by_the_day(Path(folder)))


def body(name: str, group: str, member: str, text: str) -> bytes:
    event = {
        "id": name, "kind": "message", "group": {"id": group, "tags": ["course"]},
        "member": {"id": member, "name": "小明", "role": "member"}, "message": {"id": name, "text": text, "images": 0},
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def clean(policies: Program) -> list[str]:
    """Real messages of which the policies say nothing."""
    found: list[str] = []
    for number, text in enumerate(dict.fromkeys(texts())):
        if not Embedded(policies).evaluate(body(f"e{number}", "g", "u", text)).actions:
            found.append(text)
        if len(found) == MOST_TEXTS:
            break
    return found


class Crowd:
    """Members `0` to `members - 1`, each of one of the groups. `take` gives the seconds for events."""

    def __init__(self, take: Take, said: Sequence[str], name: str, groups: int, members: int) -> None:
        self.groups, self.members = groups, members
        self._take, self._said, self._name = take, said, name
        self._number = 0
        self._chance = Random(3)

    async def meet(self, step: Callable[[], None], take: Take | None = None) -> None:
        """Every member says something."""
        for first in range(0, self.members, STEP):
            await (take or self._take)(self._bodies(range(first, min(first + STEP, self.members))))
            step()

    async def round(self, members: int, events: int = ROUND) -> float:
        """Microseconds for an event of so many of the members."""
        chosen = [self._chance.randrange(members) for _ in range(events)]
        return await self._take(self._bodies(chosen)) / events * 1e6

    async def strangers(self) -> float:
        """Microseconds for the first event of a member."""
        first, self.members = self.members, self.members + ROUND
        return await self._take(self._bodies(range(first, self.members))) / ROUND * 1e6

    def _bodies(self, members: Iterable[int]) -> list[bytes]:
        return [self._message(member) for member in members]

    def _message(self, member: int) -> bytes:
        self._number += 1
        group = f"{self._name}{member % self.groups}"
        return body(f"{self._name}{self._number}", group, f"u{member}", self._chance.choice(self._said))


def in_process(engine: Engine) -> Take:
    """Events go as they do in the service, those that come at the same time together."""

    async def take(bodies: Sequence[bytes]) -> float:
        began = time.perf_counter()
        for first in range(0, len(bodies), AT_ONCE):
            await _together(engine, bodies[first : first + AT_ONCE])
        return time.perf_counter() - began

    return take


async def _together(engine: Engine, bodies: Sequence[bytes]) -> None:
    answers: list[bytes] = []

    def answered(place: int, decision: Decision | EventError) -> None:
        assert isinstance(decision, Decision) and decision.verdict == "allow" and not decision.degraded, decision
        answers.append(encode(decision))

    await engine.evaluate_many([(decode(body), "") for body in bodies], answered)
    assert len(answers) == len(bodies)


def served(server: Server, connections: int = AT_ONCE, array: int = 1) -> Take:
    """Processor time of a service; all time where the system does not say it."""
    at = urlsplit(server.address)
    host, port = at.hostname or "", at.port or 80
    head = f"POST /v1/evaluate HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: "

    def request(bodies: Sequence[bytes]) -> bytes:
        content = bodies[0] if array == 1 else b"[%b]" % b",".join(bodies)
        return b"%b%d\r\n\r\n%b" % (head.encode(), len(content), content)

    async def take(bodies: Sequence[bytes]) -> float:
        requests = [request(bodies[first : first + array]) for first in range(0, len(bodies), array)]
        lanes = [requests[lane::connections] for lane in range(connections)]
        before = processor_time(server.pid)
        took = await closed(lanes, host, port, [])
        return processor_time(server.pid) - before or took

    return take


async def crowds(
    title: str,
    engines: Sequence[Engine],
    said: Sequence[str],
    groups: int,
    members: int,
    result: Result,
    bar: Progressed,
) -> None:
    """One group and one member, many groups of one member each, and many members in them all, in turns."""
    one, many, all_ = (
        Crowd(in_process(engine), said, f"{place}.", *sizes)
        for place, (engine, sizes) in enumerate(
            zip(engines, ((1, 1), (groups, groups), (groups, members)), strict=True)
        )
    )
    for each in (one, many, all_):
        await each.meet(bar(f"{title}: members met, {each.members:,}", -(-each.members // STEP)))
    of_all = f"{groups:,} groups and {members:,} members"
    measured: dict[str, Callable[[], Awaitable[float]]] = {
        "1 group and 1 member": lambda: one.round(1),
        f"{groups:,} groups of 1 member": lambda: many.round(groups),
        of_all: lambda: all_.round(members),
        f"{FEW} members of {of_all}": lambda: all_.round(FEW),
        f"the first of a member, {of_all}": all_.strangers,
    }
    took: dict[str, list[float]] = {name: [] for name in measured}
    step = bar(f"{title}: events", ROUNDS)
    gc.collect()
    gc.freeze()
    for _ in range(ROUNDS):
        for name, measure in measured.items():
            took[name].append(await measure())
        step()
    gc.unfreeze()
    _tell(f"an event, {title}", took, (), result)


def _tell(title: str, took: dict[str, list[float]], bound: Sequence[str], result: Result) -> None:
    """`bound`: the names of those that have a target."""
    smallest = next(iter(took))
    for name, rounds in took.items():
        figure = against(f"{title}, {name}", "us", rounds, took[smallest], smallest)
        if name in bound:
            figure.target, figure.met = f"at most {MOST:g} times", (figure.ratio or 0.0) <= MOST
        result.figures.append(figure)


async def services(
    servers: Sequence[Server], said: Sequence[str], groups: int, members: int, result: Result, bar: Progressed
) -> None:
    """As `crowds`, of services."""
    sizes = {
        "1 group and 1 member": (1, 1),
        f"{groups:,} groups of 1 member": (groups, groups),
        f"{groups:,} groups and {members:,} members": (groups, members),
    }
    made = [Crowd(served(server), said, "", *size) for server, size in zip(servers, sizes.values(), strict=True)]
    for each, server in zip(made, servers, strict=True):
        step = bar(f"service: members met, {each.members:,}", -(-each.members // STEP))
        await each.meet(step, served(server, connections=4, array=100))
    took: dict[str, list[float]] = {name: [] for name in sizes}
    step = bar("service: events", SERVED_ROUNDS)
    for _ in range(SERVED_ROUNDS):
        for name, each in zip(sizes, made, strict=True):
            took[name].append(await each.round(each.members, SERVED_ROUND))
        step()
    _tell("processor time of an event, service on the memory store", took, [*sizes][1:], result)


def in_service(groups: int, members: int, result: Result, bar: Progressed) -> None:
    with ExitStack() as stack:
        policies = by_the_day(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-"))))
        servers = []
        for _ in range(3):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-")))
            servers.append(stack.enter_context(running("memory", folder, policies)))
        uvloop.run(services(servers, clean(load_program(policies)), groups, members, result, bar))


def in_memory(groups: int, members: int, result: Result, bar: Progressed) -> None:
    policies = program()
    engines = [Engine(policies, MemoryStore()) for _ in range(3)]
    uvloop.run(crowds("memory store", engines, clean(policies), groups, members, result, bar))


def embedded(groups: int, members: int, result: Result, bar: Progressed) -> None:
    """Without its file, whose speed is the disk's, and a store of its own for each."""
    with _stores() as urls:
        uvloop.run(_on_stores(urls, groups, members, result, bar))


async def _on_stores(urls: Sequence[str], groups: int, members: int, result: Result, bar: Progressed) -> None:
    policies = program()
    stores = [RedisStore(url, deadline=30.0) for url in urls]
    for store in stores:
        await store.open()
    engines = [Engine(policies, store) for store in stores]
    await crowds("embedded store", engines, clean(policies), groups, members, result, bar)
    for store in stores:
        await store.close()


@contextmanager
def _stores() -> Iterator[list[str]]:
    with ExitStack() as stack:
        urls = []
        for _ in range(3):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-")))
            server = stack.enter_context(EmbeddedServer(folder))
            with redis.Redis(unix_socket_path=str(server.socket)) as client:
                client.config_set("appendonly", "no")
            urls.append(server.url)
        yield urls
