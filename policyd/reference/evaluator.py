"""The executable law: one event after another, on state that is kept as it happened, in virtual time.

It shares nothing with the compiled program, the stores and the engine, so that each can be held against it.
"""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace
from typing import Literal

import msgspec

from policyd.check.resolved import PolicySet
from policyd.model.decision import Decision, Undone
from policyd.model.event import NOBODY, Event, Group, Member
from policyd.model.figures import FiguresRead
from policyd.model.state import EventIdReused
from policyd.reference import ticking
from policyd.reference.acquaintance import group_as_known, meet_group, meet_member
from policyd.reference.appeals import take_back_rule
from policyd.reference.consequences import of_actions, of_rules, of_tickets, write
from policyd.reference.deciding import BY_HUMANS, Case, decision_of, degraded
from policyd.reference.desk import Desk
from policyd.reference.environment import Environment, Value
from policyd.reference.figures import Statistics, clock_of, zone_of_group
from policyd.reference.filing import settle
from policyd.reference.following import left_undone, merged
from policyd.reference.hearing import NOTHING, Heard, about_whom, hear
from policyd.reference.observing import Words, covering, look, see, unseen
from policyd.reference.recording import changes, journaled, record
from policyd.reference.sanctions import human
from policyd.reference.state import RECEIPTS, Place, Receipt, Seen
from policyd.reference.state import Group as Kept

Failure = Literal["none", "observe", "commit", "file"]
"""Whether the store works, cannot be asked, or cannot be told: of strikes and mutes, or of what workflows keep."""
WIDE = "\x02"
"""The group of what is kept across groups: no event can come from it."""


class Reference:
    """Evaluates events by the policies of one set. Time is the events' own (law L12)."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self.groups: dict[str, Kept] = {}
        self._words = Words(policies)

    def evaluate(self, event: Event, fails: Failure = "none") -> Decision:
        """Raises `EventIdReused` (law L11) and `EventError`."""
        if event.kind == "tick":
            return ticking.tick(self, event, fails)
        place = self.place(event.group.id)
        if fails != "observe":  # else the ticket of a verdict cannot be read either
            event = about_whom(event, place.group)
        policies = covering(self.policies, event)
        by_hand = human(event, policies)
        if fails == "observe":
            case = Case(self.policies, event, unseen(self.policies, self._words, event), by_hand)
            return degraded(case)
        now = event.time or 0
        known = self._known(place.group, event, now)
        if known is not None and known.decision is not None and known.content == content(event):
            return self._again(Case(self.policies, event, known.seen, by_hand), known, known.decision, fails)
        heard = hear(event, place, policies, now)
        receipt = self._receipt(known, place, event, now)
        case = Case(self.policies, event, receipt.seen, by_hand)
        return self._decide(case, place, receipt, heard, fails, replayed=known is not None)

    def meet(self, group: Group, member: Member | None, at: int) -> None:
        """Makes a group, and a member of it, known at an instant."""
        records = self.place(group.id).group.records
        meet_group(group, records, at)
        if member is not None:
            meet_member(member, records, at)

    def next_instant(self, now: int) -> int | None:
        """The next instant later than `now` at which a tick has something to carry out."""
        return ticking.next_instant(self, now)

    def undo(self, group: str, rule: str, since: int, now: int) -> list[Undone]:
        """What the rule added to tallies in decisions since then is taken back, the oldest first. (Of the rest of what
        `policyd undo` does there is no law but its effects.)"""
        place = self.place(group)
        covering_it = covering(self.policies, Event("", "tick", group_as_known(group, place.group.records), NOBODY))
        undone, found = take_back_rule(rule, since, place, self.policies, now)
        write(place.group.log, clock_of(zone_of_group(covering_it), now)[0], found)
        return undone

    def figures(self, event: Event, days: int) -> FiguresRead:
        """The figures of the event's group as they are at its instant, without the size of the group."""
        today = clock_of(zone_of_group(covering(self.policies, event)), event.time or 0)[0]
        return Statistics(self.place(event.group.id).group.log).read(today, event.time or 0, days)

    def look(self, event: Event) -> Seen:
        """What would be known at the instant of `event` if it came then; nothing changes."""
        return look(self.policies, self._words, self.place(event.group.id), event, event.time or 0)

    def standing(self, event: Event) -> dict[str, Environment]:
        """Likewise, by policy."""
        return self.look(event).environments

    @property
    def desk(self) -> Desk:
        return self.groups.setdefault(WIDE, Kept()).desk

    def place(self, group: str) -> Place:
        return Place(group, self.groups.setdefault(group, Kept()), self.groups.setdefault(WIDE, Kept()))

    def _known(self, group: Kept, event: Event, now: int) -> Receipt | None:
        known = group.receipts.get(event.id)
        return None if known is None or known.instant <= now - RECEIPTS else known

    def _receipt(self, known: Receipt | None, place: Place, event: Event, now: int) -> Receipt:
        if known is not None:
            if known.content != content(event):
                raise EventIdReused(f"event id `{event.id}` was used before with another kind, member or content")
            return known
        receipt = Receipt(now, content(event), see(self.policies, self._words, place, event, now))
        place.group.receipts[event.id] = receipt
        return receipt

    def _again(self, case: Case, known: Receipt, decision: Decision, fails: Failure) -> Decision:
        """The same, unless the records that say so cannot be asked (law L15)."""
        if fails == "file" and known.filed:
            by_human = case.event.kind in BY_HUMANS
            decision = self._blind(case) if by_human or case.claims(NOTHING) else degraded(case, known.recorded)
            return msgspec.structs.replace(decision, replayed=True)
        return self._with_follows(msgspec.structs.replace(decision, replayed=True), case.event, known, fails)

    def _blind(self, case: Case) -> Decision:
        return degraded(replace(case, seen=unseen(self.policies, self._words, case.event)))

    def _decide(
        self, case: Case, place: Place, receipt: Receipt, heard: Heard, fails: Failure, *, replayed: bool
    ) -> Decision:
        event, seen = case.event, receipt.seen
        if fails == "file" and case.claims(heard):
            return msgspec.structs.replace(self._blind(case), replayed=replayed)
        ticket, settled = settle(heard, event, receipt.instant, self.policies)
        done = receipt.recorded
        if done is None:
            if fails == "commit" and changes(event, case.found, seen, case.by_hand, settled):
                return self._degraded(case, degraded(case), replayed=replayed)
            told = event.time or 0
            done = record(self.policies, place, event, seen, case.found, case.by_hand, settled, told)
            receipt = replace(receipt, recorded=done)
            place.group.receipts[event.id] = receipt
        filing = case.filing(place, done, heard, ticket, again=replayed)
        before = deepcopy(place.group) if fails == "file" else place.group
        tickets = dict(place.group.records.tickets)
        filing.carry_out()
        punished = of_rules(journaled(case.found.live, seen), ())
        if fails == "file" and (filing.files or place.group.records != before.records):
            self.groups[place.name] = before
            decision = degraded(case, done) if filing.files else decision_of(case, done, filing)
            if not filing.files and event.kind not in ("join", "leave"):  # who is known the next event tells
                before.receipts[event.id] = replace(receipt, decision=decision)
            return self._degraded(case, decision, punished, replayed=replayed)
        decision = decision_of(case, done, filing)
        receipt = replace(receipt, decision=decision, filed=filing.files, follows=tuple(filing.follows))
        place.group.receipts[event.id] = receipt
        found = of_tickets(tickets, place.group.records.tickets) + of_rules((), filing.overruled)
        self._count(case, of_actions(decision.actions) + punished + found)
        return self._with_follows(msgspec.structs.replace(decision, replayed=replayed), event, receipt, fails)

    def _with_follows(self, decision: Decision, event: Event, receipt: Receipt, fails: Failure) -> Decision:
        """One after the other: each sees what the one before did."""
        for place, follow in enumerate(receipt.follows):
            if decision.degraded:
                return left_undone(decision, receipt.follows[place:])
            decision = merged(decision, self.evaluate(follow.event, fails), is_request=event.kind == "request")
        return decision

    def _degraded(
        self, case: Case, decision: Decision, punished: Counter[str] | None = None, *, replayed: bool
    ) -> Decision:
        self._count(case, of_actions(decision.actions) + (punished or Counter()))
        return msgspec.structs.replace(decision, replayed=replayed)

    def _count(self, case: Case, found: Counter[str]) -> None:
        """Once for an event, on the local day on which it was first seen."""
        group = self.groups[case.event.group.id]
        receipt = group.receipts[case.event.id]
        if found and not receipt.counted:
            write(group.log, clock_of(zone_of_group(case.covering), receipt.instant)[0], found)
            group.receipts[case.event.id] = replace(receipt, counted=True)


def content(event: Event) -> Value:
    """What tells an event from another of the same id: kind, member and content."""
    name = event.member.name if event.kind == "profile" else None
    return (
        event.kind, event.member.id, name, event.message, event.join, event.request, event.report, event.sanction,
        event.notice, event.submission, event.verdict, event.appeal, event.mark, event.outcome, event.tick,
    )  # fmt: skip
