"""Strongest wins on each axis (law L8): from all that is asked for to what is done."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import UNSET, Struct

from policyd.engine.asked import CONTENT, MEMBER, REQUEST, Asked
from policyd.engine.instants import rfc3339, seconds_until
from policyd.model.decision import Action, Because, Do, Overridden, Verdict


class Clock(Struct, frozen=True):
    """What times of actions depend on: the event's instant and the end of the running mute, None where unknown, and
    the time zone of each policy."""

    now: int | None
    mute_until: int | None
    zones: dict[str, str]


class Resolved(Struct, frozen=True):
    verdict: Verdict
    actions: tuple[Action, ...]
    overridden: tuple[Overridden, ...]


_UNITED: Final[tuple[Do, ...]] = ("reply", "notify", "assign")


def resolve(asked: Iterable[Asked], member: str, is_request: bool, clock: Clock, unmute: bool = False) -> Resolved:
    """Order: content, member, request, unmute, then what unites."""
    axis = REQUEST if is_request else CONTENT
    by_axis: tuple[list[Asked], list[Asked]] = ([], [])
    united: dict[Do, list[Asked]] = {}
    for each in asked:
        if each.do in axis:
            by_axis[0].append(each)
        elif each.do in MEMBER:
            by_axis[1].append(each)
        else:
            united.setdefault(each.do, []).append(each)
    content_or_request, on_member = _strongest(by_axis[0], axis), _strongest(by_axis[1], MEMBER)
    winner = content_or_request[0]
    verdict: Verdict = "hold" if is_request else "allow"
    if winner is not None:
        verdict = winner.do  # type: ignore[assignment]
    actions = []
    if winner is not None and not is_request:
        actions.append(_done(winner, member, clock))
    if on_member[0] is not None:
        actions.append(_done(on_member[0], member, clock))
    if is_request:
        actions.append(_done(winner or Asked("hold", ()), member, clock))
    if unmute:
        actions.append(Action("unmute", (), member=member))
    for do in _UNITED:
        if do in united and not (do == "assign" and is_request and verdict != "admit"):
            actions += [_done(each, member, clock) for each in _united(united[do])]
    overridden = [*content_or_request[1], *on_member[1]]
    overridden.sort(key=lambda each: (each.do, each.because[0].rule))
    return Resolved(verdict, tuple(actions), tuple(overridden))


def _strongest(asked: Sequence[Asked], axis: Sequence[Do]) -> tuple[Asked | None, list[Overridden]]:
    """The strongest of the actions of an axis, and those that it replaces."""
    if len(asked) < 2:
        return (asked[0] if asked else None), []
    ranks: dict[tuple[int, float], list[Asked]] = {}
    for each in asked:
        ranks.setdefault(_rank(each, axis), []).append(each)
    merged = [_merge(ranks[rank]) for rank in sorted(ranks, reverse=True)]
    return merged[0], [Overridden(each.do, merged[0].do, each.because) for each in merged[1:]]


def _rank(asked: Asked, axis: Sequence[Do]) -> tuple[int, float]:
    """Longer mutes are stronger, and bans, which without an end are the longest."""
    length: float = 0 if asked.duration is None else asked.duration
    if asked.do == "ban" and asked.duration is None:
        length = math.inf
    return axis.index(asked.do), length


def _united(asked: Sequence[Asked]) -> Sequence[Asked]:
    """Actions that do not compete: all of them, equal ones once."""
    if len(asked) < 2:
        return asked
    equal: dict[tuple[str, str, str], list[Asked]] = {}
    for each in asked:
        equal.setdefault((each.to or "", each.text or "", each.group or ""), []).append(each)
    return [_merge(equal[key]) for key in sorted(equal)]


def _merge(equal: Sequence[Asked]) -> Asked:
    """Equal actions as one, with all their reasons and texts in the order of the rules' names."""
    if len(equal) == 1:
        return equal[0]
    ordered = sorted(equal, key=lambda each: (tuple(because.rule for because in each.because), each.ladder or ""))
    rules = sorted({because.rule for each in ordered for because in each.because})
    climbed = min((each for each in equal if each.ladder is not None), key=lambda each: each.ladder or "", default=None)
    first = ordered[0]
    return Asked(
        first.do,
        tuple(_because(rule, ordered) for rule in rules),
        _said(each.text for each in ordered),
        first.duration,
        first.to,
        first.group,
        None if climbed is None else climbed.ladder,
        None if climbed is None else climbed.step,
    )


def _because(rule: str, ordered: Sequence[Asked]) -> Because:
    """One reason, with all that this rule itself wanted said."""
    reasons = [because for each in ordered for because in each.because if because.rule == rule]
    said = _said(None if because.text is UNSET else because.text for because in reasons)
    return Because(rule) if said is None else Because(rule, said)


def _said(texts: Iterable[str | None]) -> str | None:
    """Every distinct text once, a line each."""
    distinct = dict.fromkeys(text for text in texts if text is not None)
    return "\n".join(distinct) if distinct else None


def _done(asked: Asked, member: str, clock: Clock) -> Action:
    seconds, until = _times(asked, clock)
    return Action(
        do=asked.do,
        because=asked.because,
        member=member if asked.do in MEMBER else UNSET,
        to=asked.to or UNSET,
        group=UNSET if asked.group is None else asked.group,
        text=UNSET if asked.text is None else asked.text,
        seconds=UNSET if seconds is None else seconds,
        until=UNSET if until is None else until,
        ladder=asked.ladder or UNSET,
        step=asked.step or UNSET,
    )


def _times(asked: Asked, clock: Clock) -> tuple[int | None, str | None]:
    """`seconds` and `until` of a mute or ban. A mute never ends before the one that is running."""
    if asked.duration is None:
        return None, None
    if clock.now is None:
        return seconds_until(asked.duration, 0), None
    end = clock.now + asked.duration
    if asked.do == "mute" and clock.mute_until is not None:
        end = max(end, clock.mute_until)
    zone = clock.zones[asked.because[0].rule.partition(".")[0]]
    return seconds_until(end, clock.now), rfc3339(end, zone)
