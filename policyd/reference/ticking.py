"""Ticks: what has come due is planned, carried out as events of its own, and answered until it is acknowledged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import UNSET

from policyd.check.resolved import DayOfMonth, EveryDays, Policy, Schedule, Sweep, Tiers, Timing
from policyd.model.decision import Action, Because, Decision, Missed, TicketState
from policyd.model.event import NOBODY, Due, Event, Member
from policyd.model.problem import EventError, problem
from policyd.model.records import Ticket, timed_id
from policyd.model.state import EventIdReused
from policyd.reference import duties
from policyd.reference.acquaintance import group_as_known, member_as_known
from policyd.reference.asking import Asked
from policyd.reference.calendar import instants
from policyd.reference.calendar import next_instant as next_of
from policyd.reference.capabilities import within
from policyd.reference.consequences import of_actions, settled, write
from policyd.reference.desk import Answered, Desk, Work
from policyd.reference.duties import Come
from policyd.reference.earning import effects
from policyd.reference.figures import clock_of, zone_of_group
from policyd.reference.firing import firings
from policyd.reference.instants import rfc3339
from policyd.reference.resolving import Moment, resolve
from policyd.reference.state import RECEIPTS, Place
from policyd.reference.tickets import KEPT, asked_by_ticket, forget_proposal, told

if TYPE_CHECKING:
    from policyd.reference.evaluator import Failure, Reference

HOUR = 3_600_000
MISSED = 24 * HOUR
"""A schedule that is later than this is told as missed."""
MOST_MISSED = 20
MOST = 500
"""Works of one tick."""
OPEN = 30 * 24 * HOUR
"""So long the answer of a tick is given again, as it was, in ms."""


def tick(reference: Reference, event: Event, fails: Failure) -> Decision:
    """Raises `EventError` where the store fails: the bot sends it again."""
    if fails != "none":
        raise EventError(problem("store_unavailable", "the tick could not be carried out", hint="send it again"))
    desk, scope, now = reference.desk, event.group.id, event.time or 0
    before = desk.answered.get((scope, event.id))
    if before is not None and before.at > now - RECEIPTS:
        if before.content != event.tick:
            raise EventIdReused(f"event id `{event.id}` was used before with another content")
        return msgspec.structs.replace(before.decision, replayed=True)
    again = _acknowledge(desk, event, now)
    groups = [scope] if scope else sorted(name for name in reference.groups if name.isprintable())
    missed: list[Missed] = []
    planned = [work for name in groups for work in _plan(reference, reference.place(name), event, missed)]
    works = sorted(planned + [work for work in desk.waiting if not scope or work.group == scope], key=_order)
    left = works[MOST:]
    desk.waiting = [work for work in desk.waiting if scope and work.group != scope] + left
    own, tickets = _carry_out_all(reference, works[:MOST], event)
    before_it: dict[str, TicketState] = {}
    missed_before: list[Missed] = []
    for answered in again:
        missed_before += answered.missed
        before_it |= answered.tickets
    decision = Decision(
        event=event.id,
        policy=reference.policies.revision,
        verdict="allow",
        actions=tuple([*(action for answered in again for action in answered.own), *own]),
        tickets=tuple(state for _, state in sorted((before_it | tickets).items())),
        missed=tuple(sorted([*missed_before, *missed], key=_when)),
        more=bool(left),
    )
    done = Answered(event.id, scope, now, event.tick, own, missed, tickets, decision)
    desk.answered[scope, event.id] = done
    desk.open.setdefault(scope, []).append(done)
    return decision


def _carry_out_all(reference: Reference, works: list[Work], tick: Event) -> tuple[list[Action], dict[str, TicketState]]:
    """One after another, in order."""
    actions: list[Action] = []
    tickets: dict[str, TicketState] = {}
    for work in works:
        done, states = _carry_out(reference, reference.place(work.group), work, tick)
        actions += [_told_where(action, work) for action in done]
        tickets |= {state.ticket: state for state in states}
    return actions, tickets


def _acknowledge(desk: Desk, event: Event, now: int) -> list[Answered]:
    """Forgets what was carried out, and returns the ticks that are answered again."""
    still = [one for one in desk.open.get(event.group.id, []) if one.at > now - OPEN]
    if event.tick is None:
        still = []
    elif event.tick.ack is not None:
        ids = [one.id for one in still]
        still = still[ids.index(event.tick.ack) + 1 :] if event.tick.ack in ids else still
    desk.open[event.group.id] = still
    return list(still)


def _when(missed: Missed) -> tuple[datetime, str, str]:
    return datetime.fromisoformat(missed.at), missed.group, missed.rule


def _order(work: Work) -> tuple[int, str, str, str, tuple[str, ...]]:
    return work.at, work.group, work.what, work.name, work.who


def _told_where(action: Action, work: Work) -> Action:
    """With its group, and whom and what it is about, where the action does not say it yet."""
    due = None if work.event is None else work.event.due
    member = None if work.event is None else work.event.member.id
    speaks = action.do in ("reply", "notify", "call_out")
    about_member = action.do in ("assign", "move") or (action.do == "notify" and action.to == "member")
    return msgspec.structs.replace(
        action,
        group=work.group,
        message=due.message if due is not None and due.message is not None and speaks else action.message,
        member=member if member and about_member and action.member is UNSET else action.member,
    )


# ---------------------------------------------------------------- planning


def _plan(reference: Reference, place: Place, tick: Event, missed: list[Missed]) -> Iterable[Work]:
    """Takes away what is due in a group. Schedules and sweeps are planned where the group is known."""
    now = tick.time or 0
    records = place.group.records
    yield from _duty_works(reference, place, tick)
    for ticket in list(records.tickets.values()):
        if ticket.status == "open" and 0 < ticket.deadline <= now:
            records.tickets[ticket.id] = msgspec.structs.replace(ticket, status="expired", settled=now)
            forget_proposal(ticket, records)
            yield Work(ticket.deadline, place.name, "ticket", ticket.id, ticket=ticket.id)
        elif ticket.status != "open" and ticket.settled + KEPT <= now:
            del records.tickets[ticket.id]
            yield Work(ticket.settled + KEPT, place.name, "forget", ticket.id)
    for cell, collected in list(records.board.digests.items()):
        if collected.due <= now:
            del records.board.digests[cell]
            text = "\n".join(collected.lines)
            because = (Because(collected.rule, text),)
            said = Action(collected.do, because, to=collected.to or UNSET, text=text)  # type: ignore[arg-type]
            yield Work(collected.due, place.name, "digest", cell, action=said)
    if records.known is not None:
        yield from _timed_works(reference, place, tick, missed)


def _timed_works(reference: Reference, place: Place, tick: Event, missed: list[Missed]) -> Iterable[Work]:
    known, board, now = place.group.records.known, place.group.records.board, tick.time or 0
    assert known is not None
    last = max(reference.desk.last.get(place.name, 0), board.last, known.since)
    reference.desk.last[place.name] = max(last, now)
    for policy in _covering(reference, place):
        for timed in _all_timed(policy):
            due, late = _occurrences(reference, policy, timed, last, now)
            missed += [Missed(timed.name, place.name, rfc3339(at, policy.zone)) for at in late]
            board.last = now if due or late else board.last
            for at in due:
                if isinstance(timed, Schedule):
                    yield _timed(place, tick, "schedule", timed.name, at, NOBODY, at)
                elif isinstance(timed, Sweep):
                    yield from _sweep(reference, place, tick, policy, timed, at)
                else:
                    yield from _tiers(reference, place, tick, policy, timed, at)


def _all_timed(policy: Policy) -> list[Schedule | Sweep | Tiers]:
    return [*policy.schedules, *policy.sweeps, *policy.tiers]


def _timings(timed: Schedule | Sweep | Tiers) -> tuple[Timing, ...]:
    """Tiers come at the beginning of each period."""
    if not isinstance(timed, Tiers):
        return timed.timings
    match timed.every:
        case "day":
            return (EveryDays(tuple(range(7)), (0,)),)
        case "week":
            return (EveryDays((0,), (0,)),)
        case "month":
            return (DayOfMonth(1, None, 0),)


def _covering(reference: Reference, place: Place) -> list[Policy]:
    group = group_as_known(place.name, place.group.records)
    return [policy for policy in reference.policies.policies if policy.scope.covers(group.id, group.tags)]


def _occurrences(
    reference: Reference, policy: Policy, timed: Schedule | Sweep | Tiers, last: int, now: int
) -> tuple[list[int], list[int]]:
    """The newest that is not too late, and those that are."""
    found = instants(_timings(timed), policy.zone, reference.policies.hours, last, now)
    late = [at for at in found if at < now - MISSED]
    return [at for at in found if at >= now - MISSED][-1:], late[-MOST_MISSED:]


def _sweep(reference: Reference, place: Place, tick: Event, policy: Policy, sweep: Sweep, at: int) -> Iterable[Work]:
    """An event for each member for whom the condition holds now."""
    for name in sorted(place.group.records.members):
        member = member_as_known(name, place.group.records)
        work = _timed(place, tick, "sweep", sweep.name, at, member, at, who=(name,))
        assert work.event is not None
        seen = reference.look(work.event)
        found = firings([policy], seen)
        if any(fired.rule.name == sweep.name for fired in (*found.live, *found.shadow)):
            yield work


def _tiers(reference: Reference, place: Place, tick: Event, policy: Policy, tiers: Tiers, at: int) -> Iterable[Work]:
    """An event for each member who is to come to another tier."""
    for name in sorted(place.group.records.members):
        member = member_as_known(name, place.group.records)
        work = _timed(place, tick, "tiers", tiers.name, at, member, at, who=(name,))
        assert work.event is not None
        placed = place.group.records.file(name).tiers.get(tiers.name)
        seen = reference.look(work.event)
        places = [action.tier for _, action in effects(firings([policy], seen), seen, "place")]
        if places and (placed is None or placed.tier != places[0]):
            yield work


def _timed(
    place: Place, tick: Event, what: str, name: str, at: int, member: Member, deadline: int, *,
    who: tuple[str, ...] = (), names: tuple[str, ...] = (), message: str | None = None,
) -> Work:  # fmt: skip
    """`name` is the declaration; `who` is in the id of the event."""
    event = Event(
        id=timed_id(what, name, at, ",".join(sorted(who))),
        kind=f"{what} {name}",
        group=group_as_known(place.name, place.group.records),
        member=member,
        time=tick.time,
        capabilities=tick.capabilities,
        due=Due(deadline, names, message, 0),
    )
    plain: Literal["remind"] | str = "remind" if what.startswith("remind") else what
    rule = name if plain in ("schedule", "sweep", "tiers") else f"{name}.{what}"
    return Work(at, place.name, plain, rule, who, event)


def _duty_works(reference: Reference, place: Place, tick: Event) -> Iterable[Work]:
    together: dict[tuple[str, str], list[Come]] = {}
    done = set()
    for come in duties.take(place.group.records, reference.policies, tick.time or 0):
        if come.duty.together:
            together.setdefault((come.duty.name, come.what), []).append(come)
        elif (come.duty.name, come.what, come.at, come.who) not in done:
            done.add((come.duty.name, come.what, come.at, come.who))
            member = member_as_known(come.member, place.group.records)
            yield _timed(
                place, tick, come.what, come.duty.name, come.at, member, come.late_at, who=(come.who,),
                message=come.message,
            )  # fmt: skip
    for (name, what), all_come in together.items():
        yield _together(place, tick, name, what, all_come)


def _together(place: Place, tick: Event, name: str, what: str, all_come: list[Come]) -> Work:
    """One event for all who are late, or are reminded, at once."""
    ordered = sorted(all_come, key=lambda come: (come.at, come.who))
    unlike = {come.who: come for come in ordered}
    names = [member_as_known(come.member, place.group.records).name or come.member for come in unlike.values()]
    deadline = min(come.late_at for come in ordered)
    return _timed(place, tick, what, name, ordered[-1].at, NOBODY, deadline, who=tuple(unlike), names=tuple(names))


# ---------------------------------------------------------------- carrying out


def _carry_out(reference: Reference, place: Place, work: Work, tick: Event) -> tuple[list[Action], list[TicketState]]:
    if work.event is not None:
        decision = reference.evaluate(work.event)
        return list(decision.actions), list(decision.tickets)
    if work.ticket:
        return _expire(reference, place, place.group.records.tickets[work.ticket], tick)
    return ([work.action] if work.action is not None else []), []


def _expire(reference: Reference, place: Place, ticket: Ticket, tick: Event) -> tuple[list[Action], list[TicketState]]:
    """Nobody decided in time: what was planned for that is done."""
    now, policies = tick.time or 0, reference.policies
    asked = asked_by_ticket(ticket, policies)
    member = place.group.member(ticket.member)
    _mute(asked, place, ticket, now)
    actions, _ = resolve(asked, Moment(ticket.member, is_request=False, now=now, running=member.muted_until))
    event = Event(
        id=tick.id, kind="tick", group=tick.group, member=Member(ticket.member, ticket.name),
        capabilities=tick.capabilities,
    )  # fmt: skip
    done = within(actions, event, policies, now)
    day = clock_of(zone_of_group(_covering(reference, place)), now)[0]
    write(place.group.log, day, of_actions(done) + settled(ticket))
    return done, [told(ticket, policies, now)]


def _mute(asked: list[Asked], place: Place, ticket: Ticket, now: int) -> None:
    member = place.group.member(ticket.member)
    for one in asked:
        if one.do == "mute":
            member.muted_until = max(member.muted_until, now + (one.duration or 0))


# ---------------------------------------------------------------- what comes next


def next_instant(reference: Reference, now: int) -> int | None:
    """The next instant later than `now` at which something comes due."""
    coming: list[int] = []
    for name in list(reference.groups):
        place = reference.place(name)
        records = place.group.records
        for owed in [*(one for file in records.files.values() for many in file.duties.values() for one in many),
                     *(one for thread in records.threads.values() for _, one in thread.duties.values())]:  # fmt: skip
            coming += [owed.due, *owed.reminders]
        coming += [ticket.deadline for ticket in records.tickets.values() if ticket.status == "open"]
        coming += [collected.due for collected in records.board.digests.values()]
        if records.known is not None:
            for policy in _covering(reference, place):
                for timed in _all_timed(policy):
                    following = next_of(_timings(timed), policy.zone, reference.policies.hours, now)
                    coming += [] if following is None else [following]
    return min((at for at in coming if at > now), default=None)
