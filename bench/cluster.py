"""What a Cluster costs beside a single server: server time and Python of an observed event, in one run.

Run: `python -m bench.cluster` (`--events N`, `--at-once N …`). Three masters and one server of the same program, real
ones on loopback, without files. Both take turns, and what counts is the ratio of the medians. Server time is that of
the main threads of all nodes together, so that what the nodes say to each other counts too; Python is the whole process
that asks, the event loop and the system calls included. Groups are spread over all cells.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import redis
import uvloop

from bench.ending import clean_up_on_term
from bench.state import clean_event, observe_all
from policyd.state.embedded import find_server
from policyd.state.redis import RedisStore
from tests.faults.servers import Server, cluster, free_ports

MASTERS: Final = 3
ROUNDS: Final = 7
AT_ONCE: Final = (64, 256, 1024)


class Cost(NamedTuple):
    """Microseconds of an event, of all servers together and of Python; events in a second."""

    server: float
    python: float
    rate: float


def server_us(clients: Sequence[redis.Redis]) -> float:
    """What the servers have computed so far."""
    infos: list[dict[str, Any]] = [client.info("cpu") for client in clients]
    return sum(float(info[f"used_cpu_{kind}_main_thread"]) for info in infos for kind in ("user", "sys")) * 1e6


async def cost(store: RedisStore, clients: Sequence[redis.Redis], events: int, at_once: int) -> Cost:
    """Of fresh events, so many of which wait at the same time."""
    asks = [clean_event() for _ in range(events)]
    gc.collect()
    gc.freeze()
    server, python, began = server_us(clients), time.process_time(), time.perf_counter()
    await observe_all(store, asks, at_once)
    seconds, spent = time.perf_counter() - began, time.process_time() - python
    return Cost((server_us(clients) - server) / events, spent * 1e6 / events, events / seconds)


def median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(round(statistics.median(each), 2) for each in zip(*costs, strict=True)))


async def beside(single: Server, nodes: Sequence[Server], events: int, at_once: Sequence[int]) -> list[dict[str, Any]]:
    """Prints a line for each number of events that wait at the same time, and gives what it found."""
    stores = {
        "single": (RedisStore(f"redis://127.0.0.1:{single.port}", deadline=5.0), [single.client]),
        "cluster": (
            RedisStore(f"redis+cluster://127.0.0.1:{nodes[0].port}", deadline=5.0), [node.client for node in nodes],
        ),
    }  # fmt: skip
    for store, _ in stores.values():
        await store.open()
    found = []
    for number in at_once:
        rounds: dict[str, list[Cost]] = {name: [] for name in stores}
        for _ in range(ROUNDS + 1):
            for name, (store, clients) in stores.items():
                rounds[name].append(await cost(store, clients, events, number))
        medians = {name: median(costs[1:]) for name, costs in rounds.items()}
        found.append(shown(number, medians["single"], medians["cluster"]))
    for store, _ in stores.values():
        await store.close()
    return found


def shown(at_once: int, single: Cost, cluster: Cost) -> dict[str, Any]:
    """Prints it, too."""
    of_server, of_python = round(cluster.server / single.server, 2), round(cluster.python / single.python, 2)
    print(
        f"{at_once:5} at once  server {cluster.server:5.1f} us = {of_server} of the single one's {single.server:.1f}"
        f"  python {cluster.python:5.1f} us = {of_python} of {single.python:.1f}"
        f"  {cluster.rate:8,.0f}/s beside {single.rate:,.0f}",
        flush=True,
    )
    return {
        "at_once": at_once, "single": single._asdict(), "cluster": cluster._asdict(),
        "server_of_single": of_server, "python_of_single": of_python,
    }  # fmt: skip


@contextmanager
def servers(folder: Path) -> Iterator[tuple[Server, list[Server]]]:
    """A single one, and a Cluster."""
    with cluster(folder, MASTERS) as nodes:
        single = Server(find_server(), folder / "single", free_ports(1)[0], ["--appendonly", "no"])
        try:
            yield single, nodes
        finally:
            single.stop()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=20_000, help="in each of the rounds")
    options.add_argument("--at-once", type=int, nargs="+", default=AT_ONCE, help="how many wait at the same time")
    options.add_argument("--format", choices=["lines", "json"], default="lines")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="policyd-bench-") as folder, servers(Path(folder)) as (single, nodes):
        found = uvloop.run(beside(single, nodes, asked.events, asked.at_once))
    if asked.format == "json":
        print(json.dumps(found))


if __name__ == "__main__":
    clean_up_on_term()
    main()
