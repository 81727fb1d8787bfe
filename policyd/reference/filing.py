"""What an event changes in the workflows, after it is decided what is done: brakes, tickets, reviews, duties, standing,
switches, digests, acquaintances. Nothing of it is decided by the store, so it comes in one piece or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec import UNSET
from msgspec.structs import replace

from policyd.check import resolved as r
from policyd.model.decision import Action, Because, TicketState, Undone
from policyd.model.event import Event
from policyd.model.records import Collected, PlannedAction, Ticket, ticket_id
from policyd.model.wording import APPEALED, BRAKED, COMPLETE
from policyd.reference import duties, reviews
from policyd.reference.acquaintance import acquaint
from policyd.reference.appeals import take_back
from policyd.reference.asking import CONTENT, MEMBER, Asked
from policyd.reference.brakes import brakes_on, is_stopped
from policyd.reference.capabilities import within
from policyd.reference.earning import earn, effects
from policyd.reference.firing import Firings
from policyd.reference.hearing import JOURNAL, Heard
from policyd.reference.instants import whole_seconds
from policyd.reference.recording import Recorded
from policyd.reference.resolving import Moment, resolve
from policyd.reference.state import Follow, Place, Seen
from policyd.reference.tickets import (
    DELETE,
    REFUSE,
    RELEASE,
    about,
    asked_by_ticket,
    forget_proposal,
    told,
    voted,
    with_deadline,
)

LINES = 100
"""Texts of one digest; what comes after them is not said."""
EARNS = ("allow", "flag", "mask")
"""Verdicts under which content stays."""


def earns_nothing(event: Event, verdict: str) -> bool:
    """What was removed earns nothing (law L21)."""
    return verdict == "refuse" if event.kind == "request" else verdict in ("hold", "delete")


@dataclass
class Filing:
    """`settled`: the ticket as the verdict leaves it. `resolved`: the actions as the policies want them, `actions` as
    the platform can do them; these change, and `tickets`, `undone`, the rules `overruled` by it and the
    events that `follows` are found. `again`: a repeat, which may tell what
    is older than what is known. `files`: there is more to keep than that group and members are known, which the next
    event tells again."""

    policies: r.PolicySet
    covering: list[r.Policy]
    place: Place
    event: Event
    seen: Seen
    found: Firings
    done: Recorded
    heard: Heard
    settled: Ticket | None
    verdict: str
    resolved: list[Action]
    actions: list[Action]
    again: bool = False
    tickets: dict[str, TicketState] = field(default_factory=dict)
    undone: list[Undone] | None = None
    overruled: list[str] = field(default_factory=list)
    follows: list[Follow] = field(default_factory=list)
    files: bool = False

    def carry_out(self) -> None:
        self._vote()
        self._submit()
        self._appeal()
        self._brake()
        self._review()
        self._hold()
        self._propose()
        self._duties()
        earn(self)
        self._switches()
        self._digests()
        if not self.again or self.event.kind in ("join", "leave"):
            acquaint(self.covering, self.event, self.place.group.records, self.now)

    @property
    def now(self) -> int:
        assert self.seen.now is not None
        return self.seen.now

    @property
    def name(self) -> str:
        return self.event.member.name or self.event.member.id

    # ------------------------------------------------------------ brakes

    def _brake(self) -> None:
        board = self.place.group.records.board
        for place, action in enumerate(self.actions):
            if action.do.replace("_", " ") not in MEMBER or action.ticket is not UNSET:
                continue
            self.files |= bool(brakes_on(action, self.covering))
            if is_stopped(action, self.covering, board, self.now):
                self._propose_instead(place, action)

    def _propose_instead(self, place: int, action: Action) -> None:
        ticket = self._new("brake", [because.rule for because in action.because], self.event.id)
        lengths = [one.duration or 0 for one in self.done.asked if one.do == action.do]
        text = None if action.text is UNSET else action.text
        duration = None if action.seconds is UNSET else max(lengths)
        planned = PlannedAction(action.do, text, duration, rule=ticket.rules[0])
        self._keep(replace(ticket, text=text, approve=(planned,)))
        self.actions[place] = Action(
            do="propose",
            because=action.because,
            member=self.event.member.id or UNSET,
            text=action.text,
            seconds=action.seconds,
            ticket=ticket.id,
            proposes=action.do,
            braked=True,
        )
        said = BRAKED.format(action=action.do.replace("_", " "), name=self.name, ticket=ticket.id)
        self._tell("owner", said, ticket.rules)
        if action.do == "mute":
            member = self.place.group.member(self.event.member.id)
            if member.muted_until == self.done.running_mute:
                member.muted_until = self.done.was_muted_until
            for entry in self.place.group.journal:
                entry.mute_until = 0 if entry.event == self.event.id else entry.mute_until

    # ------------------------------------------------------------ holds and proposals

    def _hold(self) -> None:
        """A held message or request waits for a human, unless a review has a ticket for it."""
        for place, action in enumerate(self.actions):
            if action.do != "hold" or action.ticket is not UNSET:
                continue
            rules = [because.rule for because in action.because]
            if self.event.kind != "request":
                ticket = replace(self._new("hold", rules, self.event.id), approve=RELEASE, refuse=DELETE)
            elif self.covering:
                approve = (PlannedAction("admit"), *self._assignments())
                ticket = replace(self._new("request", rules, self.event.id), approve=approve, refuse=REFUSE)
            else:
                continue
            holds = [one for one in self.done.asked if one.do == "hold"]
            self._keep(with_deadline(ticket, holds, self.now))
            self.actions[place] = replace(action, ticket=ticket.id)

    def _assignments(self) -> Iterator[PlannedAction]:
        """Where the applicant comes if admitted, each group once."""
        first: dict[str | None, str] = {}
        for one in self.done.asked:
            if one.do == "assign":
                first.setdefault(one.to, one.rules[0])
        for to, rule in first.items():
            yield PlannedAction("assign", to=to, rule=rule)

    def _propose(self) -> None:
        records = self.place.group.records
        for one in self.done.asked:
            if one.proposal is None:
                continue
            proposals = records.file(self.event.member.id).proposals
            before = records.tickets.get(proposals.get(one.proposal.cell, ""))
            if before is not None:
                self._keep(before)
                continue
            ticket = self._new("proposal", list(one.rules), one.proposal.cell, self.event.id)
            proposals[one.proposal.cell] = ticket.id
            what = one.proposal.approve
            ticket = replace(ticket, text=what.text, needed=one.proposal.needed, approve=(what,))
            self._keep(with_deadline(ticket, [one], self.now))
            self.actions.append(_proposing(one, ticket, self.event.member.id))

    # ------------------------------------------------------------ reviews

    def _review(self) -> None:
        records = self.place.group.records
        content = next((one for one in self.resolved if one.do in CONTENT and self.event.kind != "request"), None)
        asking = [] if content is None else [because.rule for because in content.because]
        held = any(action.do == "hold" for action in self.actions)
        waiting = []
        for fired, action in effects(self.found, self.seen, "pend review"):
            silent = not any(each.do in CONTENT for each in fired.actions) and self.verdict in EARNS
            if fired.rule.name in asking or silent:
                review = self.policies.reviews[action.subject or ""]
                ticket, opened = reviews.pend(review, self.place.name, self.event, records, self.now, held=held)
                self._keep(ticket if not opened else self._tell_if_complete(ticket))
                waiting += [ticket.id] if fired.rule.name in asking else []
        if waiting:
            self.actions = [
                replace(action, ticket=waiting[0]) if action.do == "hold" else action for action in self.actions
            ]
        if self.verdict in EARNS:
            for _, action in effects(self.found, self.seen, "use review"):
                reviews.use(self.policies.reviews[action.subject or ""], self.event, records, self.now)

    def _submit(self) -> None:
        if self.event.submission is None:
            return
        records, before = self.place.group.records, self.heard.ticket
        review = before.review if before is not None else self.heard.review
        ticket = reviews.submit(before, review, self.place.name, self.event, self.policies, records, self.now)
        self._keep(self._tell_if_complete(ticket))

    def _tell_if_complete(self, ticket: Ticket) -> Ticket:
        if not reviews.is_complete(ticket, self.now):
            return ticket
        review = self.policies.reviews.get(ticket.review)
        title = review.title if review is not None else ticket.review
        said = COMPLETE.format(title=title, name=ticket.name or ticket.member, ticket=ticket.id)
        self._tell("moderators", said, ticket.rules)
        return replace(ticket, told_complete=True)

    # ------------------------------------------------------------ what humans decide

    def _vote(self) -> None:
        ticket = self.settled
        if ticket is None:
            return
        records = self.place.group.records
        self._keep(ticket)
        if ticket.status == "open":
            return
        forget_proposal(ticket, records)
        if ticket.kind == "review":
            reviews.settle(ticket, self.policies, records, self.now)
        if ticket.kind == "appeal" and ticket.status == "approved":
            self._undo(ticket)

    def _undo(self, ticket: Ticket) -> None:
        for entry in self.place.group.journal:
            known = entry.at > self.now - JOURNAL and not entry.undone
            if known and entry.event == ticket.appealed and entry.member == ticket.member:
                self.overruled = sorted(entry.asked.keys() - entry.taken)
                undone, todo = take_back(entry, ticket, self.place, self.policies, self.now)
                self.undone = [undone]
                actions, _ = resolve(todo, Moment(ticket.member, is_request=False, now=self.now))
                self.actions += within(actions, self.event, self.policies, self.now)

    def _appeal(self) -> None:
        entry, terms = self.heard.entry, self.heard.appeals
        if entry is None or terms is None or self.event.appeal is None:
            return
        ticket = replace(
            self._new("appeal", sorted(entry.asked), entry.event),
            message=entry.message,
            text=self.event.appeal.text,
            decided_by=terms.decided_by,
            appealed=entry.event,
        )
        self._keep(ticket)
        self._tell(terms.decided_by, APPEALED.format(name=self.name, ticket=ticket.id), ticket.rules)

    # ------------------------------------------------------------ duties, switches, digests

    def _duties(self) -> None:
        """What is owed already is closed first: an event that opens the duty too opens it anew."""
        records, nothing = self.place.group.records, earns_nothing(self.event, self.verdict)
        if self.event.kind == "leave":
            self.files |= duties.leave(self.covering, self.event, records)
        for do in ("close duty", "open duty"):
            for fired, action in effects(self.found, self.seen, do):
                duty = self.policies.duties[action.subject or ""]
                if nothing and not duty.even_if_removed:
                    continue
                if do == "open duty":
                    opens = duties.open_duty(duty, self.policies, fired.policy.zone, self.event, records, self.now)
                    self.files |= opens
                else:
                    self.files |= duties.close_duty(duty, self.event, records)

    def _switches(self) -> None:
        """The longest that is asked for; what runs is not shortened, but turned off where that alone is asked."""
        switches = self.place.group.records.board.switches
        asked: dict[str, list[int]] = {}
        for _, action in effects(self.found, self.seen, "set"):
            asked.setdefault(action.subject or "", []).append(action.duration or 0)
        for name, lengths in asked.items():
            self.files = True
            until = max(switches.get(name, 0), self.now + max(lengths)) if max(lengths) else 0
            switches[name] = until

    def _digests(self) -> None:
        waiting = self.place.group.records.board.digests
        for one in self.done.asked:
            if one.digest is None:
                continue
            self.files = True
            cell, span = one.digest
            collected = waiting.setdefault(cell, Collected(self.now + span, one.do, one.to, one.rules[0], []))
            if one.text is not None and len(collected.lines) < LINES:
                collected.lines.append(one.text)

    # ------------------------------------------------------------ what all of them do

    def _new(self, kind: str, rules: list[str], *parts: str) -> Ticket:
        return Ticket(
            id=ticket_id(self.place.name, kind, *parts),
            kind=kind,  # type: ignore[arg-type]
            group=self.place.name,
            member=self.event.member.id,
            name=self.event.member.name,
            event=self.event.id,
            opened=self.now,
            rules=tuple(rules),
            message=about(self.event),
        )

    def _keep(self, ticket: Ticket) -> None:
        self.files = True
        self.place.group.records.tickets[ticket.id] = ticket
        self.tickets[ticket.id] = told(ticket, self.policies, self.now)

    def _tell(self, whom: str, text: str, rules: tuple[str, ...]) -> None:
        self.actions.append(Action("notify", tuple(map(Because, rules)), to=whom, text=text))


def _proposing(one: Asked, ticket: Ticket, member: str) -> Action:
    what = ticket.approve[0]
    return Action(
        do="propose",
        because=tuple(Because(rule, UNSET if what.text is None else what.text) for rule in one.rules),
        member=member or UNSET,
        text=UNSET if what.text is None else what.text,
        seconds=UNSET if what.duration is None else whole_seconds(what.duration),
        ticket=ticket.id,
        proposes=what.do,
    )


def settle(heard: Heard, event: Event, now: int, policies: r.PolicySet) -> tuple[Ticket | None, list[Asked]]:
    """The ticket with the vote of a verdict, and what is done if that settles it."""
    if event.verdict is None or heard.ticket is None:
        return None, []
    ticket = voted(heard.ticket, event, now)
    return ticket, asked_by_ticket(ticket, policies)
