"""Workflow declarations as the checker hands them on. What they do is in rules; here is what rules cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from policyd.check.resolved_expressions import Node
from policyd.language.source import Span
from policyd.language.types import Type


@dataclass(frozen=True, slots=True)
class Setting(Node):
    """`values` by group, where it is not `default`; `places`: where these are written."""

    name: str
    type: Type
    default: bool | int | float | str
    values: Mapping[str, bool | int | float | str] = field(default_factory=dict)
    places: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Roster(Node):
    """`rows`: by key, the row's cells by column, all without surrounding spaces. The first row of a key counts."""

    name: str
    key: str
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Switch(Node):
    """`off_after` in ms."""

    name: str
    off_after: int


@dataclass(frozen=True, slots=True)
class EveryDays(Node):
    """`days` 0 = Monday, `times` in minutes of the local day (1440: the next midnight)."""

    days: tuple[int, ...]
    times: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DayOfMonth(Node):
    """The `which`-th `day` (0 = Monday) of each month, -1 the last; `day` None: any day. A month may have none."""

    which: int
    day: int | None
    time: int


@dataclass(frozen=True, slots=True)
class OnDate(Node):
    """Once; `time` in minutes of that local day."""

    date: date
    time: int


@dataclass(frozen=True, slots=True)
class HoursEdge(Node):
    """Each instant at which the (qualified) hours open or close; windows that touch or overlap are one."""

    hours: str
    edge: Literal["opens", "closes"]


Timing = EveryDays | DayOfMonth | OnDate | HoursEdge


@dataclass(frozen=True, slots=True)
class Schedule(Node):
    """Carried out at each of its instants, by the rule of the same name, whose kind is `schedule NAME`."""

    name: str
    timings: tuple[Timing, ...]


@dataclass(frozen=True, slots=True)
class Sweep(Node):
    """At each of its instants, for each member of the group, by the rule of the same name of kind `sweep NAME`."""

    name: str
    timings: tuple[Timing, ...]


@dataclass(frozen=True, slots=True)
class Review(Node):
    """`valid` in ms, 0: for ever. `at_most` 0: no quota, else so many uses in each calendar `per`. Its rules: `NAME` on
    `kinds` where its condition holds and it is `pending` (does `pend review` and what `pending then` says),
    `NAME.refused` (likewise), and the quiet `NAME.allowed` (does `use review`). The rules that it exempts are in the
    policy's `Exempt` of the same name, whose condition is `ReviewIs(allowed)` and the review's own condition."""

    name: str
    title: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    approve: Literal["member", "content"]
    at_most: int
    per: Literal["day", "week", "month"] | None
    valid: int
    by: int


@dataclass(frozen=True, slots=True)
class Within:
    """`hours` qualified; None: otherwise."""

    duration: int
    hours: str | None


@dataclass(frozen=True, slots=True)
class Duty(Node):
    """Late `within` of its opening (the first whose hours contain the opening), or at the next of `due_days` and
    `due_time`. `reminders`: ms after the opening, rising. Its rules: quiet `NAME.open` on `kinds` (does `open duty`),
    quiet `NAME.done` (does `close duty`), `NAME.remind`, `NAME.remind2` … of kind `remind NAME`, `remind2 NAME` …,
    and `NAME.late` of kind `late NAME`. `reply`: it is closed by a reply to the opening message."""

    name: str
    title: str
    kinds: tuple[str, ...]
    within: tuple[Within, ...]
    due_days: tuple[int, ...]
    due_time: int
    pause: str | None
    reminders: tuple[int, ...]
    late: bool
    reply: bool
    each: bool
    together: bool
    even_if_removed: bool


@dataclass(frozen=True, slots=True)
class Appeals(Node):
    """`within` in ms."""

    within: int
    decided_by: Literal["moderators", "admins", "owner"]


@dataclass(frozen=True, slots=True)
class Brake(Node):
    """At most so many of `actions` (as the endpoint spells them) by rules of this policy, per group, `within` ms."""

    name: str
    at_most: int
    actions: tuple[str, ...]
    within: int
