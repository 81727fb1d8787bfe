"""What a platform cannot do is replaced by the best that it can, and recorded as such (law L17)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from policyd.engine.instants import rfc3339, seconds_until
from policyd.engine.resolve import Clock, Resolved, arranged
from policyd.model.decision import Action, Do
from policyd.model.event import Event
from policyd.model.platforms import Ability, ability
from policyd.model.wording import IMPOSSIBLE


class Fallback(NamedTuple):
    """What is done `instead`, the first that is possible; `to`: who is told where none is, "" for nobody. `always`
    tells them in any case."""

    instead: tuple[Do, ...]
    to: str
    always: bool = False


FALLBACKS: Final[dict[Do, Fallback]] = {
    "mask": Fallback(("delete", "hold", "flag"), ""),
    "delete": Fallback((), "moderators"),
    "hold": Fallback((), "moderators"),
    "release": Fallback((), "moderators"),
    "warn": Fallback(("call_out", "reply"), ""),
    "call_out": Fallback(("reply",), ""),
    "mute": Fallback(("call_out", "reply"), "moderators", always=True),
    "unmute": Fallback((), "moderators"),
    "remove": Fallback((), "admins"),
    "ban": Fallback(("remove",), "admins"),
    "unban": Fallback((), "moderators"),
    "admit": Fallback((), "admins"),
    "refuse": Fallback((), "admins"),
    "lock": Fallback((), "admins"),
    "unlock": Fallback((), "admins"),
    "slow": Fallback((), "admins"),
    "assign": Fallback((), "admins"),
    "move": Fallback((), "admins"),
}
"""Of everything that some platform cannot do."""
_ON_MEMBER: Final = frozenset({"mute", "unmute", "remove", "ban"})
_ON_MESSAGE: Final = frozenset({"mask", "hold", "delete"})
_SPEAKING: Final = frozenset({"call_out", "reply"})


def possible(resolved: Resolved, event: Event, clock: Clock) -> Resolved:
    """What the event's platform can do of it, in the order of decisions."""
    if event.capabilities is None:
        return resolved
    fitted = fit(resolved, event, clock)
    if fitted is resolved:
        return resolved
    return replace(fitted, actions=arranged(fitted.actions, event.kind == "request"))


def fit(resolved: Resolved, event: Event, clock: Clock) -> Resolved:
    """The decision within what the event's platform can do. The verdict stays: it says what the policies decided."""
    if event.capabilities is None:
        return resolved
    can = ability(event.capabilities)
    actions = tuple(fitted for action in resolved.actions for fitted in _fit(action, can, event, clock))
    return resolved if actions == resolved.actions else replace(resolved, actions=actions)


def _fit(action: Action, can: Ability, event: Event, clock: Clock) -> Iterator[Action]:
    if _is_protected(action, can, event):
        yield _told(action, "owner", event)
    elif action.do == "mute" and action.do in can.does:
        yield _within(action, can, clock)
    elif action.do in can.does or (action.do == "hold" and event.kind == "request"):
        yield action
    else:
        yield from _instead(action, can, event)


def _is_protected(action: Action, can: Ability, event: Event) -> bool:
    """Whether the platform lets no bot do this to someone of the member's role."""
    role = event.member.role
    if role is None or event.kind == "request":
        return False
    return (action.do in _ON_MEMBER and role in can.protects) or (action.do in _ON_MESSAGE and role in can.keeps)


def _instead(action: Action, can: Ability, event: Event) -> Iterator[Action]:
    chain = FALLBACKS[action.do]
    done = next((do for do in chain.instead if do in can.does), None)
    if done in _SPEAKING and action.text is UNSET:
        done = None
    if done is not None:
        yield replace(action, do=done, instead_of=action.do, seconds=UNSET, until=UNSET)
    if chain.to and (done is None or chain.always):
        yield _told(action, chain.to, event)


def _told(action: Action, to: str, event: Event) -> Action:
    """Asks humans to do it."""
    text = IMPOSSIBLE.format(action=action.do.replace("_", " "), name=event.member.name or event.member.id)
    return Action(
        "notify", action.because, member=action.member, to=to, text=text, ticket=action.ticket, instead_of=action.do
    )


def _within(mute: Action, can: Ability, clock: Clock) -> Action:
    """The mute as long as the platform mutes."""
    if mute.seconds is UNSET:
        return mute
    length = can.mute(mute.seconds * 1000)
    if length == mute.seconds * 1000:
        return mute
    if clock.now is None:
        return replace(mute, seconds=seconds_until(length, 0))
    zone = clock.zones[mute.because[0].rule.partition(".")[0]] if mute.because else "UTC"
    return replace(mute, seconds=seconds_until(length, 0), until=rfc3339(clock.now + length, zone))
