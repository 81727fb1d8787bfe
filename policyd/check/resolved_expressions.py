"""Expressions as the checker hands them on: every name looked up, every type known. See `resolved.py`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from policyd.language.source import NOWHERE, Span
from policyd.language.types import Type

GroupFigureName = Literal["messages", "active", "joins", "leaves", "requests", "speakers", "retention"]


@dataclass(frozen=True, slots=True)
class Node:
    """What was written somewhere. The place does not take part in equality."""

    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


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
    """`last`: of a counter `per` period, the count of the last complete period (in `tiers`)."""

    counter: str
    type: Type
    last: bool = False


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


@dataclass(frozen=True, slots=True)
class SettingValue(Node):
    """A setting, as the group has it. Never unknown."""

    setting: str
    type: Type


@dataclass(frozen=True, slots=True)
class SwitchOn(Node):
    """Whether a switch of the group is on now. State."""

    switch: str
    type: Type


@dataclass(frozen=True, slots=True)
class InRoster(Node):
    """`member.phone in students`: unknown where the item is."""

    item: Expr
    roster: str
    negated: bool
    type: Type


@dataclass(frozen=True, slots=True)
class RosterField(Node):
    """`students(member.phone).class`: a text; unknown where the item is, or has no row, or the cell is empty."""

    item: Expr
    roster: str
    column: str
    type: Type


@dataclass(frozen=True, slots=True)
class ReviewIs(Node):
    """How a review stands for this member and content: exactly one of the three is true where the state is known."""

    review: str
    standing: Literal["pending", "allowed", "refused"]
    type: Type


@dataclass(frozen=True, slots=True)
class DutyOpen(Node):
    """Whether this event's member owes the duty; of a duty until a reply, whether the message that this one replies to
    waits for one (by another member). State."""

    duty: str
    type: Type


@dataclass(frozen=True, slots=True)
class TallyValue(Node):
    """Of the event's member. `last`: of the last complete period instead of the running one (in `tiers`)."""

    tally: str
    type: Type
    last: bool = False


@dataclass(frozen=True, slots=True)
class StreakValue(Node):
    """How long the member's streak is now; 0 where it is broken."""

    streak: str
    type: Type


@dataclass(frozen=True, slots=True)
class TierValue(Node):
    """The member's tier, unknown before the first placing. `type` is an enumeration from the lowest to the highest."""

    tiers: str
    type: Type


@dataclass(frozen=True, slots=True)
class IsStep(Node):
    """Whether this event of kind `streak NAME` is about this step (`at7`, `every7`). Only in rules of steps."""

    step: str
    type: Type


@dataclass(frozen=True, slots=True)
class GroupFigure(Node):
    """`group.active(7d)`: over so many complete local days of the group. Unknown where there are none."""

    name: GroupFigureName
    days: int
    type: Type


@dataclass(frozen=True, slots=True)
class Falling(Node):
    """`falling(group.active, 3d)`: by which part the daily mean over the last `days` complete local days is below that
    over as many days before; 0 where it is not below."""

    name: GroupFigureName
    days: int
    type: Type


Expr = (
    Const | Fact | AttributeFact | Answer | CounterValue | Strikes | LetValue | ListExpr | Not | And | Or | Negative
    | Arithmetic | Compare | TextTest | InList | InHours | Matches | Like | Default | Known | FunctionCall
    | SettingValue | SwitchOn | InRoster | RosterField | ReviewIs | DutyOpen | TallyValue | StreakValue | TierValue
    | IsStep | GroupFigure | Falling
)  # fmt: skip
