"""A ladder as it is climbed: what each step brings, and what comes after it."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from policyd.check.resolved import Ladder, Step
from policyd.model.state import Strike

SHADOW: Final = "~shadow"
"""Ends the names of the ladders that shadow rules climb (law L16)."""
WEIGHT: Final = {"warn": 1, "call out": 2, "mute": 3, "remove": 4, "ban": 5}
"""Member actions of a ladder step by weight (law L8)."""


class Rungs:
    """`mutes`: the mute that each step brings, by its number, as `Strike.steps` has it."""

    __slots__ = ("_ats", "_heaviest", "_silent", "_steps", "_strike_steps", "ladder", "mutes")

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.mutes = {step.at: _mute_of(step) for step in ladder.steps}
        self._steps = {step.at: step for step in ladder.steps}
        self._ats = [step.at for step in ladder.steps]
        self._heaviest = [_heaviest(step) for step in ladder.steps]
        self._strike_steps = tuple(self.mutes.items())
        self._silent = tuple((at, 0) for at in self._ats)

    def step(self, at: int) -> Step | None:
        return self._steps.get(at)

    def strike(self, times: int, *, by_hand: bool = False) -> Strike:
        ladder = self.ladder
        return Strike(ladder.name, times, ladder.forget, ladder.together, self._strike_steps, by_hand)

    def shadow_strike(self, times: int) -> Strike:
        """One that only tells what would have been."""
        ladder = self.ladder
        return Strike(ladder.name + SHADOW, times, ladder.forget, ladder.together, self._silent)

    def left(self, strikes: int) -> int:
        """How many more strikes come to the next step, 0 where there is none."""
        place = bisect_right(self._ats, strikes)
        return self._ats[place] - strikes if place < len(self._ats) else 0

    def next_does(self, strikes: int) -> str | None:
        """The heaviest member action of the step that comes after so many strikes, as the language spells it. None
        where there is no such step, or none that acts on the member."""
        place = bisect_right(self._ats, strikes)
        return self._heaviest[place] if place < len(self._heaviest) else None


def _heaviest(step: Step) -> str | None:
    acts = [action.do for action in step.actions if action.do in WEIGHT]
    return max(acts, key=lambda do: WEIGHT[do], default=None)


def _mute_of(step: Step) -> int:
    """As `Strike.steps` has it."""
    longest = 0
    for action in step.actions:
        if action.do == "remove" or action.do == "ban":
            return -1
        if action.do == "mute":
            longest = max(longest, action.duration or 0)
    return longest
