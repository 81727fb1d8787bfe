"""The service under load from another process, against an echo of the same server.

Run: `make bench PYTEST_ARGS=bench/http.py`. The figures that count are printed: requests and events a second, latency.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parents[1]
POLICIES = ROOT / "policies" / "open_community"
SERVERS = {
    "echo": ["-m", "bench.echo"],
    "memory": ["-m", "policyd", "serve", str(POLICIES), "--listen", "127.0.0.1:0", "--store", "memory"],
    "embedded": ["-m", "policyd", "serve", str(POLICIES), "--listen", "127.0.0.1:0"],
}


@contextmanager
def running(name: str, data: Path) -> Iterator[str]:
    """A server in a process of its own; yields its address."""
    arguments = SERVERS[name] + (["--data-dir", str(data)] if name == "embedded" else [])
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.mark.parametrize(("connections", "array"), [(1, 1), (16, 1), (64, 1), (4, 100)])
@pytest.mark.parametrize("server", SERVERS)
def bench_load(
    benchmark: BenchmarkFixture, server: str, connections: int, array: int, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    requests = (4000 if connections > 1 else 1500) // (1 if array == 1 else 10)
    with running(server, tmp_path) as address:
        command = [
            sys.executable, "-m", "bench.load", f"{address}/v1/evaluate", "--requests", str(requests),
            "--connections", str(connections), "--array", str(array),
        ]  # fmt: skip
        found: list[dict[str, float]] = []

        def load() -> None:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout))

        benchmark.pedantic(load, rounds=3, warmup_rounds=1)  # type: ignore[no-untyped-call]
        best = max(found[1:], key=lambda each: each["requests_per_second"])
        benchmark.extra_info.update(best)
        with capsys.disabled():
            print(f"\n{server}, {connections} connections, arrays of {array}: {best}")
