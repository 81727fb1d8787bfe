"""What the engine costs around `decide`: from the bytes of an event to those of its decision, on the in-memory store.

Run: `make bench PYTEST_ARGS=bench/engine.py`. Each round evaluates `BATCH` events; figures are for the batch.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import policyd
from policyd.engine.embedded import Embedded
from policyd.model.codec import decode, encode

POLICIES = Path(__file__).resolve().parents[1] / "policies" / "class_group"
BATCH = 100
_numbers = count()


def message(text: str, number: int) -> bytes:
    """A message of a member of its own, so that no window fills up."""
    event = {
        "id": f"e{number}", "kind": "message", "time": "2026-03-02T12:00:00+08:00",
        "group": {"id": f"g{number % 20}", "tags": ["course"]},
        "member": {"id": f"u{number}", "name": "小明", "role": "member"},
        "message": {"id": f"m{number}", "text": text, "images": 0, "videos": [], "files": 0, "forwarded": False},
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def engine() -> Embedded:
    return policyd.load(POLICIES)


def _rounds(benchmark: BenchmarkFixture, work: Callable[[list[bytes]], Any], text: str, rounds: int = 60) -> None:
    def fresh() -> tuple[tuple[list[bytes]], dict[str, Any]]:
        return ([message(text, next(_numbers)) for _ in range(BATCH)],), {}

    benchmark.extra_info["events"] = BATCH
    benchmark.pedantic(work, setup=fresh, rounds=rounds, warmup_rounds=5)  # type: ignore[no-untyped-call]


def bench_decode(benchmark: BenchmarkFixture) -> None:
    """JSON to a checked event."""
    _rounds(benchmark, lambda bodies: [decode(body) for body in bodies], "今天的作业在哪里交?")


def bench_clean_message(benchmark: BenchmarkFixture, engine: Embedded) -> None:
    _rounds(benchmark, lambda bodies: [encode(engine.evaluate(body)) for body in bodies], "今天的作业在哪里交?")


def bench_violation(benchmark: BenchmarkFixture, engine: Embedded) -> None:
    """A strike, a ladder step, two texts, a match."""
    _rounds(benchmark, lambda bodies: [encode(engine.evaluate(body)) for body in bodies], "来玩网赌")


def bench_repeat(benchmark: BenchmarkFixture, engine: Embedded) -> None:
    """The same event again: observed and decided as the first time."""
    bodies = [message("今天的作业在哪里交?", next(_numbers)) for _ in range(BATCH)]
    for body in bodies:
        engine.evaluate(body)
    benchmark.extra_info["events"] = BATCH

    def again() -> None:
        for body in bodies:
            engine.evaluate(body)

    benchmark.pedantic(again, rounds=60, warmup_rounds=5)  # type: ignore[no-untyped-call]


def bench_explained(benchmark: BenchmarkFixture, engine: Embedded) -> None:
    _rounds(benchmark, lambda bodies: [engine.evaluate(body, explain=True) for body in bodies], "你好", rounds=20)
