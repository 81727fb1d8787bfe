"""Tallies, streaks, tiers and calendar counters are what a plain model works out from lists of what has happened."""

from __future__ import annotations

import pytest

from tests.standing.play import Found, search
from tests.standing.run import serve

POLICIES = 16
DAYS = (6, 14)
OFTEN = ("add", "replayed", "missed", "says twice", "says rich", "says show", "says told_rank", "edit", "leave", "join")
"""What so many histories must reach."""


@pytest.mark.parametrize("seed", range(POLICIES))
def test_random_histories(seed: int, long: bool) -> None:
    for each in range(seed, 500 if long else POLICIES, POLICIES):
        assert search(each, 20, DAYS).differences == []


def test_random_histories_on_a_server() -> None:
    assert serve(7, 2).differences == []


def test_histories_reach_everything() -> None:
    found = Found()
    for seed in range(6):
        found.add(search(1000 + seed, 5, DAYS))
    assert [name for name in OFTEN if not found.reached[name]] == []
    assert any(name.startswith("says checkin.at") for name in found.reached)
    assert any(name.startswith("says checkin.every") for name in found.reached)
