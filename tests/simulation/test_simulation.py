"""A community simulated through HTTP: every duty, reminder, ticket, step, schedule and sweep happens exactly once, as
the model says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.simulation.play import Size
from tests.simulation.run import report, simulate


def test_a_small_community_for_some_days(tmp_path: Path) -> None:
    play = asyncio.run(simulate(tmp_path, "memory", Size(2, 30, 5, 0, 2.5), 3))
    counts = play.counts()
    assert play.differences == []
    for name in ("duties", "reminders", "steps", "braked", "undone", "schedules", "ticks doubled", "answers lost"):
        assert counts[name], f"nothing tried {name}: {report(counts)}"


def test_a_large_community_for_weeks_and_the_service_killed(
    tmp_path: Path, long: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    if not long:
        pytest.skip("takes about ten minutes: --long")
    play = asyncio.run(simulate(tmp_path, "embedded", Size(30, 3000, 60, 3, 8), 1))
    with capsys.disabled():
        print("\n" + report(play.counts()))
    assert play.differences == []
    assert play.service.kills == 3
