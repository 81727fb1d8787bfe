"""From what rules ask for to the decision (laws L8, L15, L17)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from msgspec import UNSET

from policyd.check.resolved import Ladder, Policy, PolicySet
from policyd.model.decision import Action, Decision, LadderState, Overridden
from policyd.model.event import Event
from policyd.model.records import Ticket
from policyd.model.wording import FAILED
from policyd.reference import climbing
from policyd.reference.asking import CONTENT, MEMBER, REQUEST, WORKFLOW, Asked, next_action
from policyd.reference.awards import account_of, amount_of
from policyd.reference.brakes import brakes_on
from policyd.reference.capabilities import within
from policyd.reference.earning import effects
from policyd.reference.filing import Filing
from policyd.reference.firing import Firings, firings
from policyd.reference.hearing import NOTHING, Heard
from policyd.reference.instants import rfc3339
from policyd.reference.matching import masked, matches_of_event
from policyd.reference.observing import covering
from policyd.reference.recording import Recorded, content_only, not_recorded
from policyd.reference.resolving import Moment, in_order, resolve
from policyd.reference.sanctions import Human
from policyd.reference.shadows import shadows
from policyd.reference.standing import key
from policyd.reference.state import Place, Seen, Strike

BY_HUMANS = ("verdict", "submission", "appeal")
"""Events that do nothing where the store fails."""


@dataclass(frozen=True)
class Case:
    """An event, what was seen when it came, and what a sanction does."""

    policies: PolicySet
    event: Event
    seen: Seen
    by_hand: Human

    @cached_property
    def covering(self) -> list[Policy]:
        return covering(self.policies, self.event)

    @cached_property
    def found(self) -> Firings:
        return firings(self.covering, self.seen)

    def claims(self, heard: Heard) -> bool:
        """Whether something must be kept before it can be decided: what a human said, and the use of an approval of
        which there are only so many."""
        asked = {action.do for fired in self.found.live for action in fired.actions}
        if asked & {"hold", "delete"}:
            return heard is not NOTHING
        return heard is not NOTHING or any(
            self._is_numbered(action.subject or "") for _, action in effects(self.found, self.seen, "use review")
        )

    def _is_numbered(self, name: str) -> bool:
        """Whether the event uses up one of so many approvals."""
        review, file = self.policies.reviews[name], self.seen.environments[name.partition(".")[0]].file
        used = file.reviews[name].uses if file is not None and name in file.reviews else []
        return bool(review.at_most) and key(self.event) not in [use.event for use in used]

    def resolve(self, done: Recorded) -> tuple[list[Action], list[Overridden]]:
        asked = [one for one in (*done.asked, *self._for_want_of_state()) if one.digest is None]
        moment = Moment(
            self.event.member.id, self.event.kind == "request", self.seen.now, done.running_mute, done.unmuted
        )
        return resolve(asked, moment)

    def verdict(self, resolved: list[Action]) -> str:
        axis = REQUEST if self.event.kind == "request" else CONTENT
        return next((one.do for one in resolved if one.do in axis and one.ticket is UNSET), "allow")

    def possible(self, resolved: list[Action]) -> list[Action]:
        """As the platform can do them, and who is told of what it did not do."""
        failed = []
        report = self.event.outcome
        if report is not None and not report.ok:
            said = FAILED.format(action=report.action.replace("_", " "), error=report.error or "")
            failed.append(Action("notify", (), to="moderators", text=said))
        return [*within(resolved, self.event, self.policies, self.seen.now), *failed]

    def filing(self, place: Place, done: Recorded, heard: Heard, ticket: Ticket | None, *, again: bool) -> Filing:
        resolved, _ = self.resolve(done)
        return Filing(
            self.policies, self.covering, place, self.event, self.seen, self.found, done, heard, ticket,
            self.verdict(resolved), resolved, self.possible(resolved), again,
        )  # fmt: skip

    def _for_want_of_state(self) -> list[Asked]:
        """What each policy wants done where its rules could not be decided (law L15)."""
        on_content = {"hold": "hold", "deny": "delete"} if self.event.kind in ("message", "edit", "report") else {}
        by_policy = {"hold": "hold", "deny": "refuse"} if self.event.kind == "request" else on_content
        asked = []
        for policy in self.covering:
            rules = tuple(rule.name for rule in self.found.unasked if rule in policy.rules)
            if rules and policy.store_fails in by_policy:
                asked.append(Asked(by_policy[policy.store_fails], rules, policy.zone))
        return asked


def decision_of(case: Case, done: Recorded, filing: Filing) -> Decision:
    undone = UNSET if filing.undone is None else tuple(filing.undone)
    tickets = tuple(state for _, state in sorted(filing.tickets.items()))
    return _decision(case, done, filing.actions, tickets=tickets, undone=undone)


def degraded(case: Case, done: Recorded | None = None) -> Decision:
    """What can be decided where the store cannot be asked or told; it is not remembered (law L15). `done`: what it
    could be told, all but what workflows keep."""
    remains = done or not_recorded(case.policies, case.seen, case.found, case.by_hand)
    resolved, _ = case.resolve(remains)
    actions = case.possible(resolved)
    stopped = [one for one in actions if one.do.replace("_", " ") in MEMBER and brakes_on(one, case.covering)]
    lost = {because.rule for action in stopped for because in action.because}
    lost |= set(remains.lost) | {rule.name for rule in case.found.unasked} | _not_filed(case)
    left = [action for action in actions if action not in stopped]
    return _decision(case, remains, left, degraded=True, unasked=tuple(sorted(lost)))


def _not_filed(case: Case) -> set[str]:
    """The duties, reviews, switches, tallies, streaks, tiers and proposing rules of which nothing is kept, and what a
    human said."""
    lost = {case.event.kind} & set(BY_HUMANS)
    for do in ("set", *WORKFLOW):
        lost |= {action.subject or "" for _, action in effects(case.found, case.seen, do)}
    lost |= {
        action.subject or ""
        for fired, action in effects(case.found, case.seen, "add")
        if account_of(fired, action) and amount_of(fired, action)
    }
    for fired in case.found.live:
        if not content_only(fired, case.seen):
            lost |= {fired.rule.name for action in fired.actions if action.do == "propose" and action.once is None}
    return lost


def _decision(case: Case, done: Recorded, actions: list[Action], **more: object) -> Decision:
    resolved, weaker = case.resolve(done)
    masking = [one for one in case.found.live if any(action.do == "mask" for action in one.actions)]
    verdict = case.verdict(resolved)
    return Decision(
        event=case.event.id,
        policy=case.policies.revision,
        verdict=verdict,  # type: ignore[arg-type]
        actions=tuple(in_order(actions, is_request=case.event.kind == "request")),
        matches=tuple(matches_of_event(case.covering, case.seen.environments)),
        masked=masked(masking) if verdict == "mask" else None,
        ladders={name: _stand(case, name, *stand) for name, stand in sorted(done.stands.items())},
        overridden=tuple(weaker),
        shadow=tuple(shadows(case.found.shadow, done.shadow_climbs)),
        **more,  # type: ignore[arg-type]
    )


def _stand(case: Case, name: str, strikes: list[Strike], step: int) -> LadderState:
    ladder: Ladder = case.policies.ladders[name]
    counted = climbing.total(strikes)
    newest = max((strike.instant for strike in strikes if strike.weight), default=None)
    zone = case.seen.environments[name.partition(".")[0]].zone
    forgotten = rfc3339(newest + ladder.forget, zone) if ladder.forget and newest is not None else None
    return LadderState(counted, step or None, next_action(ladder, counted), forgotten)
