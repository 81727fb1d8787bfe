"""Declarations of standing, as written: tallies, streaks and tiers."""

from __future__ import annotations

from dataclasses import dataclass, field

from policyd.language.action_nodes import Action
from policyd.language.expression_nodes import Expr, Name
from policyd.language.source import NOWHERE, Span


@dataclass(frozen=True, slots=True)
class Tally:
    """`tally points "积分" by member [per month] [even if removed]`. `key` is what stands after `by`."""

    name: str
    title: str | None
    key: Name | None
    per: Name | None = None
    even_if_removed: bool = False
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Repair:
    """`repair 1 per week`."""

    times: int
    per: Name
    times_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class StreakStep:
    """`at 7 then …`: once only. `every 7 then …` (`again`): at each multiple."""

    at: int
    then: tuple[Action, ...]
    again: bool = False
    at_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Streak:
    """`streak checkin "打卡" { each day before 22:00 message where …  repair 1 per week  at 7 then … }`, with `even if
    removed` as a clause too. `before` in minutes of the local day."""

    name: str
    title: str | None
    per: Name | None
    kind: Name | None
    where: Expr | None = None
    before: int | None = None
    repair: Repair | None = None
    steps: tuple[StreakStep, ...] = ()
    even_if_removed: bool = False
    before_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Tier:
    """`tier core >= 80` (`at_least`), `tier vip when points >= 1000` (`when`), or `tier watch otherwise` (neither)."""

    name: str
    at_least: Expr | None = None
    when: Expr | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Tiers:
    """`tiers standing "等级" by member { every week  score 30% * …  tier … }`, the tiers as written."""

    name: str
    title: str | None
    key: Name | None
    every: Name | None
    score: Expr | None
    tiers: tuple[Tier, ...]
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
