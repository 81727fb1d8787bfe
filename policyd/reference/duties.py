"""What members owe: how duties are opened, closed and dropped, and what of them has come due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policyd.check.resolved import Duty, EveryDays, Policy, PolicySet
from policyd.model.event import Event
from policyd.model.records import OpenDuty
from policyd.reference.calendar import active_end, next_instant
from policyd.reference.hours import in_hours
from policyd.reference.state import Records

MOST = 100
"""So many of one duty `each` a member owes; the oldest goes."""


def open_duty(duty: Duty, policies: PolicySet, zone: str, event: Event, records: Records, now: int) -> bool:
    """Whether anyone owes it now."""
    message = None if event.message is None else event.message.id
    if duty.reply:
        if message is not None:
            owed = _owed(duty, policies, zone, event, now)
            records.thread(message).duties[duty.name] = (event.member.id, owed)
        return message is not None
    for member in _owing(event):
        before = records.file(member).duties.get(duty.name, []) if duty.each else []
        records.file(member).duties[duty.name] = [*before, _owed(duty, policies, zone, event, now)][-MOST:]
    return bool(_owing(event))


def _owed(duty: Duty, policies: PolicySet, zone: str, event: Event, now: int) -> OpenDuty:
    due = due_of(duty, policies, zone, now)
    reminders = [at for at in reminders_of(duty, policies, now) if at < due]
    return OpenDuty(event.id, now, due, reminders, None if event.message is None else event.message.id)


def _owing(event: Event) -> tuple[str, ...]:
    """Those who are to acknowledge a notice, else the event's own member."""
    if event.notice is not None and event.notice.members:
        return event.notice.members
    return (event.member.id,) if event.member.id else ()


def close_duty(duty: Duty, event: Event, records: Records) -> bool:
    """Whether it can be told which."""
    if not duty.reply:
        records.file(event.member.id).duties.pop(duty.name, None)
        return True
    answered = None if event.message is None else event.message.reply_to
    if answered is not None:
        records.thread(answered).duties.pop(duty.name, None)
    return answered is not None


def leave(policies: list[Policy], event: Event, records: Records) -> bool:
    """Who leaves owes nothing any more. Whether anything was owed."""
    owed = records.file(event.member.id).duties
    return any([owed.pop(duty.name, None) for policy in policies for duty in policy.duties])


def due_of(duty: Duty, policies: PolicySet, zone: str, opened: int) -> int:
    """When it is late."""
    if not duty.within:
        timing = EveryDays(duty.due_days, (duty.due_time,))
        return next_instant([timing], zone, policies.hours, opened) or 0
    for within in duty.within:
        if within.hours is None or in_hours(opened, policies.hours[within.hours]):
            return _after(duty, policies, opened, within.duration)
    return _after(duty, policies, opened, duty.within[-1].duration)


def reminders_of(duty: Duty, policies: PolicySet, opened: int) -> list[int]:
    return [_after(duty, policies, opened, after) for after in duty.reminders]


def _after(duty: Duty, policies: PolicySet, opened: int, span: int) -> int:
    return active_end(opened, span, None if duty.pause is None else policies.hours[duty.pause])


# ---------------------------------------------------------------- what has come due


@dataclass(frozen=True)
class Come:
    """A duty is late, or to be reminded of. `what`: the first word of the rule's kind: `late`, `remind`, `remind2` …
    `late_at`: when it is late."""

    what: str
    duty: Duty
    at: int
    member: str
    message: str | None
    late_at: int

    @property
    def who(self) -> str:
        """Whose it is: the message that waits, or the member."""
        return self.message or "" if self.duty.reply else self.member


def take(records: Records, policies: PolicySet, now: int) -> list[Come]:
    """Takes away what has come due, and says what it was."""
    found: list[Come] = []
    for member, file in records.files.items():
        for name, owed in list(file.duties.items()):
            for one in owed:
                found += _come(one, name, member, policies, now)
            file.duties[name] = [one for one in owed if one.due > now and name in policies.duties]
            if not file.duties[name]:
                del file.duties[name]
    for thread in records.threads.values():
        for name, (member, one) in list(thread.duties.items()):
            found += _come(one, name, member, policies, now)
            if one.due <= now or name not in policies.duties:
                del thread.duties[name]
    return found


def _come(owed: OpenDuty, name: str, member: str, policies: PolicySet, now: int) -> Iterator[Come]:
    duty = policies.duties.get(name)
    if duty is None:
        return
    if owed.due <= now:
        if duty.late:
            yield Come("late", duty, owed.due, member, owed.message, owed.due)
        return
    past = [at for at in owed.reminders if at <= now]
    owed.reminders = [at for at in owed.reminders if at > now]
    if past:
        place = sum(at <= past[-1] for at in reminders_of(duty, policies, owed.opened))
        yield Come("remind" if place < 2 else f"remind{place}", duty, past[-1], member, owed.message, owed.due)
