"""A community simulated through HTTP: every duty, reminder, ticket, step, schedule and sweep happens exactly once, as
the model says."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from tests.simulation.play import Size
from tests.simulation.run import MEMORY, report, simulate


def test_a_small_community_for_some_days(tmp_path: Path) -> None:
    play = asyncio.run(simulate(tmp_path, "memory", Size(2, 30, 5, 0, 2.5), 3))
    counts = play.counts()
    assert play.differences == []
    for name in ("duties", "reminders", "steps", "braked", "undone", "schedules", "told as missed", "ticks doubled"):
        assert counts[name], f"nothing tried {name}: {report(counts)}"


def test_a_small_community_and_the_service_killed() -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        play = asyncio.run(simulate(Path(folder), "embedded", Size(3, 36, 2, 2, 2), 4))
    assert play.differences == []
    assert (play.service.kills, play.service.again > 0) == (2, True)


def test_a_large_community_for_weeks_and_the_service_killed(long: bool, capsys: pytest.CaptureFixture[str]) -> None:
    if not long:
        pytest.skip("takes about ten minutes: --long")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        play = asyncio.run(simulate(Path(folder), "embedded", Size(30, 3000, 60, 3, 8), 1))
    with capsys.disabled():
        print("\n" + report(play.counts()))
    assert play.differences == []
    assert play.service.kills == 3
