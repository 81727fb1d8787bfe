"""How the service is measured under load, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.http import Case, Found, Generator, Paced, Round, running


def test_the_load_generator_takes_one_job_after_the_other(tmp_path: Path) -> None:
    with running("echo", tmp_path, tmp_path) as echo, Generator() as generator:
        for rate, array in ((0.0, 1), (400.0, 3)):
            found = generator.load(echo, 40, 4, array, rate)
            assert found["events_per_second"] == pytest.approx(array * found["requests_per_second"], abs=array)
            assert 0 < found["p50_ms"] <= found["p99_ms"]


def slow(p99: float) -> Found:
    return {"p50_ms": p99 / 10, "p95_ms": p99 / 2, "p99_ms": p99}


def paced(array: int, *p99s: float) -> Paced:
    return Paced("memory", Case(64, array, {}), [Round(slow(50), 100.0, slow(p99), slow(1)) for p99 in p99s])


@pytest.mark.parametrize(("array", "named", "told"), [(1, "p99", 4.0), (100, "p95", 2.0)])
def test_a_round_in_which_the_machine_was_busy_says_nothing(array: int, named: str, told: float) -> None:
    found = paced(array, 4, 900, 5, 3, 4)
    median, late = found.figures()
    assert (median.median, late.median, late.ratio) == (0.4, told, 4.0)
    assert late.name.endswith(named)
    assert late.met is (True if array == 1 else None)
    assert [note for note in found.note() if "in 1 of 5 rounds" in note and "left out" in note]


def test_rounds_that_could_all_be_served_need_no_note() -> None:
    assert not list(paced(1, 4, 49, 5).note())
    assert "says nothing" in next(paced(1, 51, 60).note())
