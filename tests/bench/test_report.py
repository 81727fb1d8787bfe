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
from bench.soak import Minute, judged, refusals


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
    assert judged([*steady, Minute(121, 1, 9), Minute(121, 1, 3)])[-1].met is False, "one slow minute is enough"


def test_a_soak_in_which_requests_were_refused_is_not_steady() -> None:
    minutes = [Minute(100, 1, 3), Minute(100, 1, 3, 2), Minute(100, 1, 3)]
    memory, latency = judged(minutes)[-2:]
    assert (memory.met, latency.met) == (True, False)
    assert list(refusals(minutes)) == ["Requests that were answered 429 `overloaded`: 2 in minute 2."]
    assert not list(refusals(minutes[:1]))


class Scripted:
    """A server that answers each request at once, every `refusing`th with 429."""

    def __init__(self, refusing: int = 0) -> None:
        self._refusing = refusing
        self.answered = 0

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""):
            await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
            self.answered += 1
            refused = self._refusing and self.answered % self._refusing == 0
            status = b"429 Too Many Requests" if refused else b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 2\r\n\r\n{}")
            await asyncio.sleep(0)

    def loaded(self, rate: float, *, refusals: bool = False) -> dict[str, float]:
        """By 100 requests of two events each."""

        async def run() -> dict[str, float]:
            async with await asyncio.start_server(self._answer, "127.0.0.1", 0) as server:
                port = server.sockets[0].getsockname()[1]
                url = f"http://127.0.0.1:{port}/v1/evaluate"
                return await load(url, 100, 4, 2, rate, refusals=refusals)

        return asyncio.run(run())


@pytest.mark.parametrize("rate", [0.0, 2000.0])
def test_the_load_generator_gets_every_answer(rate: float) -> None:
    server = Scripted()
    found = server.loaded(rate)
    assert server.answered == 100
    assert 0 < found["p10_ms"] <= found["p50_ms"] <= found["p99.9_ms"]
    assert found["events_per_second"] == pytest.approx(2 * found["requests_per_second"], abs=2)
    assert not found.get("refused")


def test_refused_requests_are_counted_only_where_that_is_asked() -> None:
    server = Scripted(refusing=4)
    found = server.loaded(2000.0, refusals=True)
    assert (server.answered, found["refused"]) == (100, 25)
    for rate, counted in ((0.0, False), (0.0, True), (2000.0, False)):
        with pytest.raises(RuntimeError, match="the service refused"):
            Scripted(refusing=4).loaded(rate, refusals=counted)
    with pytest.raises(RuntimeError, match="the service refused 100"):
        Scripted(refusing=1).loaded(2000.0, refusals=True)
