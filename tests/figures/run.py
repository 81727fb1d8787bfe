"""Lets groups live for a year and compares every figure of every day.

python -m tests.figures.run [--groups 50 --days 365 --seed 0 --workers 2]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from policyd.state.embedded import EmbeddedServer
from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore
from tests.figures.play import Found, Play, Unasked
from tests.standing.bot import Run, by_hand

ON_SERVER = 10
"""One group in so many lives on a server of our own."""
AT_ONCE = 8
"""So many events are sent to it together."""
MOST_SHOWN = 3


def main(arguments: list[str]) -> int:
    """Exit code 0 where nothing differs, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("groups", 50), ("days", 365), ("seed", 0), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=value, help=f"[default: {value}]")
    given = parser.parse_args(arguments)
    started, found = time.monotonic(), Found()
    with get_context("spawn").Pool(given.workers) as workers:
        seeds = range(given.seed, given.seed + given.groups)
        for each in workers.imap_unordered(partial(live, days=given.days), seeds):
            found.add(each)
    print(summary(found, given.groups, time.monotonic() - started))
    return 1 if found.differences else 0


def live(seed: int, days: int, most_members: int = 500) -> Found:
    """One group. Every tenth on an embedded server; one in seven is not asked for figures until the end."""
    if seed % ON_SERVER == 3:
        with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as (store, run):
            return Play(seed, days, store, run, most_members=min(most_members, 100), at_once=AT_ONCE).whole()
    in_memory = Unasked() if seed % 7 == 1 else MemoryStore(virtual=True)
    return Play(seed, days, in_memory, by_hand, most_members=most_members).whole()


@contextmanager
def served(folder: Path) -> Iterator[tuple[RedisStore, Run]]:
    """A server whose clock is that of the events."""
    with EmbeddedServer(folder) as server, asyncio.Runner() as runner:
        store = RedisStore(server.url, deadline=10, virtual=True)
        runner.run(store.open())
        try:
            yield store, runner.run
        finally:
            runner.run(store.close())


def summary(found: Found, groups: int, seconds: float) -> str:
    reached = ", ".join(f"{number:,} {name}" for name, number in sorted(found.reached.items()))
    return "\n".join(
        [
            *found.differences[:MOST_SHOWN],
            f"{seconds:.0f} s: {groups} groups, {found.events:,} events; compared {found.figures:,} figures "
            f"of {found.days:,} days, {found.spans:,} spans and {found.facts:,} facts, {len(found.differences)} differ",
            f"days on which they were not 0: {reached}",
        ]
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
