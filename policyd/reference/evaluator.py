"""The executable law: one event after another, on state that is kept as it happened, in virtual time.

It shares nothing with the compiled program, the stores and the engine, so that each can be held against it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import msgspec

from policyd.check.resolved import Ladder, PolicySet
from policyd.model.decision import Decision, LadderState
from policyd.model.event import Event
from policyd.model.state import EventIdReused
from policyd.reference import climbing
from policyd.reference.asking import CONTENT, REQUEST, Asked, next_action
from policyd.reference.environment import Environment, Value
from policyd.reference.firing import Firings, firings
from policyd.reference.instants import rfc3339
from policyd.reference.matching import masked, matches_of_event
from policyd.reference.observing import Words, covering, look, see, unseen
from policyd.reference.recording import Recorded, changes, not_recorded, record
from policyd.reference.resolving import Moment, resolve
from policyd.reference.sanctions import Human, human
from policyd.reference.shadows import shadows
from policyd.reference.state import RECEIPTS, Group, Receipt, Seen, Strike

Failure = Literal["none", "observe", "commit"]
"""Whether the store works, cannot be asked, or cannot be told."""


class Reference:
    """Evaluates events by the policies of one set. Time is the events' own (law L12)."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self.groups: dict[str, Group] = {}
        self._words = Words(policies)

    def evaluate(self, event: Event, fails: Failure = "none") -> Decision:
        """Raises `EventIdReused` (law L11) and `UnclearLadder`."""
        done_by_hand = human(event, covering(self.policies, event))
        if fails == "observe":
            return self._degraded(event, unseen(self.policies, self._words, event), done_by_hand)
        group = self.groups.setdefault(event.group.id, Group())
        now = event.time or 0
        receipt = self._receipt(group, event, now)
        again = receipt is not None
        if receipt is None:
            receipt = Receipt(now, content(event), see(self.policies, self._words, group, event, now))
            group.receipts[event.id] = receipt
        if receipt.decision is not None:
            return msgspec.structs.replace(receipt.decision, replayed=True)
        found = firings(covering(self.policies, event), receipt.seen)
        if fails == "commit" and changes(event, found, receipt.seen, done_by_hand):
            return msgspec.structs.replace(self._degraded(event, receipt.seen, done_by_hand), replayed=again)
        done = record(self.policies, group, event, receipt.seen, found, done_by_hand, now)
        decision = self._decision(event, receipt.seen, found, done, degraded=False)
        group.receipts[event.id] = replace(receipt, decision=decision)
        return msgspec.structs.replace(decision, replayed=again)

    def standing(self, event: Event) -> dict[str, Environment]:
        """By policy, what would be known at the instant of `event` if it came then; nothing changes."""
        group = self.groups.get(event.group.id, Group())
        return look(self.policies, self._words, group, event, event.time or 0).environments

    def _receipt(self, group: Group, event: Event, now: int) -> Receipt | None:
        known = group.receipts.get(event.id)
        if known is None or known.instant <= now - RECEIPTS:
            return None
        if known.content != content(event):
            raise EventIdReused(f"event id `{event.id}` was used before with another kind, member or content")
        return known

    def _degraded(self, event: Event, seen: Seen, done_by_hand: Human) -> Decision:
        """What can be decided where the store cannot be asked or told; it is not remembered (law L15)."""
        found = firings(covering(self.policies, event), seen)
        done = not_recorded(self.policies, seen, found, done_by_hand)
        return self._decision(event, seen, found, done, degraded=True)

    def _decision(self, event: Event, seen: Seen, found: Firings, done: Recorded, *, degraded: bool) -> Decision:
        policies = covering(self.policies, event)
        asked = [*done.asked, *self._for_want_of_state(event, found)]
        moment = Moment(event.member.id, event.kind == "request", seen.now, done.running_mute, done.unmuted)
        actions, weaker = resolve(asked, moment)
        axis = REQUEST if event.kind == "request" else CONTENT
        verdict = next((action.do for action in actions if action.do in axis), "allow")
        masking = [one for one in found.live if any(action.do == "mask" for action in one.actions)]
        unasked = sorted({*(rule.name for rule in found.unasked), *done.lost})
        return Decision(
            event=event.id,
            policy=self.policies.revision,
            verdict=verdict,  # type: ignore[arg-type]
            actions=tuple(actions),
            matches=tuple(matches_of_event(policies, seen.environments)),
            masked=masked(masking) if verdict == "mask" else None,
            ladders={name: self._stand(name, *stand, seen) for name, stand in sorted(done.stands.items())},
            overridden=tuple(weaker),
            shadow=tuple(shadows(found.shadow, done.shadow_climbs)),
            degraded=degraded,
            unasked=tuple(unasked) if degraded else msgspec.UNSET,
        )

    def _for_want_of_state(self, event: Event, found: Firings) -> list[Asked]:
        """What each policy wants done where its rules could not be decided (law L15)."""
        on_content = {"hold": "hold", "deny": "delete"} if event.kind in ("message", "edit", "report") else {}
        by_policy = {"hold": "hold", "deny": "refuse"} if event.kind == "request" else on_content
        asked = []
        for policy in covering(self.policies, event):
            rules = tuple(rule.name for rule in found.unasked if rule in policy.rules)
            if rules and policy.store_fails in by_policy:
                asked.append(Asked(by_policy[policy.store_fails], rules, policy.zone))
        return asked

    def _stand(self, name: str, strikes: list[Strike], step: int, seen: Seen) -> LadderState:
        ladder: Ladder = self.policies.ladders[name]
        counted = climbing.total(strikes)
        newest = max((strike.instant for strike in strikes if strike.weight), default=None)
        zone = seen.environments[name.partition(".")[0]].zone
        forgotten = rfc3339(newest + ladder.forget, zone) if ladder.forget and newest is not None else None
        return LadderState(counted, step or None, next_action(ladder, counted), forgotten)


def content(event: Event) -> Value:
    """What tells an event from another of the same id: kind, member and content."""
    name = event.member.name if event.kind == "profile" else None
    return (event.kind, event.member.id, name, event.message, event.join, event.request, event.report, event.sanction)
