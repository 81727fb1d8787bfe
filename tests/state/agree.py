"""Holds Redis and Valkey, single and Cluster, against the plain store over very many random sequences.

    python -m tests.state.agree --sequences 100000 --servers redis7,valkey,redis7-cluster,valkey-cluster --workers 3

Every answer of every operation is compared: observations and commits, replays, refusals and their words. 250 sequences
run together, each in two groups of its own, in one tenant, whose rings they share, and so on one clock: it goes forward
at one of three paces, or back and forth and then forward. Their observations of an instant, up to four each, share
calls of the script.

Not compared: where the clock goes back to before something was over (a window, a mute, a text said `once in`), it may
be known again or not. So nothing is shorter there than the time in which the clock swings: a minute, an hour or a day.
How long ids are remembered after the clock went back over the end of a period of theirs is not compared either.

A difference ends the run, with the operations of its sequence, less those without which it stays when run alone.
Servers are started on free ports of this machine without files, one set a worker, and ended.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import multiprocessing
import queue
import random
import secrets
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final

import uvloop
from msgspec import Struct

from policyd.model.state import Observe
from policyd.state.embedded import find_server
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore
from policyd.state.store import Store
from tests.faults.servers import Server, cluster, free_ports
from tests.state.asked import Asked, Listing, WhatIsDue, asking, in_tenant, observed_together
from tests.state.clock import clock
from tests.state.sequences import REVISIONS, Answer, Sequence, Turn, at_once, of_error, vocabulary

SERVERS: Final = ("redis7", "valkey", "redis7-cluster", "valkey-cluster")
TOGETHER: Final = 250
ROUNDS: Final = 16
LANES: Final = 2
PATIENCE: Final = 60.0


class Difference(Exception):
    """The operations of a sequence up to the one that was answered otherwise, and the two answers."""

    def __init__(self, asked: list[Asked], plain: Answer, packed: Answer) -> None:
        super().__init__()
        self.asked = asked
        self.plain = plain
        self.packed = packed


class Report(Struct, frozen=True):
    """Of a worker: what it has done since the last one, or how it ended."""

    tally: Counter[str]
    difference: str = ""
    done: bool = False


@contextlib.contextmanager
def started(which: str, folder: Path) -> Iterator[tuple[str, list[Server]]]:
    """The URL of a server or Cluster of that kind, and its nodes. Raises `LookupError` where it is not installed."""
    kind, _, form = which.partition("-")
    binary = shutil.which("redis-server") if kind == "redis7" else str(find_server())
    if binary is None:
        raise LookupError("no redis-server is installed")
    if form:
        with cluster(folder, binary=Path(binary)) as nodes:
            yield f"redis+cluster://127.0.0.1:{nodes[0].port}", nodes
    else:
        port = free_ports(1)[0]
        server = Server(Path(binary), folder / "one", port, ["--appendonly", "no"])
        try:
            yield f"redis://127.0.0.1:{port}", [server]
        finally:
            server.stop()


async def fly(packed: Store, seed: int, flight: int, number: int) -> Counter[str]:
    """Runs so many sequences together. Raises `Difference`."""
    chance = random.Random(f"{seed}/{flight}")
    shortest, instants = clock(chance, ROUNDS)
    plain = MemoryStore(virtual=True)
    words = vocabulary(shortest)
    sequences = [
        Sequence(random.Random(f"{seed}/{flight}/{each}"), f"t{flight}", f"{each}.", plain, words)
        for each in range(number)
    ]
    before = 0
    tally = Counter(sequences=number)
    for now in instants:
        tally["times the clock went back"] += now < before
        before = now
        half = chance.randrange(number + 1)
        turns = [(sequence, sequence.turn(now, REVISIONS[place < half])) for place, sequence in enumerate(sequences)]
        await compare(packed, turns)
        await compare_cells(packed, plain, f"t{flight}", now)
    for sequence in sequences:
        tally.update(sequence.tally)
    return tally


async def compare(packed: Store, turns: list[tuple[Sequence, Turn]]) -> None:
    """All that changes something at once: those that were asked for first are answered first. Then what only reads."""
    asked: list[tuple[Sequence, Asked, Answer]] = [
        (sequence, ask, answer) for sequence, turn in turns for ask, answer in turn.observes
    ]
    asked += [(sequence, change, answer) for sequence, turn in turns for change, answer in turn.changes]
    reads = [(sequence, reading, answer) for sequence, turn in turns for reading, answer in turn.reads]
    for part in (asked, reads):
        answers = await answered(packed, [ask for _, ask, _ in part])
        for (sequence, ask, plain), answer in zip(part, answers, strict=True):
            if answer != plain:
                until = next(place for place, each in enumerate(sequence.asked) if each is ask)
                raise Difference(sequence.asked[: until + 1], plain, answer)


async def compare_cells(packed: Store, plain: Store, tenant: str, now: int) -> None:
    """What is asked of all cells, after all sequences have had their turn."""
    asked: list[Asked] = [WhatIsDue(tenant, None, now, 20), WhatIsDue(tenant, None, now + 1, 500)]
    asked.append(Listing(tenant, "group", "", 50))
    for ask in asked:
        expected = at_once(asking(plain, ask))
        [answer] = await answered(packed, [ask])
        if answer != expected:
            raise Difference([ask], expected, answer)


async def answered(packed: Store, asked: list[Asked]) -> list[Answer]:
    """Half of the observations are one question, and come before all others."""
    observes = [ask for ask in asked if isinstance(ask, Observe)]
    assert asked[: len(observes)] == observes
    half = len(observes) // 2
    many = asyncio.create_task(observed_together(packed, observes[:half]))
    raw = await asyncio.gather(*(asking(packed, ask) for ask in asked[half:]), return_exceptions=True)
    return [of_error(each) if isinstance(each, BaseException) else each for each in [*await many, *raw]]


async def alone(packed: Store, asked: Iterable[Asked]) -> tuple[Answer, Answer] | None:
    """The answers that differ where nothing else runs, if they do."""
    tenant = secrets.token_hex(8)
    plain = MemoryStore(virtual=True)
    for ask in asked:
        ask = in_tenant(ask, tenant)
        expected = at_once(asking(plain, ask))
        [answer] = await answered(packed, [ask])
        if answer != expected:
            return expected, answer
    return None


async def described(packed: Store, found: Difference) -> str:
    """The fewest operations that show it, as far as leaving out one after another finds them."""
    asked, answers, how = found.asked, (found.plain, found.packed), "only together with others; its operations"
    if repeated := await alone(packed, asked):
        answers, how = repeated, "alone too, with these operations"
        for place in range(len(asked) - 1, -1, -1):
            fewer = asked[:place] + asked[place + 1 :]
            if repeated := await alone(packed, fewer):
                asked, answers = fewer, repeated
    lines = "\n".join(f"  {ask}" for ask in asked)
    return f"It differs {how}:\n{lines}\nplain:  {answers[0]}\npacked: {answers[1]}"


async def work(which: str, folder: Path, seed: int, flights: list[tuple[int, int]], reports: Queue[Report]) -> None:
    """Flights, each with its number of sequences, against servers of its own; some at a time, so that these are not
    idle while sequences are made up."""
    with started(which, folder) as (url, nodes):
        lanes = [RedisStore(url, virtual=True, deadline=PATIENCE, most_waiting=10 * TOGETHER) for _ in range(LANES)]
        for packed in lanes:
            await packed.open()
        for first in range(0, len(flights), LANES):
            flying = zip(lanes, flights[first : first + LANES], strict=False)
            for report in await asyncio.gather(*(reported(packed, which, seed, *flight) for packed, flight in flying)):
                reports.put(report)
            for node in nodes:
                node.asked("FLUSHALL", "ASYNC")
        for packed in lanes:
            await packed.close()


async def reported(packed: Store, which: str, seed: int, flight: int, number: int) -> Report:
    try:
        return Report(await fly(packed, seed, flight, number))
    except Difference as found:
        again = f"--seed {seed} --first {flight * TOGETHER} --sequences {number} --servers {which}"
        return Report(Counter(), f"{which}: {again}\n{await described(packed, found)}")


def worker(which: str, folder: Path, seed: int, flights: list[tuple[int, int]], reports: Queue[Report]) -> None:
    gc.disable()  # it would look through the plain store's state again and again, and that goes with the flight
    folder.mkdir()
    uvloop.run(work(which, folder, seed, flights, reports))
    reports.put(Report(Counter(), done=True))


def run(which: str, folder: Path, seed: int, first: int, sequences: int, workers: int) -> Counter[str]:
    """All sequences on one kind of server, and what they reached. Raises `SystemExit` at the first difference."""
    context = multiprocessing.get_context("spawn")
    reports: Queue[Report] = context.Queue()
    flights = [
        (begin // TOGETHER, min(TOGETHER, first + sequences - begin))
        for begin in range(first, first + sequences, TOGETHER)
    ]
    processes = [
        context.Process(target=worker, args=(which, folder / str(each), seed, flights[each::workers], reports))
        for each in range(workers)
    ]
    for process in processes:
        process.start()
    try:
        return gathered(which, processes, reports)
    finally:
        for process in processes:
            process.terminate()
            process.join()


def gathered(which: str, processes: list[SpawnProcess], reports: Queue[Report]) -> Counter[str]:
    total: Counter[str] = Counter()
    began = said = time.monotonic()
    working = len(processes)
    while working:
        try:
            report = reports.get(timeout=1)
        except queue.Empty:
            if any(process.exitcode for process in processes):
                raise SystemExit(f"{which}: a worker has ended too early; it says above why") from None
            continue
        if report.difference:
            raise SystemExit(report.difference)
        working -= report.done
        total.update(report.tally)
        if time.monotonic() - said > 10:
            said = time.monotonic()
            print(f"{which}: {total['sequences']:,} sequences in {said - began:.0f} s, no difference", flush=True)
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sequences", type=int, default=1_000, help="on each kind of server (default: %(default)s)")
    parser.add_argument("--servers", default=",".join(SERVERS), help="of %(default)s")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help=f"number of the first sequence, a multiple of {TOGETHER}")
    options = parser.parse_args()
    for which in options.servers.split(","):
        if which not in SERVERS:
            parser.error(f"no server `{which}`: there are {', '.join(SERVERS)}")
        if which.startswith("redis7") and shutil.which("redis-server") is None:
            parser.error("no redis-server is installed: leave out redis7 and redis7-cluster")
    for which in options.servers.split(","):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            total = run(which, Path(folder), options.seed, options.first, options.sequences, options.workers)
        took = time.monotonic() - began
        reached = ", ".join(f"{number:,} {name}" for name, number in sorted(total.items()))
        print(f"{which}: seed {options.seed}, no difference in {took:.0f} s.\n  Reached: {reached}", flush=True)


if __name__ == "__main__":
    main()
