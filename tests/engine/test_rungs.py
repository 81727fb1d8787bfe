"""What a ladder brings: the next step, its mute, and the strike that climbs it."""

from __future__ import annotations

import pytest

from policyd.check.resolved import Ladder
from policyd.engine.rungs import Rungs
from tests.engine.scene import compiled

LADDER = """policy club { for every group }
ladder conduct {
  forget after 30d
  together within 10m
  at 2 warn "x", reply "y"
  at 3 mute 24h, call out "c"
  at 5 notify owner "z"
  at 7 mute 1h, remove
}
rule any { then strike conduct }
"""


@pytest.fixture
def ladder() -> Ladder:
    return compiled(LADDER).policy_set.ladders["club.conduct"]


@pytest.mark.parametrize(
    ("strikes", "left", "does"),
    [(0, 2, "warn"), (1, 1, "warn"), (2, 1, "mute"), (3, 2, None), (5, 2, "remove"), (6, 1, "remove"), (7, 0, None)],
)
def test_what_comes_after_so_many_strikes(ladder: Ladder, strikes: int, left: int, does: str | None) -> None:
    assert (Rungs(ladder).left(strikes), Rungs(ladder).next_does(strikes)) == (left, does)


def test_a_removal_replaces_the_mute_of_its_step_and_shadows_mute_nobody(ladder: Ladder) -> None:
    rungs = Rungs(ladder)
    assert rungs.mutes == {2: 0, 3: 86_400_000, 5: 0, 7: -1}
    assert rungs.strike(2).steps == ((2, 0), (3, 86_400_000), (5, 0), (7, -1))
    shadow = rungs.shadow_strike(2)
    assert (shadow.ladder, shadow.times, shadow.steps) == ("club.conduct~shadow", 2, ((2, 0), (3, 0), (5, 0), (7, 0)))


def test_only_its_own_steps_run(ladder: Ladder) -> None:
    assert [at for at in range(9) if Rungs(ladder).step(at)] == [2, 3, 5, 7]
