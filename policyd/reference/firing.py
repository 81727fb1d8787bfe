"""Which rules fire, and with which branch (laws L5, L6, L7, L15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from policyd.check import resolved as r
from policyd.reference.environment import Environment
from policyd.reference.expr import conjunction, disjunction, evaluate, negation
from policyd.reference.reading import own_expressions, reads_state
from policyd.reference.state import Seen

Branch = Literal["then", "otherwise", "none", "unasked"]


@dataclass(frozen=True)
class Fired:
    """A rule that fired and what it asks for."""

    rule: r.Rule
    policy: r.Policy
    env: Environment
    otherwise: bool

    @property
    def actions(self) -> tuple[r.Action, ...]:
        return self.rule.otherwise if self.otherwise else self.rule.then


@dataclass(frozen=True)
class Firings:
    """In name order. `unasked`: rules that cannot be decided without the state that is missing."""

    live: list[Fired]
    shadow: list[Fired]
    unasked: list[r.Rule]


def firings(policies: list[r.Policy], seen: Seen) -> Firings:
    """Looks at every rule of every covering policy; none prevents another."""
    found = Firings([], [], [])
    for policy in policies:
        env = seen.environments[policy.name]
        kind = "edit" if seen.edit else env.event.kind
        for rule in policy.rules:
            if kind not in rule.kinds:
                continue
            branch = _branch(rule, policy, env, degraded=seen.now is None)
            if branch in ("then", "otherwise"):
                fired = Fired(rule, policy, env, otherwise=branch == "otherwise")
                (found.shadow if rule.shadow else found.live).append(fired)
            elif branch == "unasked" and not (rule.shadow or rule.quiet):
                found.unasked.append(rule)
    return found


def _branch(rule: r.Rule, policy: r.Policy, env: Environment, *, degraded: bool) -> Branch:
    silencers = [exempt.when for exempt in policy.exempts if rule.name in exempt.rules]
    if rule.unless is not None:
        silencers.append(rule.unless)
    silenced = disjunction([_silences(silencer, env, degraded=degraded) for silencer in silencers])
    when = True if rule.when is None else evaluate(rule.when, env)
    then = conjunction([when, negation(silenced)])
    otherwise = conjunction([bool(rule.otherwise), negation(when), negation(silenced)])
    if then:
        return "then"
    if otherwise:
        return "otherwise"
    asks = any(reads_state(expr, env.policies) for expr in (*own_expressions(rule), *silencers))
    return "unasked" if degraded and asks and (then is None or otherwise is None) else "none"


def _silences(silencer: r.Expr, env: Environment, *, degraded: bool) -> bool | None:
    """Only what is true silences. What is unknown for want of the state stays unknown."""
    value: bool | None = evaluate(silencer, env)
    if value is None and degraded and reads_state(silencer, env.policies):
        return None
    return value is True
