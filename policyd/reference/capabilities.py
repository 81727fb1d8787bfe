"""What the platform cannot do is replaced by the best that it can (law L17)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET
from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.model.decision import Action
from policyd.model.event import Event
from policyd.model.platforms import Ability, ability
from policyd.model.wording import IMPOSSIBLE
from policyd.reference.instants import rfc3339, whole_seconds
from policyd.reference.tickets import zone_of

INSTEAD = {
    "mask": ("delete", "hold", "flag"),
    "warn": ("call_out", "reply"),
    "call_out": ("reply",),
    "mute": ("call_out", "reply"),
    "ban": ("remove",),
}
"""What is done in place of an action: the first that the platform can do."""
ASKED_OF = {
    **dict.fromkeys(("delete", "hold", "release", "mute", "unmute", "unban"), "moderators"),
    **dict.fromkeys(("remove", "ban", "admit", "refuse", "lock", "unlock", "slow", "assign", "move"), "admins"),
}
"""Who is asked to do it, where nothing can be done in its place."""


def within(actions: list[Action], event: Event, policies: PolicySet, now: int | None) -> list[Action]:
    """The actions as the event's platform can do them."""
    if event.capabilities is None:
        return actions
    can = ability(event.capabilities)
    return [done for action in actions for done in _possible(action, event, can, policies, now)]


def _possible(action: Action, event: Event, can: Ability, policies: PolicySet, now: int | None) -> Iterator[Action]:
    applying = event.kind == "request"
    if event.member.role is not None and not applying and _spares(action, event.member.role, can):
        yield _asking("owner", action, event)
    elif action.do == "mute" and "mute" in can.does:
        yield _as_long_as_possible(action, can, policies, now)
    elif action.do in can.does or (action.do == "hold" and applying):
        yield action
    else:
        yield from _replaced(action, event, can)


def _spares(action: Action, role: str, can: Ability) -> bool:
    """Whether bots cannot do this to members of this role."""
    if action.do in ("mute", "unmute", "remove", "ban"):
        return role in can.protects
    return action.do in ("mask", "hold", "delete") and role in can.keeps


def _replaced(action: Action, event: Event, can: Ability) -> Iterator[Action]:
    best = next((do for do in INSTEAD.get(action.do, ()) if do in can.does), None)
    says_nothing = best in ("call_out", "reply") and action.text is UNSET
    if best is not None and not says_nothing:
        yield replace(action, do=best, instead_of=action.do, seconds=UNSET, until=UNSET)
    if action.do in ASKED_OF and (best is None or says_nothing or action.do == "mute"):
        yield _asking(ASKED_OF[action.do], action, event)


def _asking(whom: str, action: Action, event: Event) -> Action:
    said = IMPOSSIBLE.format(action=action.do.replace("_", " "), name=event.member.name or event.member.id)
    return Action(
        do="notify",
        because=action.because,
        member=action.member,
        to=whom,
        text=said,
        ticket=action.ticket,
        instead_of=action.do,
    )


def _as_long_as_possible(action: Action, can: Ability, policies: PolicySet, now: int | None) -> Action:
    assert isinstance(action.seconds, int)
    length = can.mute(action.seconds * 1000)
    if length == action.seconds * 1000:
        return action
    zone = zone_of([because.rule for because in action.because], policies)
    until = UNSET if now is None else rfc3339(now + length, zone)
    return replace(action, seconds=whole_seconds(length), until=until)
