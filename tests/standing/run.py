"""Holds random histories against the plain model.

python -m tests.standing.run [--histories 10000 --seed 0 --workers 2]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path

from policyd.state.embedded import EmbeddedServer
from policyd.state.redis import RedisStore
from tests.standing.play import HISTORIES, Found, on_server, search

MOST_SHOWN = 3


def main(arguments: list[str]) -> int:
    """Exit code 0 where nothing differs, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first policy")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--on-server", type=int, default=20, help="one history in so many on a server of our own")
    given = parser.parse_args(arguments)
    started, found = time.monotonic(), Found()
    seeds = range(given.seed, given.seed + -(-given.histories // HISTORIES))
    with get_context("spawn").Pool(given.workers) as workers:
        served = workers.apply_async(serve, (given.seed, given.histories // given.on_server))
        for each in workers.imap_unordered(search, seeds, chunksize=4):
            found.add(each)
            if len(found.differences) >= MOST_SHOWN:
                break
        else:
            found.add(served.get())
        workers.terminate()
    print(summary(found, time.monotonic() - started))
    return 1 if found.differences else 0


def serve(seed: int, histories: int) -> Found:
    """So many histories on an embedded server, whose clock is that of the events."""
    if not histories:
        return Found()
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder)) as server, asyncio.Runner() as runner:
        store = RedisStore(server.url, deadline=10, virtual=True)
        runner.run(store.open())
        try:
            return on_server(store, seed, histories, runner)
        finally:
            runner.run(store.close())


def summary(found: Found, seconds: float) -> str:
    return "\n".join(
        [
            *found.differences[:MOST_SHOWN],
            f"{seconds:.0f} s: {found.histories:,} histories, {len(found.differences)} differ; of {listed(found)}",
        ]
    )


def listed(found: Found) -> str:
    steps: Iterable[tuple[str, int]] = found.reached.items()
    return ", ".join(f"{number:,} {name}" for name, number in sorted(steps, key=lambda each: -each[1])[:24])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
