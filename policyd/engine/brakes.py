"""Brakes: past a number of removals in a group a human is asked first (law L19)."""

from __future__ import annotations

from functools import partial

from msgspec import UNSET

from policyd.check.resolved import Brake, Policy
from policyd.engine.appeals import end_mute
from policyd.engine.asked import MEMBER
from policyd.engine.case import policy_of
from policyd.engine.course import Course
from policyd.engine.desk import Change, Desk, Said
from policyd.engine.tickets import message_of, tell
from policyd.model.decision import Action
from policyd.model.records import PlannedAction, Ticket, ticket_id
from policyd.model.wording import BRAKED
from policyd.state.store import Store


def changes(course: Course) -> list[Change]:
    action = member_action(course) if course.reading.braked else None
    if action is None or action.do not in course.reading.braked:
        return []
    brakes = _on(action, course.case.prepared.route.policies)
    return [partial(_brake, course, action, brakes)] if brakes else []


def is_covered(action: Action, course: Course) -> bool:
    """Whether a brake counts it."""
    return action.do in MEMBER and action.ticket is UNSET and bool(_on(action, course.case.prepared.route.policies))


def member_action(course: Course) -> Action | None:
    """What is done to the member by rules; what a ticket asks for is never braked."""
    for action in course.resolved.actions:
        if action.do in MEMBER and action.ticket is UNSET:
            return action
    return None


def proposed(action: Action, ticket: str) -> Action:
    """What becomes of an action that is stopped."""
    return Action(
        "propose",
        action.because,
        member=action.member,
        text=action.text,
        seconds=action.seconds,
        ticket=ticket,
        proposes=action.do,
        braked=True,
    )


async def take_back(store: Store, course: Course) -> None:
    """The mute that was stopped has been recorded already: its end is set back to what it was. Does nothing where that
    has been done, or something else has changed it since."""
    action, settled, ask = member_action(course), course.settled, course.case.ask
    if not course.told.braked or action is None or action.do != "mute":
        return
    await end_mute(
        store, ask.tenant, ask.group, ask.member, settled.mute_until or 0, settled.was_muted_until, course.now
    )


def _on(action: Action, policies: tuple[Policy, ...]) -> list[Brake]:
    """The brakes on an action, in the order in which they stop it."""
    owners = {policy_of(because.rule) for because in action.because}
    return [
        brake
        for policy in policies
        if policy.brakes and policy.name in owners
        for brake in policy.brakes
        if action.do in brake.actions
    ]


def _brake(course: Course, action: Action, brakes: list[Brake], desk: Desk) -> None:
    let_through = desk.board().brakes
    for brake in brakes:
        let_through[brake.name] = [at for at in let_through.get(brake.name, []) if at > desk.now - brake.within]
    if all(len(let_through[brake.name]) < brake.at_most for brake in brakes):
        for brake in brakes:
            let_through[brake.name].append(desk.now)
        return
    ticket = _ticket(course, action, desk)
    desk.put_ticket(ticket)
    desk.told.braked = ticket.id
    text = BRAKED.format(action=action.do.replace("_", " "), name=ticket.name or ticket.member, ticket=ticket.id)
    desk.told.says.append(Said("owner", text, ticket.rules))
    tell(desk, ticket, course.case.zones)


def _ticket(course: Course, action: Action, desk: Desk) -> Ticket:
    event, asked = course.case.event, course.resolved.on_member
    rules = tuple(because.rule for because in action.because)
    duration = asked.duration if asked is not None and asked.do == action.do else None
    return Ticket(
        id=ticket_id(desk.group, "brake", event.id),
        kind="brake",
        group=desk.group,
        member=event.member.id,
        event=event.id,
        opened=desk.now,
        rules=rules,
        name=event.member.name,
        message=message_of(event),
        text=None if action.text is UNSET else action.text,
        approve=(PlannedAction(action.do, None if action.text is UNSET else action.text, duration, None, rules[0]),),
    )
