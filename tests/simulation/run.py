"""Simulates a community through the service and compares everything with the model.

    python -m tests.simulation.run [--groups 30 --members 3000 --days 60 --seed 1 --kills 3]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Final

from tests.simulation.play import Play, Size
from tests.simulation.service import Service

MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A process that is killed loses nothing it has written, to a disk or not; and a disk takes its time to sync."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in (("groups", 30), ("members", 3000), ("days", 60), ("seed", 1), ("kills", 3), ("load", 8)):
        parser.add_argument(f"--{name}", type=int, default=value, help=f"[default: {value}]")
    parser.add_argument("--store", choices=("embedded", "memory"), default="embedded")
    parser.add_argument("--folder", default=MEMORY, help="where the data is kept meanwhile  [default: in memory]")
    given = parser.parse_args(arguments)
    size = Size(given.groups, given.members, given.days, given.kills, given.load)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        play = asyncio.run(simulate(Path(folder), given.store, size, given.seed, say=True))
    print(f"{time.monotonic() - started:.0f} s: {report(play.counts())}; differences {len(play.differences)}")
    for each in play.differences[:20]:
        print(each)
    return 1 if play.differences else 0


async def simulate(folder: Path, store: str, size: Size, seed: int, *, say: bool = False) -> Play:
    """The whole of it, on a service of its own that has ended when this returns."""
    service = Service(folder, store)
    await service.start()
    play = Play(service, size, Random(seed))
    try:
        await play.whole(say)
    finally:
        await service.stop()
    return play


def report(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
