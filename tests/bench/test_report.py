"""What was measured, as it is kept and written down."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bench.all import NAMES
from bench.kept import Figure, Point, Result, against, keep, kept, p99
from bench.load import load
from bench.measured import read
from bench.report import TITLES, report
from bench.soak import Minute, judged


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    result = Result(
        "growth", "python -m bench.growth", [Figure("an event", "us", 2.5, ratio=1.1)], [Point("a", "b", 1, 2)]
    )
    keep(result, tmp_path)
    assert kept("growth", tmp_path) == result
    assert result.at and result.machine
    assert kept("http", tmp_path) is None


def test_a_ratio_is_that_of_rounds_that_took_turns() -> None:
    figure = against("x", "us", [2.0, 40.0, 3.0], [1.0, 20.0, 1.0], "y")
    assert (figure.median, figure.ratio, figure.p99) == (3.0, 2.0, None)
    assert p99(list(range(100))) == 99


def test_what_was_not_run_is_said_to_be_so() -> None:
    figures = [
        Figure("fast", "us", 1.234, 5.0, 0.5, "echo", "at most 1", True),
        Figure("slow", "us", 12_345.0, met=False),
    ]
    told = report({"growth": Result("growth", "python -m bench.growth", figures, notes=["Nothing else."])}, ["rules"])
    assert "| fast | 1.23 us | 5 | 0.5 × echo | at most 1 | yes |" in told
    assert "| slow | 12,345 us |  |  |  | **no** |" in told
    assert told.count("Not run.") == len(TITLES) - 1
    assert "plots/rules.svg" in told and "Throughput by connections: not drawn." in told and "Nothing else." in told


def test_every_benchmark_has_its_place_in_the_report() -> None:
    assert {*NAMES, "soak"} == set(TITLES)


def test_peers_are_set_beside_policyd(tmp_path: Path) -> None:
    medians = {
        "bench_decide_policyd": 1e-6, "bench_decide[zen-engine]": 11e-6, "bench_decide[cedarpy]": 90e-6,
        "bench_decide[cedarpy, policies as text]": 400e-6,
    }  # fmt: skip
    raw = tmp_path / "raw.json"
    raw.write_text(json.dumps({"benchmarks": [
        {"name": name, "stats": {"median": median, "data": [median] * 100}, "extra_info": {}}
        for name, median in medians.items()
    ]}))  # fmt: skip
    result = read("peers", raw)
    ours, zen, cedar, of_text = result.figures
    assert ours.ratio is None and ours.p99 == pytest.approx(1)
    assert zen.ratio == pytest.approx(11) and zen.met
    assert cedar.ratio == pytest.approx(90) and cedar.met is False
    assert of_text.ratio == pytest.approx(400) and of_text.met
    assert result.notes == ["regopy was not run: it is not installed.", "cel-python was not run: it is not installed."]


def test_growth_of_memory_and_latency_is_seen() -> None:
    steady = [Minute(100, 1, 3), Minute(120, 1, 3), Minute(121, 1, 3.1)]
    assert [figure.met for figure in judged(steady)[-2:]] == [True, True]
    assert [figure.met for figure in judged([*steady, Minute(140, 1, 9)])[-2:]] == [False, False]


@pytest.mark.parametrize("rate", [0.0, 2000.0])
def test_the_load_generator_gets_every_answer(rate: float) -> None:
    """From a server that answers each request at once."""
    answered = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered
        while head := (await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""):
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            answered += 1
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
            await asyncio.sleep(0)

    async def run() -> dict[str, float]:
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await load(f"http://127.0.0.1:{port}/v1/evaluate", 100, 4, 2, rate)

    found = asyncio.run(run())
    assert answered == 100
    assert 0 < found["p10_ms"] <= found["p50_ms"] <= found["p99.9_ms"]
    assert found["events_per_second"] == pytest.approx(2 * found["requests_per_second"], abs=2)
