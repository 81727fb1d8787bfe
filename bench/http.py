"""The service under load from another process, beside an echo of the same server in the same run.

Run: `python -m bench.http` (`--rounds N`). Memory store, embedded store with its file, and a `redis-server` over TCP
where one is on PATH. The servers take turns: single events on 1, 8 and 64 connections and arrays of 100; requests and
events a second, and the processor time of the service for a request, each also as a ratio to the echo's (1 would be as
cheap as the server alone). Then latency with requests that come at 70 % of the rate that was reached, beside the
echo's at the same rate. On a machine that does other things the ratio of processor times is the steady one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from rich.progress import Progress

from bench.community import community
from bench.kept import Figure, Point, Result, keep
from bench.limiters import server as redis_server
from bench.load import PERCENTILES

ROOT = Path(__file__).resolve().parents[1]
STORES: Final = ("memory", "embedded", "redis")
TITLES: Final = {
    "memory": "memory store", "embedded": "embedded store with its file", "redis": "Redis over TCP", "echo": "echo",
}  # fmt: skip
ROUNDS: Final = 5
CASES: Final = {(1, 1): 3000, (8, 1): 8000, (64, 1): 8000, (4, 100): 400}
"""Requests by connections and events in a request."""
SHARE: Final = 0.7
"""Of the load that was reached, for latency."""
PACED_SECONDS: Final = 3.0
TARGETS: Final = {"memory": 0.65, "embedded": 0.40, "redis": 0.45}
"""Requests a second on 64 connections as a ratio to the echo's."""
MOST_P99: Final = 5.0
LEAST_EVENTS: Final = 30_000
"""A second in arrays on Redis."""
Found = Mapping[str, float]


class Server(NamedTuple):
    name: str
    address: str
    pid: int


@contextmanager
def running(name: str, folder: Path, policies: Path, redis: str = "") -> Iterator[Server]:
    """A server in a process of its own; `redis`: the address of its state where it is called so."""
    if name == "echo":
        arguments = ["-m", "bench.echo"]
    else:
        state = {"memory": ["--store", "memory"], "redis": ["--redis", redis]}
        arguments = ["-m", "policyd", "serve", str(policies), "--listen", "127.0.0.1:0"]
        arguments += state.get(name, ["--data-dir", str(folder / "data")])
    with (folder / f"{name}.log").open("w") as log:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        yield Server(name, process.stdout.readline().split()[-1], process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def load(server: Server, requests: int, connections: int, array: int, rate: float = 0.0) -> dict[str, float]:
    """What the load generator found, and microseconds of processor time that the service took for a request."""
    command = [
        sys.executable, "-m", "bench.load", f"{server.address}/v1/evaluate", "--requests", str(requests),
        "--connections", str(connections), "--array", str(array), "--rate", str(rate),
    ]  # fmt: skip
    before = processor_time(server.pid)
    patience = 120 + (requests / rate if rate else 0)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=patience)
    if done.returncode:
        raise RuntimeError(f"{server.name} did not answer: {done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    found["cpu_us"] = round((processor_time(server.pid) - before) / requests * 1e6, 1)
    return found


def processor_time(pid: int) -> float:
    """Seconds that a process has computed, 0 where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Case(NamedTuple):
    """So many connections with so many events a request, and what each server reached in each round."""

    connections: int
    array: int
    rounds: Mapping[str, Sequence[Found]]

    @property
    def title(self) -> str:
        return f"{self.connections} connection{'s' if self.connections > 1 else ''}" + (
            f", arrays of {self.array}" if self.array > 1 else ""
        )

    def median(self, name: str, key: str) -> float:
        return statistics.median(found[key] for found in self.rounds[name])

    def ratio(self, name: str, key: str) -> float | None:
        """Of our figure to the echo's of the same round, the median; None where the system did not say."""
        pairs = zip(self.rounds[name], self.rounds["echo"], strict=True)
        found = [ours[key] / echo[key] for ours, echo in pairs if echo[key]]
        return statistics.median(found) if found else None


def reached(case: Case) -> Iterator[Figure]:
    """What every server answered when asked as fast as it answers."""
    for name in case.rounds:
        ratio = case.ratio(name, "requests_per_second") if name != "echo" else None
        figure = Figure(
            f"{case.title}, {TITLES[name]}", "events a second", case.median(name, "events_per_second"),
            ratio=ratio, yardstick="echo" if ratio is not None else "",
        )  # fmt: skip
        if (case.connections, case.array) == (64, 1) and name in TARGETS and ratio is not None:
            figure.target, figure.met = f"at least {TARGETS[name]} of the echo", ratio >= TARGETS[name]
        elif case.array > 1 and name == "redis":
            figure.target, figure.met = f"at least {LEAST_EVENTS:,} a second", figure.median >= LEAST_EVENTS
        yield figure
        if ratio is not None and (costs := case.ratio(name, "cpu_us")) is not None:
            cost = case.median(name, "cpu_us")
            yield Figure(f"{figure.name}, processor time of a request", "us", cost, ratio=costs, yardstick="echo")


def paced(case: Case, servers: Mapping[str, Server], progress: Progress) -> Iterator[tuple[str, list[Figure], Found]]:
    """Latency at `SHARE` of the load that each store reached, beside the echo's at the same rate."""
    for name in TARGETS:
        if name not in servers:
            continue
        rate = case.median(name, "requests_per_second") * SHARE
        requests = max(case.connections, int(rate * PACED_SECONDS))
        task = progress.add_task(f"{case.title}, {name} at {rate:,.0f} requests a second", total=2)
        echo = load(servers["echo"], requests, case.connections, case.array, rate)
        progress.advance(task)
        ours = load(servers[name], requests, case.connections, case.array, rate)
        progress.advance(task)
        where = f"{case.title}, {TITLES[name]}, at {rate:,.0f} requests a second"
        median, slowest = (ours[key] / echo[key] for key in ("p50_ms", "p99_ms"))
        late = Figure(f"{where}: p99", "ms", ours["p99_ms"], ours["p99_ms"], slowest, "echo")
        if case.array == 1:
            late.target, late.met = f"at most {MOST_P99:g} times the echo's", slowest <= MOST_P99
        yield name, [
            Figure(f"{where}: the median", "ms", ours["p50_ms"], None, median, "echo"), late
        ], {**ours, **{f"echo {key}": value for key, value in echo.items()}}  # fmt: skip


def distribution(name: str, found: Found) -> Iterator[Point]:
    """Of the latency, by percentiles."""
    for percent in PERCENTILES:
        yield Point("latency", TITLES[name], percent, found[f"p{percent:g}_ms"])
        yield Point("latency", f"echo beside {name}", percent, found[f"echo p{percent:g}_ms"])


def measure(servers: Mapping[str, Server], rounds: int, result: Result, progress: Progress) -> None:
    for (connections, array), requests in CASES.items():
        found: dict[str, list[Found]] = {name: [] for name in servers}
        case = Case(connections, array, found)
        task = progress.add_task(case.title, total=(rounds + 1) * len(servers))
        for number in range(rounds + 1):  # the first warms up
            for server in servers.values():
                once = load(server, requests, connections, array)
                if number:
                    found[server.name].append(once)
                progress.advance(task)
        result.figures += reached(case)
        if array == 1:
            result.points += (
                Point("connections", TITLES[name], connections, case.median(name, "events_per_second"))
                for name in servers
            )
        if connections == 64 or array > 1:
            for name, figures, latency in paced(case, servers, progress):
                result.figures += figures
                result.points += distribution(name, latency) if array == 1 else ()


def complaints(folder: Path) -> Iterator[str]:
    """What the services said was wrong while they were measured: a decision without the store is a cheap one."""
    for log in sorted(folder.glob("*.log")):
        lines = log.read_text("utf-8").splitlines()
        if found := [line for line in lines if line.startswith(("WARNING", "ERROR"))]:
            yield f"{TITLES[log.stem].capitalize()}: {len(found)} warnings while it was measured, the first: {found[0]}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    asked = options.parse_args()
    result, began = Result("http", "python -m bench.http"), time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-")))
        policies, redis = community(folder), ""
        if shutil.which("redis-server"):
            redis = stack.enter_context(redis_server())
        else:
            result.notes.append("Redis over TCP was not run: no `redis-server` is on PATH.")
        names = ("echo", *(name for name in STORES if name != "redis" or redis))
        servers = {name: stack.enter_context(running(name, folder, policies, redis)) for name in names}
        progress = stack.enter_context(Progress())
        measure(servers, asked.rounds, result, progress)
        result.notes += complaints(folder)
    result.seconds = round(time.monotonic() - began, 1)
    keep(result)


if __name__ == "__main__":
    main()
