"""Generates the Python of a policy set: one unit for each source file, functions for rules, lets, exemptions, counters.

Rules that can fire on the same events and need the same words stand in one function. A rule that reads state has a
second, blind form for when the store failed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from policyd.check import resolved as r
from policyd.compile.blind import BlindRule, judge
from policyd.compile.emit import Constants, Emitter
from policyd.compile.expressions import Expressions
from policyd.compile.frame import PARAMETERS, Frame, Surroundings
from policyd.compile.gates import Gate
from policyd.compile.limits import shared
from policyd.compile.plan import PolicyPlan
from policyd.compile.program import Fired
from policyd.language.source import Source

_RULES_IN_A_FUNCTION: Final = 250


@dataclass
class Unit:
    """The functions that stem from one source file. `links`: functions that they call, of any unit."""

    source: Source
    constants: Constants = field(default_factory=Constants)
    functions: list[ast.stmt] = field(default_factory=list)
    links: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class RuleFunction:
    """`gate`: call it only where a word of it was found, or a record. `blind`: for when the store failed."""

    name: str
    kinds: tuple[str, ...]
    gate: Gate | None
    stateful: bool
    blind: bool


@dataclass(frozen=True)
class CounterFunctions:
    """Names of the functions for `where`, for the key that is a text fact, and for the value."""

    where: str | None
    key: str | None
    value: str | None


@dataclass
class Generated:
    """The code of a policy set; `rules` in the order of `policies`, `counters` by qualified name."""

    lexicons: Mapping[str, int]
    units: dict[str, Unit] = field(default_factory=dict)
    rules: list[list[RuleFunction]] = field(default_factory=list)
    counters: dict[str, CounterFunctions] = field(default_factory=dict)
    count: int = 0

    def unit(self, source: Source) -> Unit:
        return self.units.setdefault(source.name, Unit(source))

    def number(self) -> int:
        self.count += 1
        return self.count


def generate(plans: Sequence[PolicyPlan], lexicons: Mapping[str, int]) -> Generated:
    """The code of all policies; the same for the same policies, always. `lexicons` are the matcher's numbers."""
    generated = Generated(lexicons)
    for plan in plans:
        _Generator(plan, lexicons, generated).run()
    return generated


class _Generator:
    """Generates one policy."""

    def __init__(self, plan: PolicyPlan, lexicons: Mapping[str, int], into: Generated) -> None:
        self._plan = plan
        self._into = into
        self._exempts: dict[str, str] = {}
        self._looked_into = {name: plan.lets[name].value for name in plan.inlined}
        lets = {let.name: f"let{into.number()}" for let in plan.policy.lets if let.name not in plan.inlined}
        self._around = Surroundings(
            lets=plan.lets,
            settings=plan.settings,
            rosters=plan.rosters,
            reviews=plan.reviews,
            duties=plan.duties,
            tallies=plan.tallies,
            streaks=plan.streaks,
            tiers=plan.tiers,
            clock=plan.clock,
            hours=plan.hours,
            places=plan.places,
            keyed=plan.keyed,
            lexicons=lexicons,
            inlined=plan.inlined,
            let_functions=lets,
            stateful_lets=plan.stateful_lets,
        )

    def run(self) -> None:
        for let in self._plan.policy.lets:
            if let.name in self._around.let_functions:
                self._let(let)
        for exempt in self._plan.policy.exempts:
            self._exempt(exempt)
        for counter in self._plan.counted:
            self._counter(counter)
        self._into.rules.append(self._rules())

    # ------------------------------------------------------------ functions of one expression

    def _let(self, let: r.Let) -> None:
        name = self._around.let_functions[let.name]
        number = int(name.removeprefix("let"))
        for blind in (False, True) if let.name in self._around.stateful_lets else (False,):
            unit, emit, frame = self._open(let.span.source, blind, [let.value])
            with emit.at(let.span):
                memo, place = emit.name("m"), emit.literal(number)
                known = emit.when(emit.compare(place, "in", memo), [emit.answer(emit.item(memo, place))])
                value = Expressions(frame).value(let.value)
                keep = emit.assign_item(emit.name("m"), emit.literal(number), "v", value)
                body = [known, *frame.prologue, keep, emit.answer(emit.name("v"))]
                self._close(unit, frame, emit.function(f"blind{name}" if blind else name, PARAMETERS, body))

    def _exempt(self, exempt: r.Exempt) -> None:
        name = self._exempts[exempt.name] = f"exempt{self._into.number()}"
        self._expression(name, exempt.when, exempt.span.source, blind=False, valued=False)
        if exempt.name in self._plan.stateful_exempts:
            self._expression(f"blind{name}", exempt.when, exempt.span.source, blind=True, valued=True)

    def _counter(self, counter: r.Counter) -> None:
        source = counter.span.source
        where = None
        if counter.where is not None:
            where = f"where{self._into.number()}"
            self._expression(where, counter.where, source, blind=True, valued=False)
        key = None
        for text in counter.keys:
            if not isinstance(text, str):
                key = f"key{self._into.number()}"
                self._expression(key, text, source, blind=True, valued=True)
        value = None
        if counter.value is not None:
            value = f"value{self._into.number()}"
            self._expression(value, counter.value, source, blind=True, valued=True)
        self._into.counters[counter.name] = CounterFunctions(where, key, value)

    def _expression(self, name: str, expr: r.Expr, source: Source, *, blind: bool, valued: bool) -> None:
        """A function that returns the value of `expr`, or, not `valued`, something truthy where it is true."""
        unit, emit, frame = self._open(source, blind, [expr])
        with emit.at(expr.span):
            compiled = Expressions(frame)
            result = emit.answer(compiled.value(expr) if valued else compiled.true(expr))
            self._close(unit, frame, emit.function(name, PARAMETERS, [*frame.prologue, result]))

    def _open(self, source: Source, blind: bool, exprs: Iterable[r.Expr]) -> tuple[Unit, Emitter, Frame]:
        unit = self._into.unit(source)
        emit = Emitter(source.name, unit.constants)
        return unit, emit, Frame(emit, self._around, blind, exprs)

    def _close(self, unit: Unit, frame: Frame, function: ast.stmt) -> None:
        unit.functions.append(function)
        unit.links |= frame.links

    # ------------------------------------------------------------ functions of many rules

    def _rules(self) -> list[RuleFunction]:
        groups: dict[tuple[Any, ...], list[r.Rule]] = {}
        for rule in self._plan.rules:
            stateful, gate = rule.name in self._plan.stateful_rules, self._plan.gates[rule.name]
            groups.setdefault((rule.span.source.name, rule.kinds, gate, stateful, False), []).append(rule)
            if stateful:
                groups.setdefault((rule.span.source.name, rule.kinds, None, True, True), []).append(rule)
        made = []
        for (_, kinds, gate, stateful, blind), rules in groups.items():
            for start in range(0, len(rules), _RULES_IN_A_FUNCTION):
                name = self._group(rules[start : start + _RULES_IN_A_FUNCTION], blind)
                made.append(RuleFunction(name, kinds, gate, stateful, blind))
        return made

    def _group(self, rules: list[r.Rule], blind: bool) -> str:
        limited, asked = shared(() if blind else rules, self._looked_into)
        exprs = [expr for rule in rules for expr in (rule.when, rule.unless) if expr is not None]
        unit, emit, frame = self._open(rules[0].span.source, blind, exprs if asked is None else [asked, *exprs])
        compiled = Expressions(frame)
        with emit.at(rules[0].span):
            test = None if asked is None else compiled.true(asked)
        body = self._statements([rule for rule in rules if rule.name not in limited], blind, emit, compiled)
        prologue = frame.prologue
        if test is not None:
            frame.prologue = []  # what only these rules read is read where they are looked at
            under_limits = self._statements([rule for rule in rules if rule.name in limited], blind, emit, compiled)
            with emit.at(rules[0].span):
                body.append(emit.when(test, [*frame.prologue, *under_limits]))
        for rule in rules:
            frame.links |= self._silencers(rule, blind)
        name = f"{'blind' if blind else ''}rules{self._into.number()}"
        parameters = (*PARAMETERS, "out", "unasked") if blind else (*PARAMETERS, "out")
        with emit.at(rules[0].span):
            self._close(unit, frame, emit.function(name, parameters, [*prologue, *body]))
        return name

    def _statements(self, rules: Iterable[r.Rule], blind: bool, emit: Emitter, compiled: Expressions) -> list[ast.stmt]:
        made = []
        for rule in rules:
            with emit.at(rule.span):
                made.append(self._blind(rule, emit, compiled) if blind else self._live(rule, emit, compiled))
        return made

    def _silencers(self, rule: r.Rule, blind: bool) -> set[str]:
        """Names of the functions of the exemptions that name the rule."""
        stateful = self._plan.stateful_exempts
        return {
            f"blind{self._exempts[name]}" if blind and name in stateful else self._exempts[name]
            for name in self._plan.exempts.get(rule.name, ())
        }

    def _live(self, rule: r.Rule, emit: Emitter, compiled: Expressions) -> ast.stmt:
        """Append what fires: the rule where `when` is true, its otherwise where it is false."""
        fired = emit.the(Fired(rule))
        if rule.when is None:
            conditions = []
        elif rule.otherwise:
            value = emit.keep("w", compiled.value(rule.when))
            conditions = [emit.compare(value, "is not", emit.literal(None))]
            fired = emit.choose(emit.name("w"), fired, emit.the(Fired(rule, otherwise=True)))
        else:
            conditions = [compiled.true(rule.when)]
        silenced = [] if rule.unless is None else [compiled.true(rule.unless)]
        for function in sorted(self._silencers(rule, blind=False)):
            silenced.append(emit.call(emit.name(function), map(emit.name, PARAMETERS)))
        if silenced:
            conditions.append(emit.no(emit.either(silenced)))
        fire = emit.do(emit.call(emit.attribute(emit.name("out"), "append"), [fired]))
        return emit.when(emit.both(conditions), [fire]) if conditions else fire

    def _blind(self, rule: r.Rule, emit: Emitter, compiled: Expressions) -> ast.stmt:
        """Hand the three-valued parts to `judge`. What reads no state silences only where it is true."""
        when = emit.literal(True) if rule.when is None else compiled.value(rule.when)
        silencers = []
        if rule.unless is not None:
            stateful = self._plan.reader.of([rule.unless]).stateful
            silencers.append(compiled.value(rule.unless) if stateful else _truth(emit, compiled.true(rule.unless)))
        for function in sorted(self._silencers(rule, blind=True)):
            called = emit.call(emit.name(function), map(emit.name, PARAMETERS))
            silencers.append(called if function.startswith("blind") else _truth(emit, called))
        arguments = [emit.the(BlindRule.of(rule)), when, emit.row(silencers), emit.name("out"), emit.name("unasked")]
        return emit.do(emit.call(emit.the(judge), arguments))


def _truth(emit: Emitter, test: ast.expr) -> ast.expr:
    return emit.choose(test, emit.literal(True), emit.literal(False))
