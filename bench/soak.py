"""Whether the service stays as it is under load: memory and latency minute by minute.

Run: `python -m bench.soak` (`--minutes N`, `--store memory|embedded`, `--share 0.7`). Every member says something
first, as in `bench/http.py`. What the service reaches on 64 connections is measured then, and requests come at a share
of that. What it refuses, as more comes than it can do in time, is counted: latency is steady only where nothing was
refused.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from rich.progress import Progress

from bench.community import community
from bench.ending import clean_up_on_term
from bench.growth import resident
from bench.http import SHARE, Generator, complaints, running
from bench.kept import Figure, Result, keep

MINUTES: Final = 10
PARTS: Final = 4
"""Of a minute: what is sent in one is made beforehand."""
REACHING: Final = (5, 40_000)
"""How many times how many requests tell what is reached: some seconds each, as a burst is answered faster than a store
can go on for."""
MOST_GROWTH: Final = 1.05
MOST_DRIFT: Final = 1.5


class Minute(NamedTuple):
    """`megabytes` at its end; `median` and `p99` in ms, the highest of its parts'; requests that were `refused`."""

    megabytes: float
    median: float
    p99: float
    refused: float = 0


def judged(minutes: Sequence[Minute]) -> list[Figure]:
    """The minutes, each as a ratio to the first full one after the start."""
    first = minutes[1] if len(minutes) > 1 else minutes[0]
    figures = []
    for number, each in enumerate(minutes, 1):
        figures.append(Figure(f"memory at the end of minute {number}", "MB", each.megabytes))
        figures.append(Figure(f"latency in minute {number}", "ms", each.median, each.p99))
        if number > 2:
            figures[-2].ratio, figures[-2].yardstick = each.megabytes / first.megabytes, "minute 2"
            figures[-1].ratio, figures[-1].yardstick = each.p99 / first.p99, "the p99 of minute 2"
    if len(minutes) > 2:
        memory, latency = figures[-2], figures[-1]
        memory.target, memory.met = f"at most {MOST_GROWTH:g} times", (memory.ratio or 0.0) <= MOST_GROWTH
        latency.target = f"p99 of each minute at most {MOST_DRIFT:g} times, nothing refused"
        slowest = max(each.p99 for each in minutes[2:])
        latency.met = slowest <= MOST_DRIFT * first.p99 and not any(each.refused for each in minutes)
    return figures


def refusals(minutes: Sequence[Minute]) -> Iterator[str]:
    """In which minutes requests were refused."""
    if found := [f"{each.refused:,.0f} in minute {number}" for number, each in enumerate(minutes, 1) if each.refused]:
        yield f"Requests that were answered 429 `overloaded`: {', '.join(found)}."


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=int, default=MINUTES)
    options.add_argument("--store", choices=("memory", "embedded"), default="embedded")
    options.add_argument("--share", type=float, default=SHARE, help="of what is reached, that comes")
    asked = options.parse_args()
    command = f"python -m bench.soak --minutes {asked.minutes} --store {asked.store} --share {asked.share:g}"
    result, began = Result("soak", command), time.time()
    minutes: list[Minute] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-")))
        server = stack.enter_context(running(asked.store, folder, community(folder)))
        generator = stack.enter_context(Generator())
        generator.meet(server)
        times, requests = REACHING
        reached = [generator.load(server, requests, 64, 1)["requests_per_second"] for _ in range(times)]
        rate = statistics.median(reached) * asked.share
        progress = stack.enter_context(Progress())
        task = progress.add_task(f"{rate:,.0f} requests a second, {asked.store} store", total=asked.minutes * PARTS)
        for _ in range(asked.minutes):
            found = []
            for _ in range(PARTS):
                found.append(generator.load(server, int(rate * 60 / PARTS), 64, 1, rate, refusals=True))
                progress.advance(task)
            median, late = (max(each[key] for each in found) for key in ("p50_ms", "p99_ms"))
            refused = sum(each["refused"] for each in found)
            minutes.append(Minute(resident(server.pid) or 0.0, median, late, refused))
        result.notes += complaints(folder)
    result.notes += refusals(minutes)
    result.figures, result.seconds = judged(minutes), round(time.time() - began, 1)
    result.notes.append(f"{rate:,.0f} requests a second came, {asked.share:.0%} of what was reached.")
    keep(result)


if __name__ == "__main__":
    clean_up_on_term()
    main()
