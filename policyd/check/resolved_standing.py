"""Declarations of standing as the checker hands them on. What they do is in rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from policyd.check.resolved_expressions import Node

Period = Literal["day", "week", "month"]
"""Of the calendar in the policy's zone; weeks begin on Monday."""
PERIODS: Final[dict[str, Period]] = {"day": "day", "week": "week", "month": "month"}


@dataclass(frozen=True, slots=True)
class Tally(Node):
    """What was added for a member: in the running period `per`, or altogether (None)."""

    name: str
    title: str
    per: Period | None
    even_if_removed: bool


@dataclass(frozen=True, slots=True)
class StreakStep:
    """The rule that runs at it is `NAME.atK` (once only for a member), or `NAME.everyK` (`again`, at each multiple)."""

    at: int
    again: bool


@dataclass(frozen=True, slots=True)
class Streak(Node):
    """How many periods in a row had a fitting event. Its rules: quiet `NAME.next` on the kind (its condition is that
    the event fits, the time of day included; does `continue streak`), and for each step one of kind `streak NAME`, told
    apart by the step that the event carries (`Due.step`, as `atK` or `everyK`). `repairs` in each calendar
    `repair_per`; 0: none."""

    name: str
    title: str
    per: Period
    repairs: int
    repair_per: Period
    steps: tuple[StreakStep, ...]
    even_if_removed: bool


@dataclass(frozen=True, slots=True)
class Tiers(Node):
    """Members are placed at the beginning of each calendar `every`, by the first of the quiet rules `NAME.TIER` of kind
    `tiers NAME` that fires (their conditions exclude each other; each does `place` with `tier`). `tiers` from the
    highest to the lowest. A change is an event of kind `tier`."""

    name: str
    title: str
    every: Period
    tiers: tuple[str, ...]
