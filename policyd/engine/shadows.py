"""What shadow rules would have done (law L16)."""

from __future__ import annotations

from collections.abc import Sequence

from policyd.check.resolved import Action, PolicySet
from policyd.compile.program import Fired
from policyd.engine.case import Case, plain
from policyd.engine.commit import Struck
from policyd.engine.reading import Reading
from policyd.model.decision import Shadow
from policyd.reference.printing import show_duration


def shadows(case: Case, fired: Sequence[Fired], struck: Struck, reading: Reading) -> tuple[Shadow, ...]:
    """Each shadow rule with its actions, and with those of the steps that its strikes would have run."""
    group, policies = case.event.group.id, case.program.policy_set
    steps: dict[str, list[str]] = {}
    for strike, stand in sorted(struck, key=lambda each: each[0].ladder):
        step = reading.rungs[strike.ladder].step(stand.step)
        done = [show(action, group, policies) for action in step.actions] if step is not None else []
        for rule in strike.rules:
            steps.setdefault(rule, []).extend(done)
    found = []
    for each in fired:
        actions = each.rule.otherwise if each.otherwise else each.rule.then
        would = [show(action, group, policies) for action in actions]
        found.append(Shadow(each.rule.name, (*would, *steps.get(each.rule.name, ()))))
    return tuple(found)


def show(action: Action, group: str, policies: PolicySet) -> str:
    """An action in a word or two, as a policy spells it: `delete`, `mute 24h`, `propose remove`, `set lockdown 30m`,
    `add 5 points`. Settings are as the group has them."""
    subject = "" if action.subject is None else plain(action.subject)
    parts: list[str | None] = [
        action.do,
        None if action.proposed is None else show(action.proposed, group, policies),
        action.audience,
        subject if action.do == "set" else None,
        f"{_amount(action, group, policies)} {subject}" if action.do == "add" else None,
        None if action.duration is None else show_duration(action.duration),
        None if action.ladder is None else plain(action.ladder),
    ]
    return " ".join(part for part in parts if part)


def _amount(action: Action, group: str, policies: PolicySet) -> str:
    if isinstance(action.amount, int):
        return str(action.amount)
    setting = policies.settings[action.amount.setting]
    return str(setting.values.get(group, setting.default))
