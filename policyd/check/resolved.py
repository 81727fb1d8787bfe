"""What the checker hands on: every name looked up, every type known, sugar removed. Immutable, and free of errors.

Both evaluators read this tree and nothing else of the language. Names of rules, counters, ladders, lexicons, hours,
lets and templates are qualified (`class_group.conduct`); declarations of libraries have been copied into each policy.
A `limit` has become a counter and a rule of the same name. Durations and times are whole milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from policyd.language.nodes import ActionKind, Audience, Test
from policyd.language.source import NOWHERE, Span
from policyd.language.types import Type
from policyd.text.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Node:
    """What was written somewhere. The place does not take part in equality."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Const(Node):
    """`value` is the run-time value: bool, int, float, str (also for enumeration members), int ms, or a tuple of them
    for a list. Percent are numbers; a date is the first instant of that day in the policy's zone."""

    value: bool | int | float | str | tuple[object, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Fact(Node):
    """A built-in fact, by the name in `facts.FACTS`: `message.length`, `now`, `member.muted`."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class AttributeFact(Node):
    """A declared attribute of `group` or `member`; unknown where the event lacks it or holds another type."""

    owner: Literal["group", "member"]
    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Answer(Node):
    """`request.answer("question")`."""

    question: str
    type: Type


@dataclass(frozen=True, slots=True)
class CounterValue(Node):
    counter: str
    type: Type


@dataclass(frozen=True, slots=True)
class Strikes(Node):
    """`strikes(LADDER)`: strikes of the member that are not yet forgotten, before this event."""

    ladder: str
    type: Type


@dataclass(frozen=True, slots=True)
class LetValue(Node):
    let: str
    type: Type


@dataclass(frozen=True, slots=True)
class ListExpr(Node):
    items: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Not(Node):
    operand: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class And(Node):
    items: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Or(Node):
    items: tuple[Expr, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Negative(Node):
    operand: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """Numbers, durations and times. `/` always gives a `number` (or, duration by number, a whole duration)."""

    op: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """Both sides of one type (int and number mix). Roles order as in `types.ROLE`; text only `==` and `!=`."""

    op: Literal["==", "!=", "<", "<=", ">", ">="]
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class TextTest(Node):
    """Plain code points, case-sensitive. `contains` also: a list (left) has an item (right)."""

    op: Literal["contains", "starts with", "ends with"]
    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class InList(Node):
    item: Expr
    items: Expr
    negated: bool
    type: Type


@dataclass(frozen=True, slots=True)
class InHours(Node):
    """`now in night`; any time may stand for `now`."""

    item: Expr
    hours: str
    negated: bool
    type: Type


@dataclass(frozen=True, slots=True)
class Matches(Node):
    """`fact` is a text fact that the event itself carries. True where any of the lexicons has a hit."""

    fact: Fact | AttributeFact | Answer
    lexicons: tuple[str, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Like(Node):
    subject: Expr
    pattern: str
    type: Type


@dataclass(frozen=True, slots=True)
class Default(Node):
    """`left` unless it is unknown, then `right`."""

    left: Expr
    right: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class Known(Node):
    operand: Expr
    type: Type


@dataclass(frozen=True, slots=True)
class FunctionCall(Node):
    """A pure function of `functions.FUNCTIONS`; unknown where an argument is unknown or the function returns None."""

    function: str
    arguments: tuple[Expr, ...]
    type: Type


Expr = (
    Const | Fact | AttributeFact | Answer | CounterValue | Strikes | LetValue | ListExpr | Not | And | Or | Negative
    | Arithmetic | Compare | TextTest | InList | InHours | Matches | Like | Default | Known | FunctionCall
)  # fmt: skip

# ---------------------------------------------------------------- texts and actions


@dataclass(frozen=True, slots=True)
class TextFact(Node):
    """What only message texts know: `rule.title`, `match.text`, `ladder.strikes` (see `facts.TEXT_FACTS`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Literal pieces and what is printed between them; an unknown value prints as nothing."""

    parts: tuple[str | TextFact | Expr, ...]


@dataclass(frozen=True, slots=True)
class Action(Node):
    """As `nodes.Action`, templates put in. `ladder` is qualified; `times` of a strike is at least 1, of a forgive 0
    means all. `once` in ms."""

    do: ActionKind
    text: Text | None = None
    duration: int | None = None
    audience: Audience | None = None
    ladder: str | None = None
    group: Text | None = None
    times: int = 1
    once: int | None = None


# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Let(Node):
    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class HoursWindow:
    """`days` (0 = Monday) or, where set, `dates` (first, last) select the local days on which the window starts, at
    minute `start`, for `end - start` minutes of wall-clock time (`end` may pass 1440: the next day). `bounds`: the
    window's starting day must lie in one of these date ranges, if any; `excepts`: and in none of these."""

    days: tuple[int, ...]
    dates: tuple[date, date] | None
    start: int
    end: int
    bounds: tuple[tuple[date, date], ...] = ()
    excepts: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Hours(Node):
    name: str
    zone: str
    windows: tuple[HoursWindow, ...]


@dataclass(frozen=True, slots=True)
class Counter(Node):
    """Events of `kind` whose `where` is true, by `keys`, within `within` ms, counted up to `cap`.

    `identity` is a digest of the definition without the cap: a changed definition starts empty, a moved one does not.
    `keys` are the `Const` texts `member` or `group`, or text facts that the event itself carries."""

    name: str
    kind: str
    keys: tuple[Literal["member", "group"] | Expr, ...]
    within: int
    where: Expr | None
    cap: int
    identity: str


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


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """`kinds` are the events on which it is looked at. `reads_state`: `when` or `unless` reads counters, strikes or
    other state or the clock, itself or through a let. `title` falls back to the unqualified name."""

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
    """Every tuple is in name order. `zone` is an IANA name. Tests stay in written order."""

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
