"""What shadow rules would have done, in words (law L16)."""

from __future__ import annotations

from policyd.check.resolved import Action
from policyd.model.decision import Shadow
from policyd.reference.asking import Climb
from policyd.reference.awards import amount_of
from policyd.reference.firing import Fired
from policyd.reference.printing import show_duration


def shadows(fired: list[Fired], climbed: list[tuple[Climb, int]]) -> list[Shadow]:
    """Each shadow rule that fired with its actions, and with those of the steps that its strikes would have run."""
    return [
        Shadow(one.rule.name, tuple(_said(action, one) for action in (*one.actions, *_steps(one, climbed))))
        for one in fired
    ]


def _steps(fired: Fired, climbed: list[tuple[Climb, int]]) -> list[Action]:
    return [
        action
        for climb, ran in climbed
        if fired.rule.name in climb.rules
        for step in climb.ladder.steps
        if step.at == ran
        for action in step.actions
    ]


def _said(action: Action, fired: Fired) -> str:
    """`delete`, `mute 24h`, `notify moderators`, `strike conduct`, `set lockdown 30m`, `add 5 points`."""
    words: list[str] = [action.do]
    if action.proposed is not None:
        words.append(_said(action.proposed, fired))
    if action.audience is not None:
        words.append(action.audience)
    if action.do == "add":
        words.append(str(amount_of(fired, action)))
    if action.do in ("set", "add") and action.subject is not None:
        words.append(action.subject.partition(".")[2])
    if action.duration is not None:
        words.append(show_duration(action.duration))
    if action.ladder is not None:
        words.append(action.ladder.partition(".")[2])
    return " ".join(words)
