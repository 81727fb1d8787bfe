"""The tree of a `.policy` file as written: immutable, a span on every node, names not yet looked up.

Whatever surface the text is written in (English today), the tree is the same (law L2). Sugar stays: a `limit` is a
`Limit`. `policyd.check` looks names up, checks types and removes the sugar; its result is `policyd.check.resolved`.
Spans do not take part in equality.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from policyd.language.action_nodes import (
    Action,
    ActionKind,
    Audience,
    Placeholder,
    Text,
)
from policyd.language.expression_nodes import (
    And,
    Binary,
    Call,
    Compare,
    CompareOp,
    Constant,
    Expr,
    In,
    Like,
    ListOf,
    Matches,
    Name,
    Or,
    Unary,
)
from policyd.language.scenario_nodes import (
    Clock,
    Does,
    Each,
    Expect,
    Expected,
    Given,
    Has,
    RawEvent,
    Test,
    TestStep,
)
from policyd.language.source import NOWHERE, Source, Span
from policyd.language.standing_nodes import Repair, Streak, StreakStep, Tally, Tier, Tiers
from policyd.language.workflow_nodes import (
    Appeal,
    Brake,
    DayOfMonth,
    DueAt,
    Duty,
    EveryDays,
    GroupSettings,
    HoursEdge,
    OnDate,
    Override,
    Remind,
    Review,
    Roster,
    Schedule,
    Setting,
    Sweep,
    Switch,
    Timing,
    Until,
    Within,
)

__all__ = [
    "Action",
    "ActionKind",
    "And",
    "Appeal",
    "Attribute",
    "Audience",
    "Binary",
    "Brake",
    "Call",
    "Clock",
    "Compare",
    "CompareOp",
    "Constant",
    "Counter",
    "Counting",
    "DayOfMonth",
    "Declaration",
    "Does",
    "DueAt",
    "Duty",
    "Each",
    "EveryDays",
    "Exempt",
    "Expect",
    "Expected",
    "Expr",
    "File",
    "Given",
    "GroupSettings",
    "Has",
    "Header",
    "Hours",
    "HoursEdge",
    "HoursEvery",
    "HoursOn",
    "HoursRange",
    "In",
    "Ladder",
    "Let",
    "Lexicon",
    "Like",
    "Limit",
    "ListOf",
    "Matches",
    "Name",
    "OnDate",
    "Or",
    "Override",
    "Placeholder",
    "RawEvent",
    "Remind",
    "Repair",
    "Review",
    "Roster",
    "Rule",
    "Schedule",
    "Scope",
    "Setting",
    "Step",
    "Streak",
    "StreakStep",
    "Sweep",
    "Switch",
    "Tally",
    "Template",
    "Test",
    "TestStep",
    "Text",
    "Tier",
    "Tiers",
    "Timing",
    "Unary",
    "Unread",
    "Until",
    "Within",
    "Word",
]

# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Attribute:
    """`attribute member.course : text`. `type_name` as written: `text`, `list of text`, `role` …"""

    owner: Name
    name: str
    type_name: str
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    type_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Let:
    name: str
    value: Expr
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    text: Text
    maximum: int | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Word:
    """A quoted string of a lexicon: an entry, a file name or an exception."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """`resist` and `boundary` are None where the clause is not written."""

    name: str
    words: tuple[Word, ...] = ()
    files: tuple[Word, ...] = ()
    excepts: tuple[Word, ...] = ()
    resist: tuple[Name, ...] | None = None
    boundary: Name | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class HoursEvery:
    """`every mon-fri 19:00-21:00, 22:00-23:00`. Days 0 = Monday; times are minutes of the day, 0..1440; an end at or
    before its start lies on the next day."""

    days: tuple[int, ...]
    times: tuple[tuple[int, int], ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class HoursOn:
    """`on 2026-10-01 09:00-12:00`; without times the whole day."""

    first: date
    last: date
    times: tuple[tuple[int, int], ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class HoursRange:
    """`from D to D` (bounds every `every`; the last day included) or `except D..D`."""

    kind: Literal["from", "except"]
    first: date
    last: date
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Hours:
    name: str
    parts: tuple[HoursEvery | HoursOn | HoursRange, ...]
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Counting:
    """The common part of counter and limit: which events, by what key, within how long (ms; None where `per`, the name
    of a period, stands instead). `distinct` or `sums`: of which fact the values are counted or added up."""

    kind: str
    keys: tuple[Name, ...]
    within: int | None
    where: Expr | None = None
    across_groups: bool = False
    per: Name | None = None
    distinct: Name | None = None
    sums: Name | None = None
    kind_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    within_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Counter:
    name: str
    counting: Counting
    up_to: int | None = None
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """`at_most` may be the name of a setting."""

    name: str
    title: str | None
    at_most: int | Name
    counting: Counting
    unless: Expr | None
    then: tuple[Action, ...]
    at_most_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Step:
    at: int
    actions: tuple[Action, ...]
    at_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Ladder:
    name: str
    steps: tuple[Step, ...]
    forget: int | None = None
    together: int | None = None
    across_groups: bool = False
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Rule:
    """`kinds` is empty where `on` is not written. `otherwise` is None where it is not written."""

    name: str
    title: str | None
    shadow: bool
    kinds: tuple[Name, ...]
    when: Expr | None
    unless: Expr | None
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...] | None = None
    otherwise_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Exempt:
    """`rules` is None for `from everything`."""

    name: str
    when: Expr
    rules: tuple[Name, ...] | None
    rules_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


Declaration = (
    Attribute | Let | Template | Lexicon | Hours | Counter | Limit | Ladder | Rule | Exempt | Test | Setting
    | GroupSettings | Roster | Switch | Schedule | Sweep | Review | Duty | Appeal | Tally | Streak | Tiers
)  # fmt: skip

# ---------------------------------------------------------------- files


@dataclass(frozen=True, slots=True)
class Scope:
    """`for every group`, `for groups tagged "a", "b"` (any of them) or `for groups "g1", "g2"`."""

    by: Literal["every", "tag", "id"]
    values: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Header:
    """`policy NAME ["title"] { … }`. None: not written. `platforms`: `platform telegram, qq`."""

    name: str
    title: str | None = None
    scope: Scope | None = None
    timezone: Word | None = None
    store_fails: Literal["allow", "hold", "deny"] | None = None
    brakes: tuple[Brake, ...] = ()
    platforms: tuple[Name, ...] = ()
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Unread:
    """What seems to be a declaration that did not parse: `rule`, `flood`. Either may be empty."""

    keyword: str
    name: str
    name_span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class File:
    """One file: a policy if it has a header, else a library. Declarations that did not parse are missing; their
    diagnostics are not, and `unread` has their names, so that nobody complains that those are unknown."""

    source: Source
    header: Header | None
    declarations: tuple[Declaration, ...]
    unread: tuple[Unread, ...] = ()
