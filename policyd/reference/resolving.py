"""Strongest wins on each axis, equal actions merge, the rest unites (law L8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from msgspec import UNSET, UnsetType

from policyd.model.decision import Action, Because, Do, Overridden
from policyd.reference.asking import CONTENT, MEMBER, REQUEST, Asked
from policyd.reference.instants import rfc3339, whole_seconds

SETTLING: Final = ("release", "delete", "admit", "refuse")
"""What a settled ticket does to what it is about, which is not what the event is about."""
UNITING: Final = (
    "unban", *SETTLING, "reply", "notify", "assign", "move", "lock", "unlock", "slow", "propose", "add",
)  # fmt: skip
"""Actions that do not compete."""
ON_REQUEST: Final = ("assign",)
"""Given on a request only where it is admitted."""


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
    """The actions, proposals left out, and what was weaker."""
    axes = [MEMBER, REQUEST] if moment.is_request else [CONTENT, MEMBER]
    actions: list[Action] = []
    weaker: list[Overridden] = []
    for axis in axes:
        ranked = sorted(
            _equals([one for one in asked if one.do in axis and not _settles(one)]),
            key=lambda same: _strength(same[0], axis),
            reverse=True,
        )
        actions += [_action(same, moment) for same in ranked[:1]]
        weaker += [Overridden(_spelled(same[0]), actions[-1].do, _because(same)) for same in ranked[1:]]
    if moment.is_request and not any(action.do in REQUEST for action in actions):
        actions.append(Action("hold", ()))
    if moment.unmuted:
        actions.append(Action("unmute", (), member=moment.member))
    admitted = any(action.do == "admit" for action in actions)
    uniting, unlocks = _uniting([one for one in asked if _unites(one)])
    weaker += [Overridden("unlock", "lock", _because(same)) for same in unlocks]
    for same in uniting:
        if same[0].do not in ON_REQUEST or admitted or not moment.is_request:
            actions.append(_action(same, moment))
    ordered = in_order(actions, is_request=moment.is_request)
    return ordered, sorted(weaker, key=lambda one: (one.do, one.because[0].rule))


def _settles(one: Asked) -> bool:
    return one.ticket is not None and one.do not in MEMBER


def _unites(one: Asked) -> bool:
    return _settles(one) or (one.do in UNITING and one.do not in (*SETTLING, "propose"))


def _uniting(asked: list[Asked]) -> tuple[list[list[Asked]], list[list[Asked]]]:
    """Equal ones together, all `slow` as one by the longest, and beside a `lock` the `unlock` that it beats."""
    slows = sorted((one for one in asked if one.do == "slow"), key=lambda one: one.rules)
    longest = max((one.duration or 0 for one in slows), default=0)
    others = [one for one in asked if one.do != "slow"]
    if any(one.do == "lock" for one in asked):
        unlocks = _equals([one for one in others if one.do == "unlock"])
        others = [one for one in others if one.do != "unlock"]
    else:
        unlocks = []
    slowest = [[replace(one, duration=longest) for one in slows]] if slows else []
    return [*_equals(others), *slowest], unlocks


def in_order(actions: list[Action], *, is_request: bool) -> list[Action]:
    """As the endpoint gives them: what is done to the content, the member and the request, then the rest."""
    first = ("content", "member", "request") if not is_request else ("member", "request")
    axis = {do: "content" for do in CONTENT} | {do.replace(" ", "_"): "member" for do in MEMBER}
    if is_request:
        axis |= {do: "request" for do in REQUEST}

    def place(action: Action) -> tuple[int, tuple[str, ...]]:
        if action.do in axis and not (action.ticket is not UNSET and action.do in SETTLING):
            return first.index(axis[action.do]), ()
        order = ("unmute", *UNITING)
        told = (action.to or "", action.text or "", action.group or "", action.ticket or "")
        if action.do == "add":
            told = (action.to or "", action.member or "", action.because[0].rule, "")
        return len(first) + order.index(action.do), told

    return sorted(actions, key=place)


def _strength(one: Asked, axis: tuple[str, ...]) -> tuple[int, float]:
    """A longer mute is stronger, and a ban without end stronger than any with one."""
    return axis.index(one.do), float("inf") if one.duration is None else one.duration


def _equals(asked: Iterable[Asked]) -> list[list[Asked]]:
    """Equal actions together, each in the order of the rules, what they ask themselves before steps and tickets. What
    is said tells actions apart only where they unite: two warnings with different words are one warning."""
    same: dict[tuple[object, ...], list[Asked]] = {}
    for one in sorted(asked, key=lambda one: (one.rules, one.ladder or "", one.ticket or "")):
        said = one.text if _unites(one) else None
        same.setdefault((one.do, one.duration, one.to, said), []).append(one)
    return list(same.values())


def _action(same: list[Asked], moment: Moment) -> Action:
    first = same[0]
    steps = sorted((one.ladder, one.step) for one in same if one.ladder is not None)
    ticket = next((one for one in same if one.ticket is not None), None)
    about = first.do in MEMBER or ticket is not None
    seconds, until = _time(first, moment)
    return Action(
        do=_spelled(first),
        because=_because(same),
        member=(about and moment.member) or UNSET,
        to=first.to or UNSET,
        text=_said(one.text for one in same),
        seconds=UNSET if seconds is None else seconds,
        until=until or UNSET,
        ladder=steps[0][0] if steps else UNSET,
        step=steps[0][1] or UNSET if steps else UNSET,
        message=ticket.message or UNSET if ticket else UNSET,
        ticket=ticket.ticket or UNSET if ticket else UNSET,
    )


def _spelled(one: Asked) -> Do:
    """As the endpoint spells it."""
    return "call_out" if one.do == "call out" else one.do  # type: ignore[return-value]


def _because(same: list[Asked]) -> tuple[Because, ...]:
    """Every rule once, in name order, with the texts that it asked for itself, in the order written."""
    rules = sorted({rule for one in same for rule in one.rules})
    return tuple(
        Because(
            rule, _said(one.text for one in same if one.ladder is None and one.ticket is None and rule in one.rules)
        )
        for rule in rules
    )


def _said(texts: Iterable[str | None]) -> str | UnsetType:
    """Every distinct text once, a line each."""
    distinct = dict.fromkeys(text for text in texts if text is not None)
    return "\n".join(distinct) if distinct else UNSET


def _time(one: Asked, moment: Moment) -> tuple[int | None, str | None]:
    """Seconds and end of a mute, or of a ban that has one. A mute never shortens the running one."""
    if one.duration is None:
        return None, None
    if moment.now is None or one.do == "slow":
        return whole_seconds(one.duration), None
    end = moment.now + one.duration
    if one.do == "mute":
        end = max(end, moment.running)
    return whole_seconds(end - moment.now), rfc3339(end, one.zone)
