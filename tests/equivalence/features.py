"""What happened in a pair, so that one can see what the random pairs reach."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import UNSET

from policyd.check.resolved import Policy, PolicySet
from policyd.model.decision import Action, Decision
from policyd.reference.environment import Environment
from policyd.reference.expr import evaluate
from policyd.reference.reading import figures_in
from tests.equivalence.events import Step
from tests.equivalence.sides import Answer, ReferenceSide


def of_answers(steps: Sequence[Step], answers: Sequence[Answer]) -> set[str]:
    """Features that the decisions show."""
    found = {f"refused: {answer}" for answer in answers if isinstance(answer, str)}
    for step, answer in zip(steps, answers, strict=False):
        if isinstance(answer, Decision):
            found |= {f"does {action.do}" for action in answer.actions}
            found |= set(_parts(answer))
            found |= set(_workflows(step, answer))
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


_DUE = {"d": "schedule", "p": "sweep", "a": "review pending"}
"""What rules of such names are, in the random policies."""
_STEP = re.compile("(?:at|every)[0-9]+")
_CLAUSES = {"late": "duty late", "remind": "duty reminds", "remind2": "duty reminds twice", "refused": "review refused"}


def _workflows(step: Step, answer: Decision) -> Iterator[str]:
    for ticket in answer.tickets:
        yield f"ticket {ticket.kind} {ticket.status}"
        if ticket.status == "open" and ticket.approved_by:
            yield "ticket with one vote of several"
        if ticket.missing is not UNSET and not ticket.missing:
            yield "evidence complete"
    for action in answer.actions:
        yield from _action(action)
        for because in action.because:
            yield from _clause(because.rule.partition(".")[2])
    kind = step.event.kind
    if kind == "tick":
        yield "tick doubled" if answer.replayed else "tick"
        yield from (name for name in ("missed", "more") if getattr(answer, name))
    elif kind in ("verdict", "submission", "appeal") and not answer.degraded:
        yield f"{kind} taken"
    if answer.undone is not UNSET:
        yield "undone"
        yield from ("awards undone" for undone in answer.undone if undone.awards is not UNSET)


def _clause(rule: str) -> Iterator[str]:
    name, _, clause = rule.partition(".")
    if clause in _CLAUSES:
        yield _CLAUSES[clause]
    elif _STEP.fullmatch(clause):
        yield "streak step"
    elif name[0] == "u":
        yield "rule on a change of tier"
    elif name[0] in _DUE and not clause:
        yield _DUE[name[0]]


def _action(action: Action) -> Iterator[str]:
    if action.instead_of is not UNSET:
        yield "impossible action replaced"
    if action.braked is not UNSET:
        yield "braked"
    if action.text is not UNSET and "\n" in action.text:
        yield "texts in one"


def of_policies(policies: PolicySet) -> set[str]:
    """What is declared."""
    found = set()
    for policy in policies.policies:
        for name in (
            "settings",
            "rosters",
            "switches",
            "schedules",
            "sweeps",
            "reviews",
            "duties",
            "brakes",
            "appeals",
            "tallies",
            "streaks",
            "tiers",
        ):
            if getattr(policy, name):
                found.add(f"declares {name}")
        found |= {"declares settings of groups" for setting in policy.settings if setting.values}
        wide = [one.across_groups for one in policy.counters] + [one.across_groups for one in policy.ladders]
        found |= {"declares what is across groups"} if any(wide) else set()
        found |= {"declares without" for groups in policy.without.values() if groups}
        found |= set(_standing(policy))
        for duty in policy.duties:
            asked = ("reply", "each", "together", "pause", "due_days", "even_if_removed")
            found |= {f"declares duty {name}" for name in asked if getattr(duty, name)}
        found |= {"declares questions for figures"} if figures_in(policy) else set()
        for action in (action for rule in policy.rules for action in (*rule.then, *rule.otherwise)):
            found |= {f"declares {name}" for name in ("wait", "digest", "once", "proposed") if getattr(action, name)}
    return found


def _standing(policy: Policy) -> Iterator[str]:
    for counter in policy.counters:
        if counter.per is not None:
            yield f"declares counter per {counter.per}"
        if counter.form != "events":
            yield f"declares counter of {counter.form}"
    for tally in policy.tallies:
        yield f"declares tally per {tally.per}"
    for streak in policy.streaks:
        yield f"declares streak per {streak.per}"
        yield from ["declares repairs"] if streak.repairs else []


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
