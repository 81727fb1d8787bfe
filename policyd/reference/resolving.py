"""Strongest wins on each axis, equal actions merge, the rest unites (law L8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from msgspec import UNSET, UnsetType

from policyd.model.decision import Action, Because, Do, Overridden
from policyd.reference.asking import CONTENT, MEMBER, REQUEST, Asked
from policyd.reference.instants import rfc3339, whole_seconds

UNITING: Final = ("reply", "notify", "assign")
"""Actions that do not compete."""


@dataclass(frozen=True)
class Moment:
    """For whom and when: `now` None where the store failed; `running`: the end of the mute that runs, 0 if none;
    `unmuted`: one that ran was ended."""

    member: str
    is_request: bool
    now: int | None
    running: int = 0
    unmuted: bool = False


def resolve(asked: list[Asked], moment: Moment) -> tuple[list[Action], list[Overridden]]:
    """The actions in the order of the endpoint, and what was weaker."""
    axes = [MEMBER, REQUEST] if moment.is_request else [CONTENT, MEMBER]
    actions: list[Action] = []
    weaker: list[Overridden] = []
    for axis in axes:
        ranked = sorted(
            _equals([one for one in asked if one.do in axis]), key=lambda same: _strength(same[0], axis), reverse=True
        )
        actions += [_action(same, moment) for same in ranked[:1]]
        weaker += [Overridden(_spelled(same[0]), actions[-1].do, _because(same)) for same in ranked[1:]]
    if moment.is_request and not any(action.do in REQUEST for action in actions):
        actions.append(Action("hold", ()))
    if moment.unmuted:
        actions.append(Action("unmute", (), member=moment.member))
    admitted = any(action.do == "admit" for action in actions)
    uniting = [_action(same, moment) for same in _equals([one for one in asked if one.do in UNITING])]
    for do in UNITING:
        if do != "assign" or admitted or not moment.is_request:
            actions += sorted((action for action in uniting if action.do == do), key=_place)
    return actions, sorted(weaker, key=lambda one: (one.do, one.because[0].rule))


def _strength(one: Asked, axis: tuple[str, ...]) -> tuple[int, float]:
    """A longer mute is stronger, and a ban without end stronger than any with one."""
    return axis.index(one.do), float("inf") if one.duration is None else one.duration


def _equals(asked: Iterable[Asked]) -> list[list[Asked]]:
    """Equal actions together, each in the order of the rules. What is said tells actions apart only where they unite:
    two warnings with different words are one warning."""
    same: dict[tuple[object, ...], list[Asked]] = {}
    for one in sorted(asked, key=lambda one: (one.rules, one.ladder or "")):
        said = one.text if one.do in UNITING else None
        same.setdefault((one.do, one.duration, one.audience, one.group, said), []).append(one)
    return list(same.values())


def _action(same: list[Asked], moment: Moment) -> Action:
    first = same[0]
    steps = sorted((one.ladder, one.step) for one in same if one.ladder is not None)
    seconds, until = _time(first, moment)
    return Action(
        do=_spelled(first),
        because=_because(same),
        member=moment.member if first.do in MEMBER else UNSET,
        to=first.audience or UNSET,
        group=UNSET if first.group is None else first.group,
        text=_said(one.text for one in same),
        seconds=UNSET if seconds is None else seconds,
        until=until or UNSET,
        ladder=steps[0][0] if steps else UNSET,
        step=steps[0][1] or UNSET if steps else UNSET,
    )


def _spelled(one: Asked) -> Do:
    """As the endpoint spells it."""
    return "call_out" if one.do == "call out" else one.do  # type: ignore[return-value]


def _because(same: list[Asked]) -> tuple[Because, ...]:
    """Every rule once, in name order, with the texts that it asked for itself, in the order written."""
    rules = sorted({rule for one in same for rule in one.rules})
    return tuple(
        Because(rule, _said(one.text for one in same if one.ladder is None and rule in one.rules)) for rule in rules
    )


def _said(texts: Iterable[str | None]) -> str | UnsetType:
    """Every distinct text once, a line each."""
    distinct = dict.fromkeys(text for text in texts if text is not None)
    return "\n".join(distinct) if distinct else UNSET


def _time(one: Asked, moment: Moment) -> tuple[int | None, str | None]:
    """Seconds and end of a mute, or of a ban that has one. A mute never shortens the running one."""
    if one.duration is None:
        return None, None
    if moment.now is None:
        return whole_seconds(one.duration), None
    end = moment.now + one.duration
    if one.do == "mute":
        end = max(end, moment.running)
    return whole_seconds(end - moment.now), rfc3339(end, one.zone)


def _place(action: Action) -> tuple[str, str, str]:
    return action.to or "", action.text or "", action.group or ""
