"""One generated function in the making: which facts it reads, and how.

A fact that is read more than once is kept in a local variable at the top; one that is read once is read in place.
Functions take `p` the prepared event, `o` what the store answered, `c` the values of counters, `n` where this policy's
counters and ladders stand in them, `m` what lets came out as.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policyd.check import resolved as r
from policyd.check.facts import FACTS
from policyd.compile.arithmetic import since
from policyd.compile.emit import Emitter
from policyd.compile.facts import ABSENT, OF_MESSAGE, PLAIN, ROLES, reader, text_key
from policyd.compile.hours import OpenHours, WallClock
from policyd.compile.kept import ReviewStanding, awaited, owed, record_of, switched
from policyd.compile.kept_standing import StreakStanding, TallyStanding, TierStanding, figure, is_step
from policyd.compile.pattern import Pattern
from policyd.compile.reads import Figure, children, figure_key
from policyd.compile.text_facts import DERIVED

PARAMETERS: Final = ("p", "o", "c", "n", "m")
NOW: Final = "now"
_ALWAYS_KNOWN: Final = frozenset({"event.kind", "group.id", "group.tags"})
_KNOWN_WITH_STATE: Final = frozenset({NOW, "member.muted"})

Kept = r.TallyValue | r.StreakValue | r.TierValue
Leaf = r.Fact | r.AttributeFact | r.Answer | r.CounterValue | r.Strikes | r.InHours | r.Matches | Kept
Key = tuple[str, ...]


@dataclass
class Surroundings:
    """What the functions of one policy share. `places` numbers counters, ladders, records and figures by key; a counter
    in `keyed` may have no value. `inlined`: lets whose expression stands where they are read; the others are functions,
    named by `let_functions`. `lexicons` numbers the lexicons of the whole set as the matcher does."""

    lets: Mapping[str, r.Let]
    settings: Mapping[str, r.Setting]
    rosters: Mapping[str, r.Roster]
    reviews: Mapping[str, r.Review]
    duties: Mapping[str, r.Duty]
    tallies: Mapping[str, r.Tally]
    streaks: Mapping[str, r.Streak]
    tiers: Mapping[str, r.Tiers]
    clock: WallClock
    hours: Mapping[str, OpenHours]
    places: Mapping[Key, int]
    keyed: frozenset[str]
    lexicons: Mapping[str, int]
    inlined: frozenset[str]
    let_functions: Mapping[str, str]
    stateful_lets: frozenset[str]
    bound: dict[object, Any] = field(default_factory=dict)

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """The same object each time, such as a bound method."""
        if key not in self.bound:
            self.bound[key] = make()
        return self.bound[key]

    def pattern(self, pattern: str) -> Any:
        return self.once(("pattern", pattern), lambda: Pattern(pattern).found)


def kind_now(prepared: Any, observed: Any) -> str:
    """`event.kind`: a message whose id was seen before is an edit."""
    return "edit" if observed is not None and observed.edit else str(prepared.event.kind)


class Frame:
    """`blind`: the store failed, all that it and its clock know is unknown."""

    def __init__(self, emitter: Emitter, around: Surroundings, blind: bool, exprs: Iterable[r.Expr]) -> None:
        self.emit = emitter
        self.around = around
        self.blind = blind
        self.links: set[str] = set()
        self.prologue: list[ast.stmt] = []
        self._locals: dict[Key, str] = {}
        self._temporaries = 0
        self._uses = _uses(exprs, around)

    def temporary(self) -> str:
        self._temporaries += 1
        return f"t{self._temporaries}"

    def certain(self, leaf: Leaf) -> bool:
        """Whether the leaf is never unknown."""
        match leaf:
            case r.Fact(name):
                return name in _ALWAYS_KNOWN or (not self.blind and name in _KNOWN_WITH_STATE)
            case r.CounterValue(counter):
                return not self.blind and counter not in self.around.keyed
            case r.Strikes():
                return not self.blind
        return False

    def let(self, name: str) -> ast.expr:
        """The value of a let that is a function of its own."""
        function = self.around.let_functions[name]
        if self.blind and name in self.around.stateful_lets:
            function = f"blind{function}"
        self.links.add(function)
        return self.emit.call(self.emit.name(function), map(self.emit.name, PARAMETERS))

    def leaf(self, leaf: Leaf) -> ast.expr:
        """The value of what the expression reads itself; for `Matches` the hits in the text."""
        return self._local(_key(leaf), lambda: self._read(leaf))

    def setting(self, name: str) -> ast.expr:
        """The value of a setting in this group."""
        emit, setting = self.emit, self.around.settings[name]
        if not setting.values:
            return emit.constant(setting.default)
        value = self.around.once(("setting", name), lambda: setting.values.get)
        return emit.call(emit.the(value), [self._fact_local("group.id"), emit.constant(setting.default)])

    def switch(self, name: str) -> ast.expr:
        """Whether a switch is on."""
        return self._asked(switched, "board", [self.emit.constant(name)])

    def duty(self, name: str) -> ast.expr:
        """Whether the duty is open."""
        duty = self.around.duties[name]
        if duty.reply:
            return self._asked(awaited, record_of(duty), [self.emit.constant(name), self._fact_local("member.id")])
        return self._asked(owed, record_of(duty), [self.emit.constant(name)])

    def review(self, name: str, standing: str) -> ast.expr:
        """Whether a review stands so."""
        if self.blind:
            return self.emit.literal(None)
        zone = self.around.clock.zone
        of = self.around.once(("review", name), lambda: ReviewStanding(self.around.reviews[name], zone).of)
        return self.emit.compare(self._asked(of, "file", [], "p"), "==", self.emit.constant(standing))

    def figure(self, expr: Figure) -> ast.expr:
        """A statistic of the group."""
        emit = self.emit
        if self.blind:
            return emit.literal(None)
        place = emit.item(emit.name("n"), emit.literal(self.around.places[figure_key(expr)]))
        return emit.call(emit.the(figure), [emit.name("o"), place])

    def is_step(self, step: str) -> ast.expr:
        """Whether the event is about this step of a streak."""
        return self.emit.call(self.emit.the(is_step), [self._event(), self.emit.constant(step)])

    def _kept(self, leaf: Kept) -> Any:
        """What is asked of the member's file."""
        around = self.around
        match leaf:
            case r.TallyValue(tally, last=last):
                return TallyStanding(around.tallies[tally], around.clock, last).of
            case r.StreakValue(streak):
                return StreakStanding(around.streaks[streak], around.clock).of
        return TierStanding(around.tiers[leaf.tiers]).of

    def _asked(self, ask: Any, record: str, told: list[ast.expr], *first: str) -> ast.expr:
        """What is asked of a record that was read along."""
        emit = self.emit
        if self.blind:
            return emit.literal(None)
        place = emit.item(emit.name("n"), emit.literal(self.around.places["record", record]))
        return emit.call(emit.the(ask), [*map(emit.name, first), emit.name("o"), place, emit.name("m"), *told])

    def _local(self, key: Key, make: Callable[[], ast.expr]) -> ast.expr:
        if key in self._locals:
            return self.emit.name(self._locals[key])
        value = make()
        if self._uses[key] < 2 or isinstance(value, ast.Constant):
            return value
        name = self._locals[key] = f"v{len(self._locals)}"
        self.prologue.append(self.emit.assign(name, value))
        return self.emit.name(name)

    def _read(self, leaf: Leaf) -> ast.expr:
        emit = self.emit
        match leaf:
            case r.Fact(name):
                return self._fact(name)
            case r.CounterValue(name) | r.Strikes(name):
                if self.blind:
                    return emit.literal(None)
                place = emit.item(emit.name("n"), emit.literal(self.around.places[_key(leaf)]))
                counted = isinstance(leaf, r.CounterValue)
                return emit.item(emit.name("c") if counted else emit.attribute(emit.name("o"), "strikes"), place)
            case r.TallyValue() | r.StreakValue() | r.TierValue():
                return self._asked(self.around.once(_key(leaf), lambda: self._kept(leaf)), "file", [])
            case r.InHours(_, hours):
                hold = self.around.once(("hours", hours), lambda: self.around.hours[hours].hold)
                return emit.literal(None) if self.blind else emit.call(emit.the(hold), [self._fact_local(NOW)])
            case r.Matches(fact):
                find = emit.attribute(emit.attribute(emit.name("p"), "hits"), "get")
                return emit.call(find, [emit.constant(text_key(fact))])
        read = self.around.once(leaf, lambda: reader(leaf))
        return emit.call(emit.the(read), [self._event()])

    def _fact_local(self, name: str) -> ast.expr:
        return self._local(("fact", name), lambda: self._fact(name))

    def _event(self) -> ast.expr:
        return self._local(("event",), lambda: self.emit.attribute(self.emit.name("p"), "event"))

    def _part(self, owner: str) -> ast.expr:
        """`message` of the event, or an empty one."""
        emit = self.emit

        def make() -> ast.expr:
            part = emit.attribute(self._event(), owner)
            return emit.either([part, emit.the(ABSENT[owner])]) if owner in ABSENT else part

        return self._local(("part", owner), make)

    def _fact(self, name: str) -> ast.expr:
        emit = self.emit
        owner, _, plain = name.partition(".")
        if FACTS[name].source in ("state", "clock"):
            return emit.literal(None) if self.blind else self._stateful(name)
        if name == "member.id":
            nobody = emit.literal(None)
            return emit.either([emit.attribute(self._part(owner), "id"), nobody])
        if name in PLAIN:
            return emit.attribute(self._part(owner), plain)
        if name in OF_MESSAGE:
            return self._of_message(*OF_MESSAGE[name])
        if owner == "message" and plain in DERIVED:
            return emit.attribute(emit.attribute(emit.name("p"), "texts"), plain)
        if name == "member.role":
            get = self.around.once("roles", lambda: ROLES.get)
            return emit.call(emit.the(get), [emit.attribute(self._part("member"), "role")])
        if name == "event.kind":
            return emit.call(emit.the(kind_now), [emit.name("p"), emit.name("o")])
        read = self.around.once(("fact", name), lambda: reader(r.Fact(name, FACTS[name].type)))
        return emit.call(emit.the(read), [self._event()])

    def _of_message(self, name: str, tell: Callable[[Any], Any]) -> ast.expr:
        """What a function tells of an attribute of the message; unknown where that is."""
        emit, kept = self.emit, self.temporary()
        read = self._fact_local("message.text") if name == "text" else emit.attribute(self._part("message"), name)
        missing = emit.compare(emit.keep(kept, read), "is", emit.literal(None))
        return emit.choose(missing, emit.literal(None), emit.call(emit.the(tell), [emit.name(kept)]))

    def _stateful(self, name: str) -> ast.expr:
        emit, observed = self.emit, self.emit.name("o")
        match name:
            case "now":
                return emit.attribute(observed, NOW)
            case "now.hour":
                clock = self.around.once(name, lambda: self.around.clock.hour)
            case "now.weekday":
                clock = self.around.once(name, lambda: self.around.clock.weekday)
            case "member.muted":
                return emit.compare(emit.attribute(observed, "mute_until"), ">", self._fact_local(NOW))
            case "member.age":
                return emit.call(emit.the(since), [self._fact_local(NOW), self._fact_local("member.joined")])
            case "member.silent":
                seen = emit.either([emit.attribute(observed, "last_seen"), emit.literal(None)])
                return emit.call(emit.the(since), [self._fact_local(NOW), seen])
            case _:
                raise AssertionError(f"no way to read {name}")
        return emit.call(emit.the(clock), [self._fact_local(NOW)])


def _key(leaf: Leaf) -> Key:
    match leaf:
        case r.Fact(name):
            return ("fact", name)
        case r.CounterValue(name, last=last):
            return ("last" if last else "counter", name)
        case r.TallyValue(name, last=last):
            return ("last tally" if last else "tally", name)
        case r.StreakValue(name):
            return ("streak", name)
        case r.TierValue(name):
            return ("tier", name)
        case r.Strikes(name):
            return ("ladder", name)
        case r.InHours(_, hours):
            return ("hours", hours)
        case r.Matches(fact):
            return ("hits", text_key(fact))
    return ("sent", text_key(leaf))


_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "now.hour": (NOW,),
    "now.weekday": (NOW,),
    "member.muted": (NOW,),
    "member.age": (NOW, "member.joined"),
    "member.silent": (NOW,),
    "message.length": ("message.text",),
}


def _uses(exprs: Iterable[r.Expr], around: Surroundings) -> Counter[Key]:
    """How often each leaf, and each part of the event below it, is read. What is worked out from the text keeps its
    own value and is not hoisted, as it may be costly and not needed."""
    uses: Counter[Key] = Counter()
    stack = list(exprs)
    while stack:
        expr = stack.pop()
        match expr:
            case r.LetValue(let):
                if let in around.inlined:
                    stack.append(around.lets[let].value)
            case r.SettingValue(setting):
                if around.settings[setting].values:
                    _count_fact("group.id", uses)
            case r.DutyOpen(duty):
                if around.duties[duty].reply:
                    _count_fact("member.id", uses)
            case r.Fact(name):
                _count_fact(name, uses)
            case r.InHours(r.Fact("now"), hours):
                uses["hours", hours] += 1
                _count_fact(NOW, uses)
            case r.Matches() | r.TallyValue() | r.StreakValue() | r.TierValue():
                uses[_key(expr)] += 1
            case r.AttributeFact() | r.Answer() | r.CounterValue() | r.Strikes():
                uses[_key(expr)] += 1
                uses["event",] += 1
            case _:
                stack.extend(children(expr))
    return uses


def _count_fact(name: str, uses: Counter[Key]) -> None:
    owner, _, plain = name.partition(".")
    if owner == "message" and plain in DERIVED:
        return
    uses["fact", name] += 1
    uses["part", owner] += 1
    uses["event",] += 1
    for needed in _NEEDED.get(name, ()):
        _count_fact(needed, uses)
