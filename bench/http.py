"""The service under load from another process, beside an echo of the same server in the same run.

Run: `make bench PYTEST_ARGS=bench/http.py`. The servers take turns; what counts is printed: requests and events a
second, latency, and the processor time of the service for a request, each also as a ratio to the echo's (1 would be
as cheap as the server alone). On a machine that does other things the ratio of processor times is the steady one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.community import community

ROOT = Path(__file__).resolve().parents[1]
STORES = ("memory", "embedded")
ROUNDS = 5
REQUESTS = {1: 8000, 100: 400}
"""By events in a request."""


class Server(NamedTuple):
    name: str
    address: str
    pid: int


@contextmanager
def running(name: str, folder: Path, policies: Path) -> Iterator[Server]:
    """A server in a process of its own."""
    if name == "echo":
        arguments = ["-m", "bench.echo"]
    else:
        arguments = ["-m", "policyd", "serve", str(policies), "--listen", "127.0.0.1:0"]
        arguments += ["--store", "memory"] if name == "memory" else ["--data-dir", str(folder / "data")]
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Server(name, process.stdout.readline().split()[-1], process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def load(server: Server, requests: int, connections: int, array: int) -> dict[str, float]:
    """What the load generator found, and microseconds of processor time that the service took for a request."""
    command = [
        sys.executable, "-m", "bench.load", f"{server.address}/v1/evaluate", "--requests", str(requests),
        "--connections", str(connections), "--array", str(array),
    ]  # fmt: skip
    before = processor_time(server.pid)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
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


@pytest.mark.parametrize(("connections", "array"), [(1, 1), (64, 1), (4, 100)])
def bench_load(
    benchmark: BenchmarkFixture, connections: int, array: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = community(tmp_path)
    found: dict[str, list[dict[str, float]]] = {}
    with ExitStack() as stack:
        servers = [stack.enter_context(running(name, tmp_path, policies)) for name in ("echo", *STORES)]

        def turn() -> None:
            for server in servers:
                found.setdefault(server.name, []).append(load(server, REQUESTS[array], connections, array))

        benchmark.pedantic(turn, rounds=ROUNDS, warmup_rounds=1)  # type: ignore[no-untyped-call]
    medians = {
        name: {key: statistics.median(each[key] for each in rounds[1:]) for key in rounds[0]}
        for name, rounds in found.items()
    }
    echo = medians["echo"]
    for median in medians.values():
        median["of_echo"] = round(median["requests_per_second"] / echo["requests_per_second"], 3)
        median["of_echo_cpu"] = round(echo["cpu_us"] / median["cpu_us"], 3) if median["cpu_us"] else 0.0
    benchmark.extra_info.update(medians)
    with capsys.disabled():
        for name, median in medians.items():
            print(f"\n{connections} connections, arrays of {array}, {name}: {median}", end="")
