"""What expressions and texts read, through lets too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from policyd.check import resolved as r
from policyd.check.facts import FACTS
from policyd.compile.facts import text_key
from policyd.model.local_days import PERIODS

_TOP: Final = "top."
Expr = r.Expr
Figure = r.GroupFigure | r.Falling


def children(expr: Expr) -> tuple[Expr, ...]:
    """The operands, in written order. A let is not looked into."""
    match expr:
        case r.ListExpr(items) | r.And(items) | r.Or(items):
            return items
        case r.Not(operand) | r.Negative(operand) | r.Known(operand):
            return (operand,)
        case r.Arithmetic() | r.Compare() | r.TextTest() | r.Default():
            return (expr.left, expr.right)
        case r.InList(item, items):
            return (item, items)
        case r.InHours(item):
            return (item,)
        case r.Matches(fact):
            return (fact,)
        case r.Like(subject):
            return (subject,)
        case r.FunctionCall(_, arguments):
            return arguments
        case r.InRoster(item) | r.RosterField(item):
            return (item,)
    return ()


def figure_key(figure: Figure) -> tuple[str, ...]:
    """The same for the same statistic."""
    return ("figure", type(figure).__name__, figure.name, str(figure.days))


@dataclass
class Reads:
    """Names of what is read. `last`: counters of which the last complete period is. `matched`: the lexicons by the key
    of the text fact. `patterns`: searched with `like` in `message.text` itself. `standing`: tallies, streaks or tiers
    are read. `stateful`: depends on the store or its clock."""

    facts: set[str] = field(default_factory=set)
    counters: set[str] = field(default_factory=set)
    last: set[str] = field(default_factory=set)
    ladders: set[str] = field(default_factory=set)
    matched: dict[str, set[str]] = field(default_factory=dict)
    subjects: dict[str, r.Fact | r.AttributeFact | r.Answer] = field(default_factory=dict)
    patterns: set[str] = field(default_factory=set)
    switches: set[str] = field(default_factory=set)
    reviews: set[str] = field(default_factory=set)
    duties: set[str] = field(default_factory=set)
    figures: set[Figure] = field(default_factory=set)
    standing: bool = False
    stateful: bool = False

    def add(self, expr: Expr) -> None:
        """Note what `expr` itself reads, not its operands."""
        match expr:
            case r.Fact(name):
                self.facts.add(name)
                self.stateful = self.stateful or FACTS[name].source in ("state", "clock")
            case r.CounterValue(counter):
                (self.last if expr.last else self.counters).add(counter)
                self.stateful = True
            case r.Strikes(ladder):
                self.ladders.add(ladder)
                self.stateful = True
            case r.SwitchOn(switch):
                self.switches.add(switch)
                self.stateful = True
            case r.ReviewIs(review):
                self.reviews.add(review)
                self.stateful = True
            case r.DutyOpen(duty):
                self.duties.add(duty)
                self.stateful = True
            case r.TallyValue() | r.StreakValue() | r.TierValue():
                self.standing = self.stateful = True
            case r.GroupFigure() | r.Falling():
                self.figures.add(expr)
                self.stateful = True
            case r.Matches(fact, lexicons):
                key = text_key(fact)
                self.matched.setdefault(key, set()).update(lexicons)
                self.subjects[key] = fact
            case r.Like(r.Fact("message.text"), pattern):
                self.patterns.add(pattern)

    def update(self, other: Reads) -> None:
        self.facts |= other.facts
        self.counters |= other.counters
        self.last |= other.last
        self.ladders |= other.ladders
        self.patterns |= other.patterns
        self.switches |= other.switches
        self.reviews |= other.reviews
        self.duties |= other.duties
        self.figures |= other.figures
        self.standing = self.standing or other.standing
        self.subjects |= other.subjects
        self.stateful = self.stateful or other.stateful
        for key, lexicons in other.matched.items():
            self.matched.setdefault(key, set()).update(lexicons)


class Reader:
    """Collects reads; what a let reads is found out once."""

    def __init__(self, lets: Mapping[str, r.Let]) -> None:
        self._lets = lets
        self._known: dict[str, Reads] = {}

    def of(self, exprs: Iterable[Expr | None]) -> Reads:
        """What the expressions read together."""
        reads = Reads()
        for expr in exprs:
            if expr is not None:
                self._collect(expr, reads)
        return reads

    def of_actions(self, actions: Iterable[r.Action]) -> Reads:
        """What the texts of the actions print."""
        parts = (part for text in _texts(actions) for part in text.parts)
        return self.of(part for part in parts if not isinstance(part, str | r.TextFact))

    def let(self, name: str) -> Reads:
        if name not in self._known:
            for let in self._in_order(name):
                reads = self._known[let] = Reads()
                self._collect(self._lets[let].value, reads)
        return self._known[name]

    def _collect(self, expr: Expr, reads: Reads) -> None:
        stack = [expr]
        while stack:
            expr = stack.pop()
            if isinstance(expr, r.LetValue):
                reads.update(self.let(expr.let))
            else:
                reads.add(expr)
                stack.extend(children(expr))

    def _in_order(self, name: str) -> list[str]:
        """The lets that `name` needs and that are not known yet, each after those that it reads itself, `name` last.
        Without recursion, as a chain of lets may be long."""
        order: dict[str, None] = {}
        stack = [(name, False)]
        while stack:
            let, ready = stack.pop()
            if ready:
                order[let] = None
            elif let not in self._known and let not in order:
                stack.append((let, True))
                stack.extend((inner, False) for inner in lets_in(self._lets[let].value))
        return list(order)


def lets_in(expr: Expr) -> Iterator[str]:
    """Names of the lets that an expression reads itself."""
    stack = [expr]
    while stack:
        expr = stack.pop()
        if isinstance(expr, r.LetValue):
            yield expr.let
        stack.extend(children(expr))


def listed_in(actions: Iterable[r.Action]) -> Iterator[str]:
    """By what the texts of the actions list members (`{top.points.week}`): `points`, or a qualified name."""
    for text in _texts(actions):
        for part in text.parts:
            if isinstance(part, r.TextFact) and part.name.startswith(_TOP):
                name = part.name.removeprefix(_TOP)
                first, _, period = name.rpartition(".")
                yield first if first and period in PERIODS else name


def _texts(actions: Iterable[r.Action]) -> Iterator[r.Text]:
    stack = list(actions)
    while stack:
        action = stack.pop()
        yield from (text for text in (action.text, action.group) if text is not None)
        stack += [later for later in (action.proposed, action.expire) if later is not None]
