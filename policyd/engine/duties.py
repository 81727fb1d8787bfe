"""What members owe: duties are opened and closed by events, and what of them has come due is taken by ticks (§7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from msgspec import Struct

from policyd.check.resolved import Duty, EveryDays, Hours, PolicySet
from policyd.engine.asked import Effect, Wanted
from policyd.engine.calendar import Calendar, active_end
from policyd.engine.case import Case, covering
from policyd.engine.desk import Change, Desk
from policyd.model.decision import Verdict
from policyd.model.event import NOBODY, Event
from policyd.model.records import MemberFile, OpenDuty, Thread
from policyd.reference.hours import in_hours
from policyd.reference.printing import show_duration

REMOVED: Final = frozenset({"hold", "delete", "refuse"})
"""Verdicts under which an event earns nothing (law L21)."""
_MOST: Final = 100
"""So many of one duty `each` a member owes at most; the oldest goes."""
_SECOND: Final = 1000
_MINUTE: Final = 60_000


def changes(case: Case, wanted: Wanted, verdict: Verdict) -> list[Change]:
    """What the event opens and closes."""
    found: list[Change] = []
    for effect in wanted.effects:
        if effect.do in ("open duty", "close duty"):
            found += _moved(case, effect, verdict in REMOVED)
    return found


def left(case: Case) -> list[Change]:
    """Who leaves owes nothing any more."""
    if case.event.kind != "leave":
        return []
    names = frozenset(duty.name for policy in case.prepared.route.policies for duty in policy.duties)
    return [partial(_drop, case.event.member.id, names)] if names else []


def _moved(case: Case, effect: Effect, removed: bool) -> list[Change]:
    duty = case.program.policy_set.duties[effect.subject]
    message = case.event.message
    if removed and not duty.even_if_removed:
        return []
    if effect.do == "open duty":
        opened = _opened(case, duty)
        if not duty.reply:
            return [partial(_open, member, duty, opened) for member in _owing(case.event)]
        return [partial(_ask, case.event.member.id, duty, opened)] if opened.message else []
    if not duty.reply:
        return [partial(_close, case.event.member.id, duty.name)]
    return [partial(_answer, message.reply_to, duty.name)] if message is not None and message.reply_to else []


def _owing(event: Event) -> tuple[str, ...]:
    """Who owes what the event opens: those who must acknowledge a notice, else the event's own member."""
    if event.notice is not None and event.notice.members:
        return tuple(dict.fromkeys(event.notice.members))
    return (event.member.id,) if event.member.id != NOBODY.id else ()


def _open(member: str, duty: Duty, opened: OpenDuty, desk: Desk) -> None:
    file = desk.file(member)
    before = file.duties.get(duty.name, []) if duty.each else []
    file.duties[duty.name] = [*before, opened][-_MOST:]


def _ask(member: str, duty: Duty, opened: OpenDuty, desk: Desk) -> None:
    assert opened.message is not None
    desk.thread(opened.message).duties[duty.name] = (member, opened)


def _close(member: str, name: str, desk: Desk) -> None:
    desk.file(member).duties.pop(name, None)


def _answer(message: str, name: str, desk: Desk) -> None:
    desk.thread(message).duties.pop(name, None)


def _drop(member: str, names: frozenset[str], desk: Desk) -> None:
    file = desk.file(member)
    for name in names & file.duties.keys():
        del file.duties[name]


# ---------------------------------------------------------------- instants


def _opened(case: Case, duty: Duty) -> OpenDuty:
    assert case.now is not None
    event, hours = case.event, case.program.policy_set.hours
    due = _deadline(duty, case.now, covering(case, duty.name).zone, hours)
    message = None if event.message is None else event.message.id
    reminders = [instant for instant in _reminders(duty, case.now, hours) if instant < due]
    return OpenDuty(event.id, case.now, due, reminders, message)


def _deadline(duty: Duty, opened: int, zone: str, hours: Mapping[str, Hours]) -> int:
    if not duty.within:
        return Calendar((EveryDays(duty.due_days, (duty.due_time,)),), zone, hours).following(opened)
    fitting = (each for each in duty.within if each.hours is None or in_hours(opened, hours[each.hours]))
    return active_end(opened, next(fitting, duty.within[-1]).duration, _pause(duty, hours))


def _reminders(duty: Duty, opened: int, hours: Mapping[str, Hours]) -> list[int]:
    return [active_end(opened, after, _pause(duty, hours)) for after in duty.reminders]


def _pause(duty: Duty, hours: Mapping[str, Hours]) -> Hours | None:
    return None if duty.pause is None else hours[duty.pause]


# ---------------------------------------------------------------- what has come due


class Come(Struct, frozen=True):
    """`what` of a duty has come due at `at`: `late`, `remind`, `remind2` …; `deadline` is when it is late."""

    what: str
    duty: Duty
    at: int
    member: str
    message: str | None
    opened: int
    deadline: int


def take_from_file(file: MemberFile, member: str, now: int, policies: PolicySet) -> Iterator[Come]:
    """Takes out of a member's file what is due at `now`, and says what is to be done."""
    for name, owed in list(file.duties.items()):
        duty = policies.duties.get(name)
        left = []
        for each in owed:
            if duty is not None:
                yield from _taken(duty, each, member, now, policies)
                if each.due > now:
                    left.append(each)
        if left:
            file.duties[name] = left
        else:
            del file.duties[name]


def take_from_thread(thread: Thread, now: int, policies: PolicySet) -> Iterator[Come]:
    """Likewise of a message that waits for a reply."""
    for name, (member, owed) in list(thread.duties.items()):
        duty = policies.duties.get(name)
        if duty is not None:
            yield from _taken(duty, owed, member, now, policies)
        if duty is None or owed.due <= now:
            del thread.duties[name]


def _taken(duty: Duty, owed: OpenDuty, member: str, now: int, policies: PolicySet) -> Iterator[Come]:
    if owed.due <= now:
        if duty.late:
            yield Come("late", duty, owed.due, member, owed.message, owed.opened, owed.due)
        return
    past = [instant for instant in owed.reminders if instant <= now]
    if past:
        del owed.reminders[: len(past)]
        place = _place(duty, owed.opened, past[-1], policies.hours)
        if place:
            what = "remind" if place == 1 else f"remind{place}"
            yield Come(what, duty, past[-1], member, owed.message, owed.opened, owed.due)


def _place(duty: Duty, opened: int, instant: int, hours: Mapping[str, Hours]) -> int:
    """Which of the duty's reminders it is, from 1; 0 where the duty has none any more."""
    if len(duty.reminders) < 2:
        return len(duty.reminders)
    return max(1, sum(each <= instant for each in _reminders(duty, opened, hours)))


# ---------------------------------------------------------------- in texts


def text_facts(case: Case) -> dict[str, str]:
    """How `duty.left` and `duty.members` print where a duty has come due."""
    event, due = case.event, case.event.due
    if due is None:
        return {}
    left = 0 if event.kind.startswith("late ") or case.now is None else max(0, due.at - case.now)
    names = due.names or (event.member.name or event.member.id,)
    return {"duty.left": show_duration(_rounded(left)), "duty.members": ", ".join(names)}


def _rounded(left: int) -> int:
    """Up to whole minutes, below one to whole seconds: ticks come at odd instants."""
    unit = _MINUTE if left >= _MINUTE else _SECOND
    return -(-left // unit) * unit
