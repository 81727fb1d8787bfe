"""The check of speed itself: that it notices a loss, and does not cry where there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bench import check
from bench.check import BASELINE, MARGIN, TRIES, Compared, compared, ratio, verdict
from bench.checked import MEASURES, Measure, Pair, timed
from bench.peers import CLEAN, event, policyd

CALLS = 600


def deciding(calls: int) -> Measure:
    """So many decisions by twenty rules, beside `CALLS` of them: alike in all but the number, both are slowed alike by
    whatever else the machine does."""

    @contextmanager
    def prepared() -> Iterator[Pair]:
        decide, message = policyd(), event("x" * 20, CLEAN)

        def some(number: int) -> None:
            for _ in range(number):
                decide(message)

        yield Pair(timed(lambda: some(calls)), timed(lambda: some(CALLS)))

    return Measure("decisions", 40, prepared)


def test_a_deliberate_slowdown_is_noticed_and_the_same_work_is_not() -> None:
    """Real decisions, with 30 % of their throughput lost."""
    was = ratio(deciding(CALLS))
    assert not compared("same", deciding(CALLS), was).is_slower
    slower = compared("slower", deciding(CALLS * 10 // 7), was)
    assert slower.is_slower
    assert "SLOWER" in verdict(slower)


def told(*ratios: float) -> tuple[Measure, Callable[[], int]]:
    """A measure whose tries give these, and how many were asked for."""
    tries = iter(ratios)
    asked: list[float] = []

    @contextmanager
    def prepared() -> Iterator[Pair]:
        asked.append(next(tries))
        yield Pair(lambda: asked[-1], lambda: 1.0)

    return Measure("told", 1, prepared), lambda: len(asked)


CASES = {
    "as it was": ((2.0,), False, 2.0),
    "within the margin": ((2.0 * (1 + MARGIN) - 0.01,), False, 2.0 * (1 + MARGIN) - 0.01),
    "slow now and then": ((3.0, 2.9, 2.1, 2.0), False, 2.1),
    "slow most times": ((2.7, 2.9, 2.1, 2.65), True, 2.65),
    "faster": ((1.0,), False, 1.0),
}


@pytest.mark.parametrize(("ratios", "slower", "counts"), CASES.values(), ids=CASES)
def test_it_is_slower_only_if_it_is_so_most_times(ratios: tuple[float, ...], slower: bool, counts: float) -> None:
    measure, asked = told(*ratios)
    found = compared("told", measure, 2.0)
    assert (found.is_slower, found.ratio, asked()) == (slower, counts, len(ratios))


def test_the_baseline_has_every_measure() -> None:
    assert list(json.loads(BASELINE.read_text("utf-8"))) == list(MEASURES)


def test_what_is_checked_is_said() -> None:
    said: list[str] = []
    fast, slow, new = told(1.0)[0], told(*[9.0] * TRIES)[0], told(1.0)[0]
    fine = check.check({"a": fast, "b": slow, "c": new}, {"a": 2.0, "b": 2.0}, said.append, said.append)
    assert not fine
    lines = [line for line in said if not line.startswith("  ")]
    assert "much faster" in lines[0] and "SLOWER" in lines[1] and "is not in baseline.json" in lines[2]
    assert check.check({"a": told(1.9)[0]}, {"a": 2.0}, said.append, said.append)


def test_half_the_speed_is_never_within_the_margin() -> None:
    assert Compared("x", 1.43, 1.0, MARGIN).is_slower
    assert not Compared("x", 1.2, 1.0, MARGIN).is_slower
