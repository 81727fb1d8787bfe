"""Strongest wins on each axis (law L8): from all that is asked for to what is done."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import UNSET, Struct
from msgspec.structs import replace

from policyd.engine.asked import CONTENT, MEMBER, REQUEST, Asked
from policyd.engine.instants import rfc3339, seconds_until
from policyd.model.decision import Action, Because, Do, Overridden, Verdict


class Clock(Struct, frozen=True, gc=False):
    """What times of actions depend on: the event's instant and the end of the running mute, None where unknown, and
    the time zone of each policy."""

    now: int | None
    mute_until: int | None
    zones: dict[str, str]


class Resolved(Struct, frozen=True, gc=False):
    """`winner` of the content or request axis, and `proposals`: not in `actions` yet, as whether they open a ticket is
    only known when it is filed. `on_member`: the strongest on that axis."""

    verdict: Verdict
    actions: tuple[Action, ...]
    overridden: tuple[Overridden, ...]
    winner: Asked | None = None
    on_member: Asked | None = None
    proposals: tuple[Asked, ...] = ()


_UNITED: Final[tuple[Do, ...]] = (
    "unmute", "unban", "release", "reply", "notify", "assign", "move", "lock", "unlock", "slow", "propose", "add",
)  # fmt: skip
_SETTLED: Final = ("release", "delete", "admit", "refuse")
"""What settled tickets ask for beside the axes of the event that settles them."""
_ON_MEMBERS: Final = frozenset(MEMBER)
_ABOUT_MEMBER: Final = frozenset((*MEMBER, "unmute", "unban", "propose"))
_PLACES: Final = {do: place for place, do in enumerate((*CONTENT, *MEMBER, "admit", "refuse", *_UNITED))}


def resolve(asked: Iterable[Asked], member: str, is_request: bool, clock: Clock, unmute: bool = False) -> Resolved:
    """From all that is asked for to what is done, in the order of `arranged`."""
    axis = REQUEST if is_request else CONTENT
    on_axis: list[Asked] = []
    on_members: list[Asked] = []
    united: dict[Do, list[Asked]] = {}
    beside: list[Asked] = []
    for each in asked:
        do = each.do
        if do in _ON_MEMBERS:
            on_members.append(each)
        elif each.ticket is not None and (do in _SETTLED or do in axis):
            beside.append(each)
        elif do in axis:
            on_axis.append(each)
        else:
            united.setdefault(do, []).append(each)
    winner, weaker = _strongest(on_axis, axis)
    on_member, milder = _strongest(on_members, MEMBER)
    verdict: Verdict = ("hold" if is_request else "allow") if winner is None else winner.do  # type: ignore[assignment]
    if is_request and verdict != "admit":
        united.pop("assign", None)
    actions = [_done(each, member, clock) for each in (winner, on_member, *beside) if each is not None]
    if is_request and winner is None:
        actions.append(Action("hold", ()))
    if unmute:
        actions.append(Action("unmute", (), member=member))
    overridden = [*weaker, *milder, *_unlocked(united)]
    proposals = united.pop("propose", ())
    for do in united:
        actions += [_done(each, member, clock) for each in _united(do, united[do])]
    if len(overridden) > 1:
        overridden.sort(key=lambda each: (each.do, each.because[0].rule if each.because else ""))
    return Resolved(verdict, arranged(actions, is_request), tuple(overridden), winner, on_member, tuple(proposals))


def arranged(actions: Iterable[Action], is_request: bool) -> tuple[Action, ...]:
    """Content, member, request, and then what unites; among equals by whom it is for and what it says.
    Last comes what was added, by tally, member and rule."""
    found = list(actions)
    if len(found) > 1:
        found.sort(key=lambda action: _order(action, is_request))
    return tuple(found)


def _order(action: Action, is_request: bool) -> tuple[int, str, str, str]:
    if action.ticket and action.do in _SETTLED:
        return _PLACES["release"], str(_SETTLED.index(action.do)), "", action.ticket
    place = _PLACES["refuse" if is_request and action.do == "hold" else action.do]
    if action.do == "add":
        return place, action.to or "", action.member or "", action.because[0].rule
    return place, action.to or "", action.text or "", action.ticket or ""


def _unlocked(united: dict[Do, list[Asked]]) -> list[Overridden]:
    """Locking is stronger than unlocking."""
    if "lock" not in united or "unlock" not in united:
        return []
    return [Overridden("unlock", "lock", _merge(united.pop("unlock")).because)]


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


def _united(do: Do, asked: Sequence[Asked]) -> Sequence[Asked]:
    """Actions that do not compete: all of them, equal ones once. The longest `slow` stands for all."""
    if len(asked) < 2:
        return asked
    if do == "slow":
        return [replace(_merge(asked), duration=max(each.duration or 0 for each in asked))]
    equal: dict[tuple[str, str], list[Asked]] = {}
    for each in asked:
        equal.setdefault((each.to or "", each.text or ""), []).append(each)
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
        None if climbed is None else climbed.ladder,
        None if climbed is None else climbed.step,
        tuple(sorted((wait for each in ordered for wait in each.waits), key=lambda wait: (wait.span, wait.rule))),
        first.proposal,
        next((each.ticket for each in ordered if each.ticket is not None), None),
        next((each.message for each in ordered if each.message is not None), None),
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
    seconds, until = (None, None) if asked.duration is None else _times(asked, asked.duration, clock)
    return Action(
        asked.do,
        asked.because,
        member if member and (asked.do in _ABOUT_MEMBER or asked.ticket is not None) else UNSET,
        asked.to or UNSET,
        UNSET,
        UNSET if asked.text is None else asked.text,
        UNSET if seconds is None else seconds,
        UNSET if until is None else until,
        asked.ladder or UNSET,
        asked.step or UNSET,
        asked.message or UNSET,
        asked.ticket or UNSET,
    )


def _times(asked: Asked, duration: int, clock: Clock) -> tuple[int | None, str | None]:
    """`seconds` and `until` of a mute or ban. A mute never ends before the one that is running."""
    if clock.now is None or asked.do == "slow":
        return seconds_until(duration, 0), None
    end = clock.now + duration
    if asked.do == "mute" and clock.mute_until is not None:
        end = max(end, clock.mute_until)
    zone = clock.zones.get(asked.because[0].rule.partition(".")[0], "UTC")
    return seconds_until(end, clock.now), rfc3339(end, zone)
