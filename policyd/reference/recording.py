"""What an event changes: strikes, texts said, mutes, and what was given for a message (laws L8, L9, L10)."""

from __future__ import annotations

from dataclasses import dataclass, field

from policyd.check.resolved import Ladder, PolicySet
from policyd.model.event import Event
from policyd.reference import climbing
from policyd.reference.asking import (
    MEMBER,
    STATE,
    Asked,
    Climb,
    asked_by,
    asked_by_step,
    climbs,
    forgiven,
    gives_once,
)
from policyd.reference.firing import Fired, Firings
from policyd.reference.sanctions import Human
from policyd.reference.state import Entry, Group, Member, Place, Seen, Strike, given_before, message_id

SHADOW = "~shadow"
"""Ends the names of the ladders that shadow rules climb (law L16)."""
JOURNALED = ("strike", *MEMBER, "mask", "hold", "delete", "refuse")
"""What is written down so that it can be taken back, or named as what cannot."""


@dataclass
class Recorded:
    """What is asked for, and what came of it. `stands`: by ladder, the strikes after this event and the step that ran;
    `struck`: the ladders that rules struck. `shadow_climbs`: what shadow rules struck, and the step that would have
    run. `was_muted_until`: before this event, 0 for not. `lost`: what could not be recorded or done."""

    asked: list[Asked] = field(default_factory=list)
    stands: dict[str, tuple[list[Strike], int]] = field(default_factory=dict)
    struck: list[str] = field(default_factory=list)
    shadow_climbs: list[tuple[Climb, int]] = field(default_factory=list)
    running_mute: int = 0
    was_muted_until: int = 0
    unmuted: bool = False
    lost: list[str] = field(default_factory=list)


def content_only(fired: Fired, seen: Seen) -> bool:
    """Whether the rest of what the rule asks for was given for this message before. Without the store that is not
    known of an edit, and then it is not given again."""
    if seen.now is None:
        return seen.edit
    return seen.edit and fired.rule.name in seen.given


def changes(event: Event, found: Firings, seen: Seen, human: Human, settled: list[Asked]) -> bool:
    """Whether there is anything to record at all. `settled`: what a ticket asks for."""
    live = [fired for fired in found.live if not content_only(fired, seen)]
    shadow = [fired for fired in found.shadow if not content_only(fired, seen)]
    asked = [action for fired in live for action in fired.actions]
    does: list[str] = [*(action.do for action in asked), *(one.do for one in settled)]
    put_out = "remove" in does or "ban" in does
    mutes = human.mute or "mute" in does
    gives = any(gives_once(fired) for fired in (*live, *shadow)) and message_id(event) is not None
    return bool(
        any(action.do in STATE for fired in (*live, *shadow) for action in fired.actions)
        or any(action.once is not None for action in asked)
        or gives
        or (mutes and not put_out)
        or journaled(found.live, seen)
        or human.strikes
        or human.pardons
        or human.ends_mute
    )


def record(
    policies: PolicySet, place: Place, event: Event, seen: Seen, found: Firings, human: Human, settled: list[Asked],
    told: int,
) -> Recorded:  # fmt: skip
    """Forgives, strikes, claims texts and mutes, in this order, as of the instant of the event. `settled`: what a
    ticket asks for. `told`: when that is recorded, which is later where only a repeat of the event comes through."""
    assert seen.now is not None
    now, member = seen.now, place.group.member(event.member.id)
    fresh = [fired for fired in found.live if not content_only(fired, seen)]
    shadow = [fired for fired in found.shadow if not content_only(fired, seen)]
    done = Recorded(asked=list(settled))
    writer = _Writer(policies, place, event, now)
    writer.forgive(fresh, human, done)
    writer.strike(fresh, human, done)
    writer.shadow(shadow, done)

    def may_say(cell: str, span: int) -> bool:
        last = member.spoken.get(cell)
        if last is not None and told - last < span:
            return False
        member.spoken[cell] = now
        return True

    for fired in found.live:
        done.asked += asked_by(fired, may_say, content_only=content_only(fired, seen))
    _mute(member, now, told, human, done)
    _give(place.group, event, [fired for fired in (*fresh, *shadow) if gives_once(fired)], now)
    _write_journal(place.group, event, journaled(found.live, seen), done, now)
    return done


def journaled(live: list[Fired], seen: Seen) -> dict[str, tuple[str, ...]]:
    """By rule, what of its actions is written down."""
    asked = {
        fired.rule.name: tuple(
            action.do.replace(" ", "_")
            for action in fired.actions
            if action.do in JOURNALED and not (content_only(fired, seen) and action.do in ("strike", *MEMBER))
        )
        for fired in live
    }
    return {rule: words for rule, words in asked.items() if words}


def _write_journal(group: Group, event: Event, asked: dict[str, tuple[str, ...]], done: Recorded, now: int) -> None:
    if not asked:
        return
    lengths = [one.duration or 0 for one in done.asked if one.do == "mute" and one.ticket is None]
    out = any(one.do in ("remove", "ban") for one in done.asked)
    steps = {name: done.stands[name][1] for name in done.struck}
    mute_until = now + max(lengths) if lengths and not out else 0
    group.journal.append(Entry(event.id, now, event.member.id, message_id(event), asked, steps, mute_until))


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


@dataclass(frozen=True)
class _Writer:
    """Changes strikes for one event."""

    policies: PolicySet
    place: Place
    event: Event
    now: int

    def forgive(self, fresh: list[Fired], human: Human, done: Recorded) -> None:
        takes = forgiven(fresh) | {ladder.name: 0 for ladder in human.pardons}
        for name, times in takes.items():
            member = self._climber(self.policies.ladders[name])
            left = climbing.forgive(member.strikes.get(name, []), self.policies.ladders[name], times, self.now)
            member.strikes[name] = left
            done.stands[name] = (left, 0)

    def strike(self, fresh: list[Fired], human: Human, done: Recorded) -> None:
        """Rules first: where they strike the ladder too, the sanction is that same strike."""
        struck = climbs(fresh, self.policies.ladders)
        for climb in struck:
            new = self._climb(climb, climb.ladder.name)
            left = self._climber(climb.ladder).strikes[climb.ladder.name]
            done.stands[climb.ladder.name] = (left, new.step)
            done.struck.append(climb.ladder.name)
            done.asked += asked_by_step(climb, new.step, climbing.total(left))
        by_hand = human.strikes
        if by_hand is not None and by_hand.name not in [climb.ladder.name for climb in struck]:
            member = self._climber(by_hand)
            new = climbing.human_strike(self.now, self.event.id)
            left = climbing.added(member.strikes.get(by_hand.name, []), by_hand, new)
            member.strikes[by_hand.name] = left
            done.stands[by_hand.name] = (left, 0)

    def shadow(self, shadow: list[Fired], done: Recorded) -> None:
        """The same on ladders of their own; nothing of it acts (law L16)."""
        for name, times in forgiven(shadow).items():
            member = self._climber(self.policies.ladders[name])
            own = member.strikes.get(name + SHADOW, [])
            member.strikes[name + SHADOW] = climbing.forgive(own, self.policies.ladders[name], times, self.now)
        for climb in climbs(shadow, self.policies.ladders):
            new = self._climb(climb, climb.ladder.name + SHADOW)
            done.shadow_climbs.append((climb, new.step))

    def _climb(self, climb: Climb, name: str) -> Strike:
        """Adds the strike under `name`."""
        member = self._climber(climb.ladder)
        before = member.strikes.get(name, [])
        new = climbing.strike(before, climb.ladder, climb.times, self.now, self.event.id)
        member.strikes[name] = climbing.added(before, climb.ladder, new)
        return new

    def _climber(self, ladder: Ladder) -> Member:
        return self.place.climber(ladder, self.event.member.id)


def _mute(member: Member, now: int, told: int, human: Human, done: Recorded) -> None:
    """The longest mute that is asked for; never shorter than the running one, and none where the member is put out."""
    running = member.muted_until if member.muted_until > told else 0
    until = 0 if human.ends_mute else running
    mutes = [human.mute] + [one.duration or 0 for one in done.asked if one.do == "mute"]
    if max(mutes) and not any(one.do in ("remove", "ban") for one in done.asked):
        until = max(until, now + max(mutes))
    member.muted_until = until
    done.was_muted_until = running
    done.running_mute = until
    done.unmuted = running > now and until <= now


def _give(group: Group, event: Event, fired: list[Fired], now: int) -> None:
    message = message_id(event)
    if message is not None and fired:
        group.given[message] = (now, given_before(group, event, now) | {one.rule.name for one in fired})
