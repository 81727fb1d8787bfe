"""What happened in a pair, so that one can see what the random pairs reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policyd.check.resolved import PolicySet
from policyd.model.decision import Decision
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate
from tests.equivalence.events import Step
from tests.equivalence.sides import Answer, ReferenceSide


def of_answers(steps: Sequence[Step], answers: Sequence[Answer]) -> set[str]:
    """Features that the decisions show."""
    found = {f"refused: {answer}" for answer in answers if isinstance(answer, str)}
    for step, answer in zip(steps, answers, strict=False):
        if isinstance(answer, Decision):
            found |= {f"does {action.do}" for action in answer.actions}
            found |= set(_parts(answer))
            if step.event.kind == "sanction":
                found.add("sanction")
    return found


def _parts(decision: Decision) -> Iterator[str]:
    if any(stand.strikes for stand in decision.ladders.values()):
        yield "strikes"
    if any(stand.step for stand in decision.ladders.values()):
        yield "step runs"
    if any(len(action.because) > 1 for action in decision.actions):
        yield "actions merge"
    for name in ("overridden", "shadow", "matches", "degraded", "replayed"):
        if getattr(decision, name):
            yield name
    if decision.masked is not None:
        yield "masked"
    if decision.degraded and decision.unasked:
        yield "unasked"


def of_rules(policies: PolicySet, steps: Sequence[Step]) -> set[str]:
    """Features that only the rules show: exemptions, unknown conditions, edits. Runs the reference once more."""
    side = ReferenceSide(policies)
    found = set()
    for step in steps:
        for name, env in side.reference.standing(step.event).items():
            found |= set(_silences(policies, name, env))
            if env.edit:
                found.add("edit")
            if env.edit and step.event.kind == "message":
                found.add("message repeated")
        side.answer(step)
    return found


def _silences(policies: PolicySet, name: str, env: Environment) -> Iterator[str]:
    policy = next(policy for policy in policies.policies if policy.name == name)
    kind = "edit" if env.edit else env.event.kind
    looked_at = [rule for rule in policy.rules if kind in rule.kinds]
    for exempt in policy.exempts:
        if any(rule.name in exempt.rules for rule in looked_at) and evaluate(exempt.when, env) is True:
            yield "exemption"
    for rule in looked_at:
        if rule.unless is not None and evaluate(rule.unless, env) is True:
            yield "unless"
        value = None if rule.when is None else evaluate(rule.when, env)
        if rule.when is not None and value is None:
            yield "condition unknown"
        if value is False and rule.otherwise:
            yield "otherwise"
        if any(counts > 1 for counts in env.counters.values()):
            yield "counter above one"
