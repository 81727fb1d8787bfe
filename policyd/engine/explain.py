"""Why a decision is as it is: what every rule read, and what the nearest that did not fire was missing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from policyd.check.resolved import Exempt, Policy, Rule
from policyd.compile.program import Outcome
from policyd.engine.case import Case
from policyd.engine.distance import Condition, cost, missing
from policyd.engine.texts import environment
from policyd.engine.values import values_in
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate


class ValueRead(Struct, frozen=True):
    """A fact or value and what it was; null where unknown. Durations and times as texts."""

    name: str
    value: Any


class RuleRead(Struct, frozen=True):
    """One rule that was looked at. `clause` is the branch that fired, if any; `when` what it came to (true where it is
    not written, null where unknown); `silenced_by` names `unless` and the exemptions that were true. `held_by`: of a
    rule that fired, the conditions without which it would not have: of parts joined by `or` all that were true, of
    parts joined by `and` the one that came nearest to being false."""

    rule: str
    title: str
    file: str
    line: int
    clause: str | None
    when: bool | None
    silenced_by: tuple[str, ...]
    read: tuple[ValueRead, ...]
    held_by: tuple[Condition, ...] = ()


class Nearest(Struct, frozen=True):
    """The rule that was nearest to firing, and every condition that would have to be otherwise."""

    rule: str
    title: str
    file: str
    line: int
    missing: tuple[Condition, ...]


class Explanation(Struct, frozen=True):
    rules: tuple[RuleRead, ...]
    nearest: Nearest | None


def explanation(case: Case, outcome: Outcome) -> Explanation:
    """Rules in name order; those of other kinds of event, and those that only move workflows on, are left out."""
    clauses = {each.rule.name: "otherwise" if each.otherwise else "then" for each in (*outcome.fired, *outcome.shadow)}
    read, idle = [], []
    for policy in case.prepared.route.policies:
        env = environment(case, policy.name)
        for rule in policy.rules:
            if case.kind in rule.kinds and not rule.quiet:
                read.append(_rule_read(rule, policy, env, clauses.get(rule.name)))
                if rule.name not in clauses:
                    idle.append((_distance(rule, policy, env), rule.name, rule, policy, env))
    nearest = None
    if idle:
        _, _, rule, policy, env = min(idle, key=lambda each: each[:2])
        nearest = Nearest(*_place(rule), missing=tuple(_missing(rule, policy, env)))
    return Explanation(tuple(read), nearest)


def _place(rule: Rule) -> tuple[str, str, str, int]:
    return rule.name, rule.title, rule.span.source.name, rule.span.line


def _rule_read(rule: Rule, policy: Policy, env: Environment, clause: str | None) -> RuleRead:
    exempts = _exempts(rule, policy)
    silenced = [exempt.name for exempt in exempts if evaluate(exempt.when, env) is True]
    if rule.unless is not None and evaluate(rule.unless, env) is True:
        silenced.insert(0, "unless")
    when = True if rule.when is None else evaluate(rule.when, env)
    exprs = [expr for expr in (rule.when, rule.unless, *(exempt.when for exempt in exempts)) if expr is not None]
    values = {name: value for expr in exprs for name, value in values_in(expr, env)}
    read = tuple(ValueRead(name, value) for name, value in values.items())
    return RuleRead(*_place(rule), clause, when, tuple(silenced), read, tuple(_held_by(rule, clause, env)))


def _held_by(rule: Rule, clause: str | None, env: Environment) -> Iterator[Condition]:
    if rule.when is not None and clause is not None:
        fires_as = clause == "then"
        yield from (each for each in missing(rule.when, not fires_as, env) if each.was is not None)


def _exempts(rule: Rule, policy: Policy) -> list[Exempt]:
    return [exempt for exempt in policy.exempts if rule.name in exempt.rules]


def _distance(rule: Rule, policy: Policy, env: Environment) -> float:
    """How much would have to be otherwise for `then` to apply."""
    away = 0.0 if rule.when is None else cost(rule.when, True, env)
    silencers = [exempt.when for exempt in _exempts(rule, policy)] + ([] if rule.unless is None else [rule.unless])
    return away + sum(cost(silencer, False, env) for silencer in silencers if evaluate(silencer, env) is True)


def _missing(rule: Rule, policy: Policy, env: Environment) -> Iterator[Condition]:
    if rule.when is not None:
        yield from missing(rule.when, True, env)
    if rule.unless is not None and evaluate(rule.unless, env) is True:
        yield from missing(rule.unless, False, env)
    for exempt in _exempts(rule, policy):
        if evaluate(exempt.when, env) is True:
            yield from missing(exempt.when, False, env)
