"""The service under load from another process, beside an echo of the same server in the same run.

Run: `python -m bench.http` (`--rounds N`). Memory store, embedded store with its file, and a `redis-server` over TCP
where one is on PATH; each with `policies/class_group` and a public list, which flags a fifth of real messages, and on
64 connections also with `policies/class_group` alone, as a community without a public list has it. Who speaks is drawn
from 200,000 members (`bench/load.py`). Every one of them says something first, so that what is done once for a group or
a member's first day is not what is measured; the embedded store also has a row in which every message is the first of
its member, which asks the most of it.

The servers take turns, round by round, each for about a second: single events on 1, 8 and 64 connections and arrays of
100; requests and events a second, and the processor time of the service for a request, each also as a ratio to the
echo's of the same round (1 would be as cheap as the server alone). On a machine that does other things the ratio of
processor times is the steady one.

Then latency with requests that come at 70 % of the rate that the same round just reached, so that a busy machine can
serve them, beside the echo's at the same rate. What is told is the median of the rounds' percentiles, as a round in
which the machine did something else says nothing of the service. A round is left out, and said to be, where requests
waited longer than with all connections busy: more came than the machine could serve then.
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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple, TypeVar

from rich.progress import Progress

from bench.community import community
from bench.ending import clean_up_on_term
from bench.kept import Figure, Point, Result, keep
from bench.limiters import server as redis_server
from bench.load import MEMBERS, PERCENTILES

ROOT = Path(__file__).resolve().parents[1]
STORES: Final = ("memory", "embedded", "redis")
ALONE: Final = " alone"
"""What the name of a server ends with that has no public list."""
FIRST: Final = " first"
"""What the name of a server ends with that only hears of members who never said anything before."""
WORST: Final = "embedded"
MEETING: Final = (4, 100)
"""Connections and events in a request, by which every member says something."""
TITLES: Final = {
    "memory": "memory store", "embedded": "embedded store with its file", "redis": "Redis over TCP", "echo": "echo",
}  # fmt: skip
ROUNDS: Final = 5
CASES: Final = {(1, 1): 1200, (8, 1): 4000, (64, 1): 6400, (4, 100): 100}
"""Requests of a round, by connections and events in a request."""
WARM_UP: Final = {(64, 1): 9600, (4, 100): 40}
WITH_OTHERS: Final = (64, 1)
"""Where also those are measured that have no public list, or only hear of new members."""
SHARE: Final = 0.7
"""Of the load that was reached, for latency."""
PACED_SECONDS: Final = 1.2
PATIENCE: Final = 120
"""Seconds for requests that come as fast as they are answered."""
TARGETS: Final = {"memory": 0.65, "embedded": 0.40, "redis": 0.45}
"""Requests a second on 64 connections as a ratio to the echo's."""
MOST_P99: Final = 5.0
LEAST_EVENTS: Final = 30_000
"""A second in arrays on Redis."""
Found = Mapping[str, float]
T = TypeVar("T")


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


class Generator:
    """The load generator, in a process that stays, so that no piece waits for one to start."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "bench.load", "-"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Generator:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._process.terminate()
        self._process.communicate(timeout=PATIENCE)

    def load(
        self,
        server: Server,
        requests: int,
        connections: int,
        array: int,
        rate: float = 0.0,
        *,
        each: bool = False,
        refusals: bool = False,
    ) -> dict[str, float]:
        """What it found, and microseconds of processor time that the service took for a request. `each`: of every
        member one message, in their order. `refusals`: at a rate those are counted that the service refuses."""
        job = {
            "url": f"{server.address}/v1/evaluate", "requests": requests, "connections": connections, "array": array,
            "rate": rate, "members": 0 if server.name.endswith(FIRST) else MEMBERS, "each": each,
            "refusals": refusals, "seconds": PATIENCE + (requests / rate if rate else 0),
        }  # fmt: skip
        asked, told = _pipes(self._process)
        before = processor_time(server.pid)
        asked.write(json.dumps(job) + "\n")
        asked.flush()
        line = told.readline()
        if not line:
            raise RuntimeError(f"{server.name} did not answer; what the load generator said stands above")
        found: dict[str, float] = json.loads(line)
        found["cpu_us"] = round((processor_time(server.pid) - before) / requests * 1e6, 1)
        return found

    def meet(self, server: Server) -> None:
        """Lets every member say something."""
        connections, array = MEETING
        self.load(server, MEMBERS // array, connections, array, each=True)


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None and process.stdout is not None
    return process.stdin, process.stdout


def load(server: Server, requests: int, connections: int, array: int, rate: float = 0.0) -> dict[str, float]:
    """As `Generator.load`, of a process of its own."""
    with Generator() as generator:
        return generator.load(server, requests, connections, array, rate)


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
    rounds: Mapping[str, list[Found]]

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


def title(name: str) -> str:
    store = name.removesuffix(ALONE).removesuffix(FIRST)
    without = ", without a public list" if name.endswith(ALONE) else ""
    return TITLES[store] + without + (", every message the first of its member" if name.endswith(FIRST) else "")


def reached(case: Case) -> Iterator[Figure]:
    """What every server answered when asked as fast as it answers."""
    for name in case.rounds:
        ratio = case.ratio(name, "requests_per_second") if name != "echo" else None
        figure = Figure(
            f"{case.title}, {title(name)}", "events a second", case.median(name, "events_per_second"),
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


class Round(NamedTuple):
    """What a store did when asked as fast as it answers, and then at `rate`; and the echo at that rate."""

    reached: Found
    rate: float
    ours: Found
    echo: Found

    @property
    def is_overloaded(self) -> bool:
        return self.ours["p50_ms"] > self.reached["p50_ms"]


class Paced(NamedTuple):
    """Latency of a store with requests that come at `SHARE` of what it just reached."""

    name: str
    case: Case
    all_rounds: list[Round]

    @property
    def rounds(self) -> list[Round]:
        """Those that say something; all where none does."""
        return [each for each in self.all_rounds if not each.is_overloaded] or self.all_rounds

    @property
    def where(self) -> str:
        return f"{self.case.title}, {title(self.name)}, at {SHARE:.0%}"

    def figures(self) -> Iterator[Figure]:
        rate = statistics.median(each.rate for each in self.rounds)
        slow = "p99" if self.case.array == 1 else "p95"  # a round has too few arrays for more
        for what, key in (("the median", "p50_ms"), (slow, f"{slow}_ms")):
            found = statistics.median(each.ours[key] for each in self.rounds)
            ratio = statistics.median(each.ours[key] / each.echo[key] for each in self.rounds)
            figure = Figure(f"{self.where}, {rate:,.0f} requests a second: {what}", "ms", found, None, ratio, "echo")
            if what == "p99":
                figure.target, figure.met = f"at most {MOST_P99:g} times the echo's", ratio <= MOST_P99
            yield figure

    def distribution(self) -> Iterator[Point]:
        """Of the latency, by percentiles."""
        for percent in PERCENTILES:
            key = f"p{percent:g}_ms"
            ours = statistics.median(each.ours[key] for each in self.rounds)
            echo = statistics.median(each.echo[key] for each in self.rounds)
            yield Point("latency", title(self.name), percent, ours)
            yield Point("latency", f"echo beside {self.name}", percent, echo)

    def note(self) -> Iterator[str]:
        """Of rounds that were overloaded."""
        number, overloaded = len(self.all_rounds), sum(each.is_overloaded for each in self.all_rounds)
        if overloaded:
            rest = "left out" if overloaded < number else "so this latency says nothing of the service"
            what = f"in {overloaded} of {number} rounds more requests came than the machine could serve then"
            yield f"{self.where}: {what}; {rest}."


class Measuring:
    """Servers that take turns under one load generator."""

    def __init__(self, servers: Mapping[str, Server], rounds: int, generator: Generator, progress: Progress) -> None:
        self._servers = servers
        self._rounds = rounds
        self._generator = generator
        self._progress = progress

    def warm_up(self) -> None:
        warmed = [server for name, server in self._servers.items() if not name.endswith(FIRST)]
        for server in self._shown("meeting all members", [each for each in warmed if each.name != "echo"]):
            self._generator.meet(server)
        for connections, array in self._shown("warming up", list(WARM_UP)):
            for server in warmed:
                self._generator.load(server, WARM_UP[connections, array], connections, array)

    def take_turns(self, connections: int, array: int) -> tuple[Case, list[Paced]]:
        """As fast as every server answers; and where many are asked at once, the stores then at their pace."""
        others = (connections, array) == WITH_OTHERS
        asked = [each for name, each in self._servers.items() if others or not name.endswith((ALONE, FIRST))]
        case = Case(connections, array, {server.name: [] for server in asked})
        slow = [name for name in case.rounds if name in TARGETS and (connections == 64 or array > 1)]
        paced = {name: Paced(name, case, []) for name in slow}
        for _ in self._shown(case.title, range(self._rounds)):
            for server in asked:
                found = self._generator.load(server, CASES[connections, array], connections, array)
                case.rounds[server.name].append(found)
                if server.name in paced:
                    paced[server.name].all_rounds.append(self._at_its_pace(server, case, found))
        return case, list(paced.values())

    def _at_its_pace(self, server: Server, case: Case, reached: Found) -> Round:
        rate = SHARE * reached["requests_per_second"]
        requests = max(case.connections, int(rate * PACED_SECONDS))
        echo, ours = (
            self._generator.load(each, requests, case.connections, case.array, rate)
            for each in (self._servers["echo"], server)
        )
        return Round(reached, rate, ours, echo)

    def _shown(self, what: str, steps: Sequence[T]) -> Iterable[T]:
        return self._progress.track(steps, description=what)


def measure(measuring: Measuring, result: Result) -> None:
    measuring.warm_up()
    for connections, array in CASES:
        case, paced = measuring.take_turns(connections, array)
        result.figures += reached(case)
        if array == 1:
            result.points += (
                Point("connections", title(name), connections, case.median(name, "events_per_second"))
                for name in case.rounds
                if not name.endswith((ALONE, FIRST))
            )
        for each in paced:
            result.figures += each.figures()
            result.points += each.distribution() if array == 1 else ()
            result.notes += each.note()


def complaints(folder: Path, ending: str = "") -> Iterator[str]:
    """What the services said was wrong while they were measured: a decision without the store is a cheap one."""
    for log in sorted(folder.glob("*.log")):
        lines = log.read_text("utf-8").splitlines()
        if found := [line for line in lines if line.startswith(("WARNING", "ERROR"))]:
            said = f"{len(found)} warnings while it was measured, the first: {found[0]}"
            yield f"{title(log.stem + ending)}: {said}"


@contextmanager
def serving() -> Iterator[tuple[dict[str, Server], dict[str, Path]]]:
    """All servers by name, with the folders of their logs by what their names end with; no Redis where none is on
    PATH."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="policyd-bench-")))
        folders = {"": folder / "listed", ALONE: folder / "alone"}
        servers = {"echo": stack.enter_context(running("echo", folder, folder))}
        for ending, each in folders.items():
            policies = community(each, listed=not ending)
            redis = stack.enter_context(redis_server()) if shutil.which("redis-server") else ""
            for store in STORES if redis else STORES[:-1]:
                server = stack.enter_context(running(store, each, policies, redis))
                servers[store + ending] = server._replace(name=store + ending)
        servers[WORST + FIRST] = servers[WORST]._replace(name=WORST + FIRST)
        yield servers, folders


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    asked = options.parse_args()
    result, began = Result("http", "python -m bench.http"), time.monotonic()
    with serving() as (servers, folders), Generator() as generator, Progress() as progress:
        measure(Measuring(servers, asked.rounds, generator, progress), result)
        if "redis" not in servers:
            result.notes.append("Redis over TCP was not run: no `redis-server` is on PATH.")
        for ending, folder in folders.items():
            result.notes += complaints(folder, ending)
    result.seconds = round(time.monotonic() - began, 1)
    keep(result)


if __name__ == "__main__":
    clean_up_on_term()
    main()
