"""What shadow rules would have done (law L16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policyd.check.resolved import Action, Ladder
from policyd.compile.program import Fired
from policyd.engine.asked import Wanted
from policyd.engine.commit import Settled
from policyd.model.decision import Shadow
from policyd.reference.printing import show_duration


def shadows(
    fired: Iterable[Fired], wanted: Wanted, settled: Settled, ladders: Mapping[str, Ladder]
) -> tuple[Shadow, ...]:
    """Each shadow rule with its actions, and with those of the steps that its strikes would have run."""
    steps: dict[str, list[str]] = {}
    for strike, stand in sorted(settled.shadow_struck, key=lambda struck: struck[0].ladder):
        ran = [step for step in ladders[strike.ladder].steps if step.at == stand.step]
        done = [show(action) for step in ran for action in step.actions]
        for rule in strike.rules:
            steps.setdefault(rule, []).extend(done)
    found = []
    for each in fired:
        actions = each.rule.otherwise if each.otherwise else each.rule.then
        found.append(Shadow(each.rule.name, tuple([*map(show, actions), *steps.get(each.rule.name, ())])))
    return tuple(found)


def show(action: Action) -> str:
    """An action in a word or two, as a policy spells it: `delete`, `mute 24h`, `propose remove`, `set lockdown 30m`."""
    parts: list[str | None] = [
        action.do,
        None if action.proposed is None else show(action.proposed),
        action.audience,
        action.subject.partition(".")[2] if action.do == "set" and action.subject is not None else None,
        None if action.duration is None else show_duration(action.duration),
        None if action.ladder is None else action.ladder.partition(".")[2],
    ]
    return " ".join(part for part in parts if part)
