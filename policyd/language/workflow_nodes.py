"""Declarations of a community's workflows, as written: settings, rosters, switches, schedules, sweeps, reviews,
duties, appeals and brakes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from policyd.language.action_nodes import Action, Audience
from policyd.language.expression_nodes import Expr, Name
from policyd.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Setting:
    """`setting longest = 300`: a value that groups may override."""

    name: str
    value: Expr
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Override:
    """`longest = 500` in a `group`."""

    setting: Name
    value: Expr
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """`group "g7", "g8" { longest = 500  without too_long, flood }`."""

    groups: tuple[str, ...]
    overrides: tuple[Override, ...] = ()
    without: tuple[Name, ...] = ()
    groups_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Roster:
    """`roster students { file "students.csv" key phone }`."""

    name: str
    file: str
    key: Name
    file_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Switch:
    """`switch lockdown { off after 30m }`; `off_after` in ms."""

    name: str
    off_after: int | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class EveryDays:
    """`every mon-fri, sun 09:00, 18:00`: days 0 = Monday (all for `day`), times in minutes of the day."""

    days: tuple[int, ...]
    times: tuple[int, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """`first mon of month 20:00`, `last day of month 18:00`; `which` 1 to 5 for first … fifth, -1 for last; `day` 0 =
    Monday, None for `day`. Also `every month on 15 09:00`: `which` 15, `day` None."""

    which: int
    day: int | None
    time: int
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class HoursEdge:
    """`when night opens`, `when night closes`."""

    hours: Name
    edge: Literal["opens", "closes"]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class OnDate:
    """`on 2026-10-01 09:00`: once. `date` is an ISO date."""

    date: str
    time: int
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


Timing = EveryDays | DayOfMonth | HoursEdge | OnDate


@dataclass(frozen=True, slots=True)
class Schedule:
    """Timed, for the group. `when` is a condition beside the timings, None where not written."""

    name: str
    title: str | None
    timings: tuple[Timing, ...]
    when: Expr | None
    then: tuple[Action, ...]
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Timed, for each member of the group."""

    name: str
    title: str | None
    timings: tuple[Timing, ...]
    when: Expr | None
    unless: Expr | None
    then: tuple[Action, ...]
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Review:
    """`approve [member|content] at most N per PERIOD, valid D by K moderators`; None: not written. `needs` are kinds of
    evidence."""

    name: str
    title: str | None
    kinds: tuple[Name, ...]
    when: Expr | None
    unless: Expr | None
    needs: tuple[Name, ...] = ()
    approve: Literal["member", "content"] | None = None
    at_most: int | None = None
    per: Name | None = None
    valid: int | None = None
    by: int | None = None
    exempt: tuple[Name, ...] = ()
    pending: tuple[Action, ...] | None = None
    refused: tuple[Action, ...] | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Within:
    """`24h`, `3m in peak`; in ms."""

    duration: int
    hours: Name | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class DueAt:
    """`due sun 24:00`: the next such instant. `days` as in `EveryDays`."""

    days: tuple[int, ...]
    time: int
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Until:
    """`until message where …`: the member's own event. `until reply by admins`: `kind` is `reply`, and `by` who must
    answer (None: anyone but the member)."""

    kind: Name
    by: Audience | None = None
    where: Expr | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Remind:
    """`remind after 20h then …`."""

    after: int
    then: tuple[Action, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Duty:
    """`on join [where …]`; either `within` or `due` is set."""

    name: str
    title: str | None
    kinds: tuple[Name, ...]
    where: Expr | None
    within: tuple[Within, ...]
    due: DueAt | None
    until: Until | None
    pause: Name | None = None
    reminders: tuple[Remind, ...] = ()
    late: tuple[Action, ...] | None = None
    each: bool = False
    together: bool = False
    even_if_removed: bool = False
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Appeal:
    """`appeal { within 3d  decided by owner }`."""

    within: int | None = None
    decided_by: Audience | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Brake:
    """`brake at most 20 remove, ban within 1h`, in the header."""

    at_most: int
    actions: tuple[str, ...]
    within: int
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
