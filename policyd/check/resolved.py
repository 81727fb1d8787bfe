"""What the checker hands on: every name looked up, every type known, sugar removed. Immutable, and free of errors.

Both evaluators read this tree and nothing else of the language. Names of rules, counters, ladders, lexicons, hours,
lets and templates are qualified (`class_group.conduct`); declarations of libraries have been copied into each policy.
A `limit` has become a counter and a rule of the same name. Durations and times are whole milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from policyd.check.resolved_expressions import (
    And,
    Answer,
    Arithmetic,
    AttributeFact,
    Compare,
    Const,
    CounterValue,
    Default,
    DutyOpen,
    Expr,
    Fact,
    Falling,
    FunctionCall,
    GroupFigure,
    InHours,
    InList,
    InRoster,
    IsStep,
    Known,
    LetValue,
    Like,
    ListExpr,
    Matches,
    Negative,
    Node,
    Not,
    Or,
    ReviewIs,
    RosterField,
    SettingValue,
    StreakValue,
    Strikes,
    SwitchOn,
    TallyValue,
    TextTest,
    TierValue,
)
from policyd.check.resolved_hours import Hours, HoursWindow
from policyd.check.resolved_standing import Period, Streak, StreakStep, Tally, Tiers
from policyd.check.resolved_workflows import (
    Appeals,
    Brake,
    DayOfMonth,
    Duty,
    EveryDays,
    HoursEdge,
    OnDate,
    Review,
    Roster,
    Schedule,
    Setting,
    Sweep,
    Switch,
    Timing,
    Within,
)
from policyd.language.nodes import ActionKind, Audience, Test
from policyd.language.source import NOWHERE, Span
from policyd.text.lexicon import Lexicon

__all__ = [
    "Action",
    "And",
    "Answer",
    "Appeals",
    "Arithmetic",
    "AttributeFact",
    "Brake",
    "Compare",
    "Const",
    "Counter",
    "CounterValue",
    "DayOfMonth",
    "Default",
    "Duty",
    "DutyOpen",
    "EveryDays",
    "Exempt",
    "Expr",
    "Fact",
    "Falling",
    "FunctionCall",
    "GroupFigure",
    "Hours",
    "HoursEdge",
    "HoursWindow",
    "InHours",
    "InList",
    "InRoster",
    "IsStep",
    "Known",
    "Ladder",
    "Let",
    "LetValue",
    "Like",
    "ListExpr",
    "Matches",
    "Negative",
    "Node",
    "Not",
    "OnDate",
    "Or",
    "Period",
    "Policy",
    "PolicySet",
    "Review",
    "ReviewIs",
    "Roster",
    "RosterField",
    "Rule",
    "Schedule",
    "Scope",
    "Setting",
    "SettingValue",
    "Step",
    "Streak",
    "StreakStep",
    "StreakValue",
    "Strikes",
    "Sweep",
    "Switch",
    "SwitchOn",
    "Tally",
    "TallyValue",
    "Text",
    "TextFact",
    "TextTest",
    "TierValue",
    "Tiers",
    "Timing",
    "Within",
    "Workflow",
]

# ---------------------------------------------------------------- texts and actions


@dataclass(frozen=True, slots=True)
class TextFact(Node):
    """What only message texts know: `rule.title`, `match.text`, `ladder.strikes` (see `facts.TEXT_FACTS`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Literal pieces and what is printed between them; an unknown value prints as nothing."""

    parts: tuple[str | TextFact | Expr, ...]


Workflow = Literal[
    "open duty", "close duty", "use review", "pend review", "refuse review", "continue streak", "place"
]  # fmt: skip
"""What only the rules that the checker makes of workflow declarations do; never told in a decision."""


@dataclass(frozen=True, slots=True)
class Action(Node):
    """As `nodes.Action`, templates put in. `ladder` is qualified; `times` of a strike is at least 1, of a forgive 0
    means all. `once` in ms. `subject`: the qualified switch, duty or review. `duration` of `set` is always given (0:
    off). `by` of propose: how many moderators must agree. `amount` of add, whose tally is `subject`: a whole number or
    a setting; `of`: the text fact of the event that names whose account it is, None: the event's member. `tier` of
    place."""

    do: ActionKind | Workflow
    text: Text | None = None
    duration: int | None = None
    audience: Audience | None = None
    ladder: str | None = None
    group: Text | None = None
    times: int = 1
    once: int | None = None
    digest: int | None = None
    subject: str | None = None
    proposed: Action | None = None
    by: int = 1
    wait: int = 0
    expire: Action | None = None
    amount: int | SettingValue = 0
    of: Expr | None = None
    tier: str = ""


# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Let(Node):
    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Counter(Node):
    """Events of `kind` whose `where` is true, by `keys`, within `within` ms, counted up to `cap`.

    `identity` is a digest of the definition without the cap: a changed definition starts empty, a moved one does not.
    `keys` are the `Const` texts `member` or `group`, or text facts that the event itself carries. `per`: in the running
    calendar period instead (`within` is then 0). `form`: events, distinct values of `value`, or the sum of `value`; an
    event whose value is unknown, 0 or negative does not count. `form` `messages` and `active` are the figures of the
    group's running local day (`group.messages_today`)."""

    name: str
    kind: str
    keys: tuple[Literal["member", "group"] | Expr, ...]
    within: int
    where: Expr | None
    cap: int
    identity: str
    across_groups: bool = False
    per: Period | None = None
    form: Literal["events", "distinct", "sum", "messages", "active"] = "events"
    value: Expr | None = None


@dataclass(frozen=True, slots=True)
class Step(Node):
    at: int
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Ladder(Node):
    """Steps in rising order. `forget` and `together` in ms, 0 where not written: never forgotten, never together."""

    name: str
    steps: tuple[Step, ...]
    forget: int
    together: int
    across_groups: bool = False


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """`kinds` are the events on which it is looked at. `reads_state`: `when` or `unless` reads counters, strikes or
    other state or the clock, itself or through a let. `title` falls back to the unqualified name.

    Workflow declarations become rules too, named by declaration and clause (`p.introduction.late`), of which `of` is
    the declaration. `quiet`: it does nothing but move a workflow on; it is never shown as a reason, counts in no
    coverage, and where the store fails nothing is decided for want of it."""

    name: str
    title: str
    shadow: bool
    kinds: tuple[str, ...]
    when: Expr | None
    unless: Expr | None
    then: tuple[Action, ...]
    otherwise: tuple[Action, ...]
    reads_state: bool
    from_limit: bool = False
    of: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Exempt(Node):
    """Silences `rules` (qualified names, of this policy) where `when` is true."""

    name: str
    when: Expr
    rules: tuple[str, ...]
    reads_state: bool


@dataclass(frozen=True, slots=True)
class Scope:
    by: Literal["every", "tag", "id"]
    values: tuple[str, ...] = ()

    def covers(self, group: str, tags: tuple[str, ...]) -> bool:
        """Whether the policy takes part in this group."""
        if self.by == "every":
            return True
        return group in self.values if self.by == "id" else any(tag in self.values for tag in tags)


@dataclass(frozen=True)
class Policy:
    """Every tuple is in name order. `zone` is an IANA name. Tests stay in written order. `without`: by group, the
    qualified declarations (as `Rule.of` or `Rule.name` has them) that do not apply there."""

    name: str
    title: str
    scope: Scope
    zone: str
    store_fails: Literal["allow", "hold", "deny"]
    lets: tuple[Let, ...] = ()
    lexicons: tuple[Lexicon, ...] = ()
    hours: tuple[Hours, ...] = ()
    counters: tuple[Counter, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    rules: tuple[Rule, ...] = ()
    exempts: tuple[Exempt, ...] = ()
    settings: tuple[Setting, ...] = ()
    rosters: tuple[Roster, ...] = ()
    switches: tuple[Switch, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    reviews: tuple[Review, ...] = ()
    duties: tuple[Duty, ...] = ()
    brakes: tuple[Brake, ...] = ()
    appeals: Appeals | None = None
    tallies: tuple[Tally, ...] = ()
    streaks: tuple[Streak, ...] = ()
    tiers: tuple[Tiers, ...] = ()
    platforms: tuple[str, ...] = ()
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class PolicySet:
    """A directory that has no errors. `revision` is `sha256:` and a digest of every file read, words included."""

    policies: tuple[Policy, ...]
    tests: tuple[Test, ...]
    revision: str

    @cached_property
    def ladders(self) -> dict[str, Ladder]:
        return {ladder.name: ladder for policy in self.policies for ladder in policy.ladders}

    @cached_property
    def reviews(self) -> dict[str, Review]:
        return {review.name: review for policy in self.policies for review in policy.reviews}

    @cached_property
    def duties(self) -> dict[str, Duty]:
        return {duty.name: duty for policy in self.policies for duty in policy.duties}

    @cached_property
    def tallies(self) -> dict[str, Tally]:
        return {tally.name: tally for policy in self.policies for tally in policy.tallies}

    @cached_property
    def streaks(self) -> dict[str, Streak]:
        return {streak.name: streak for policy in self.policies for streak in policy.streaks}

    @cached_property
    def tiers(self) -> dict[str, Tiers]:
        return {tiers.name: tiers for policy in self.policies for tiers in policy.tiers}

    @cached_property
    def settings(self) -> dict[str, Setting]:
        return {setting.name: setting for policy in self.policies for setting in policy.settings}

    @cached_property
    def rosters(self) -> dict[str, Roster]:
        return {roster.name: roster for policy in self.policies for roster in policy.rosters}

    @cached_property
    def counters(self) -> dict[str, Counter]:
        return {counter.name: counter for policy in self.policies for counter in policy.counters}

    @cached_property
    def rules(self) -> dict[str, Rule]:
        return {rule.name: rule for policy in self.policies for rule in policy.rules}

    @cached_property
    def lets(self) -> dict[str, Let]:
        return {let.name: let for policy in self.policies for let in policy.lets}

    @cached_property
    def hours(self) -> dict[str, Hours]:
        return {hours.name: hours for policy in self.policies for hours in policy.hours}

    @cached_property
    def lexicons(self) -> dict[str, Lexicon]:
        return {lexicon.name: lexicon for policy in self.policies for lexicon in policy.lexicons}
