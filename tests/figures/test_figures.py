"""Every figure of every day, and every fact about them, is what plain sets of members by local date say."""

from __future__ import annotations

import pytest

from tests.figures.play import Found
from tests.figures.run import live

EVERY = (
    "m09", "a", "j", "l", "q", "r1", "r3", "r7", "g1", "g3", "g7", "v:b.ads", "v:b.doubt", "v:b.rude", "v:b.door",
    "d:delete", "d:hold", "d:warn", "d:add", "d:reply", "d:propose", "t:opened", "t:approved", "t:refused", "t:expired",
    "w", "o:b.ads",
)  # fmt: skip


@pytest.mark.parametrize("seed", [10, 11, 12, 14, 15, 22])
def test_a_group_for_weeks(seed: int, long: bool) -> None:
    """15 and 22 are not asked for figures before the end."""
    assert live(seed, 365 if long else 70, 50).differences == []


def test_a_group_on_a_server(long: bool) -> None:
    assert live(13, 365 if long else 25, 30).differences == []


def test_groups_reach_every_figure() -> None:
    found = Found()
    for seed in (34, 37):
        found.add(live(seed, 60, 40))
    assert [name for name in EVERY if not found.reached[name]] == []
