"""What an event changes: strikes, texts said, mutes, and what was given for a message (laws L8, L9, L10)."""

from __future__ import annotations

from dataclasses import dataclass, field

from policyd.check.resolved import PolicySet
from policyd.model.event import Event
from policyd.reference import climbing
from policyd.reference.asking import STATE, Asked, Climb, asked_by, asked_by_step, climbs, forgiven, gives_once
from policyd.reference.firing import Fired, Firings
from policyd.reference.sanctions import Human
from policyd.reference.state import Group, Member, Seen, Strike, given_before, message_id

SHADOW = "~shadow"
"""Ends the names of the ladders that shadow rules climb (law L16)."""


@dataclass
class Recorded:
    """What is asked for, and what came of it. `stands`: by ladder, the strikes after this event and the step that ran.
    `shadow_climbs`: what shadow rules struck, and the step that would have run. `lost`: ladders whose change could not
    be recorded."""

    asked: list[Asked] = field(default_factory=list)
    stands: dict[str, tuple[list[Strike], int]] = field(default_factory=dict)
    shadow_climbs: list[tuple[Climb, int]] = field(default_factory=list)
    running_mute: int = 0
    unmuted: bool = False
    lost: list[str] = field(default_factory=list)


def content_only(fired: Fired, seen: Seen) -> bool:
    """Whether the rest of what the rule asks for was given for this message before. Without the store that is not
    known of an edit, and then it is not given again."""
    if seen.now is None:
        return seen.edit
    return seen.edit and fired.rule.name in seen.given


def changes(event: Event, found: Firings, seen: Seen, human: Human) -> bool:
    """Whether there is anything to record at all."""
    live = [fired for fired in found.live if not content_only(fired, seen)]
    shadow = [fired for fired in found.shadow if not content_only(fired, seen)]
    asked = [action for fired in live for action in fired.actions]
    put_out = any(action.do in ("remove", "ban") for action in asked)
    mutes = human.mute or any(action.do == "mute" for action in asked)
    gives = any(gives_once(fired) for fired in (*live, *shadow)) and message_id(event) is not None
    return bool(
        any(action.do in STATE for fired in (*live, *shadow) for action in fired.actions)
        or any(action.once is not None for action in asked)
        or gives
        or (mutes and not put_out)
        or human.strikes
        or human.pardons
        or human.ends_mute
    )


def record(
    policies: PolicySet, group: Group, event: Event, seen: Seen, found: Firings, human: Human, told: int
) -> Recorded:
    """Forgives, strikes, claims texts and mutes, in this order, as of the instant of the event. `told`: when that is
    recorded, which is later where only a repeat of the event comes through."""
    assert seen.now is not None
    now, member = seen.now, group.member(event.member.id)
    fresh = [fired for fired in found.live if not content_only(fired, seen)]
    shadow = [fired for fired in found.shadow if not content_only(fired, seen)]
    done = Recorded()
    _forgive(policies, member, fresh, human, now, done)
    _strike(policies, member, fresh, human, now, done)
    _shadow(policies, member, shadow, now, done)

    def may_say(cell: str, span: int) -> bool:
        last = member.spoken.get(cell)
        if last is not None and told - last < span:
            return False
        member.spoken[cell] = now
        return True

    for fired in found.live:
        done.asked += asked_by(fired, may_say, content_only=content_only(fired, seen))
    _mute(member, now, told, human, done)
    _give(group, event, [fired for fired in (*fresh, *shadow) if gives_once(fired)], now)
    return done


def not_recorded(policies: PolicySet, seen: Seen, found: Firings, human: Human) -> Recorded:
    """What remains where the store fails: no strikes and no throttled texts (law L15)."""
    fresh = [fired for fired in found.live if not content_only(fired, seen)]
    done = Recorded()
    for fired in found.live:
        done.asked += asked_by(fired, lambda cell, span: False, content_only=content_only(fired, seen))
    lost = [climb.ladder.name for climb in climbs(fresh, policies.ladders)]
    lost += [*forgiven(fresh), *(ladder.name for ladder in human.pardons)]
    if human.strikes is not None:
        lost.append(human.strikes.name)
    done.lost = sorted(set(lost))
    return done


def _forgive(policies: PolicySet, member: Member, fresh: list[Fired], human: Human, now: int, done: Recorded) -> None:
    takes = forgiven(fresh) | {ladder.name: 0 for ladder in human.pardons}
    for name, times in takes.items():
        left = climbing.forgive(member.strikes.get(name, []), policies.ladders[name], times, now)
        member.strikes[name] = left
        done.stands[name] = (left, 0)


def _strike(policies: PolicySet, member: Member, fresh: list[Fired], human: Human, now: int, done: Recorded) -> None:
    """Rules first: where they strike the ladder too, the sanction is that same strike."""
    struck = climbs(fresh, policies.ladders)
    for climb in struck:
        new = _climb(member, climb, climb.ladder.name, now)
        left = member.strikes[climb.ladder.name]
        done.stands[climb.ladder.name] = (left, new.step)
        done.asked += asked_by_step(climb, new.step, climbing.total(left))
    by_hand = human.strikes
    if by_hand is not None and by_hand.name not in [climb.ladder.name for climb in struck]:
        left = climbing.added(member.strikes.get(by_hand.name, []), by_hand, climbing.human_strike(now))
        member.strikes[by_hand.name] = left
        done.stands[by_hand.name] = (left, 0)


def _climb(member: Member, climb: Climb, name: str, now: int) -> Strike:
    """Adds the strike under `name`."""
    before = member.strikes.get(name, [])
    new = climbing.strike(before, climb.ladder, climb.times, now)
    member.strikes[name] = climbing.added(before, climb.ladder, new)
    return new


def _shadow(policies: PolicySet, member: Member, shadow: list[Fired], now: int, done: Recorded) -> None:
    """The same on ladders of their own; nothing of it acts (law L16)."""
    for name, times in forgiven(shadow).items():
        own = member.strikes.get(name + SHADOW, [])
        member.strikes[name + SHADOW] = climbing.forgive(own, policies.ladders[name], times, now)
    for climb in climbs(shadow, policies.ladders):
        new = _climb(member, climb, climb.ladder.name + SHADOW, now)
        done.shadow_climbs.append((climb, new.step))


def _mute(member: Member, now: int, told: int, human: Human, done: Recorded) -> None:
    """The longest mute that is asked for; never shorter than the running one, and none where the member is put out."""
    running = member.muted_until if member.muted_until > told else 0
    until = 0 if human.ends_mute else running
    mutes = [human.mute] + [one.duration or 0 for one in done.asked if one.do == "mute"]
    if max(mutes) and not any(one.do in ("remove", "ban") for one in done.asked):
        until = max(until, now + max(mutes))
    member.muted_until = until
    done.running_mute = until
    done.unmuted = running > now and until <= now


def _give(group: Group, event: Event, fired: list[Fired], now: int) -> None:
    message = message_id(event)
    if message is not None and fired:
        group.given[message] = (now, given_before(group, event, now) | {one.rule.name for one in fired})
