"""Small mistakes in workflow declarations: a deadline, a reminder, a quota, a clause or an action different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from policyd.language import nodes as n
from tests.policies import variants as m

Variants = m.Variants


def _flags(node: Any, *names: str) -> Variants:
    for name in names:
        yield f"{name} the other way", replace(node, **{name: not getattr(node, name)})


def _timing(timing: n.Timing) -> Variants:
    match timing:
        case n.EveryDays():
            yield from m.inside(timing, "days", m.days("day", timing.days))
            yield from m.inside(timing, "times", m.without_each("time", timing.times))
            yield "a minute later", replace(timing, times=tuple(time + 1 for time in timing.times))
        case n.DayOfMonth() | n.OnDate():
            yield "a minute later", replace(timing, time=timing.time + 1)
        case n.HoursEdge():
            yield "the other edge", replace(timing, edge="closes" if timing.edge == "opens" else "opens")


def _timed(node: n.Schedule | n.Sweep) -> Variants:
    yield from m.inside(node, "timings", m.without_each("timing", node.timings))
    yield from m.inside(node, "timings", m.each_of("timing", node.timings, _timing))
    yield from m.conditions(node, "when")


def _schedule(schedule: n.Schedule) -> Variants:
    yield from _timed(schedule)
    yield from m.actions_of(schedule, "then")


def _sweep(sweep: n.Sweep) -> Variants:
    yield from _timed(sweep)
    yield from m.actions_of(sweep, "then", _daily)
    yield from m.conditions(sweep, "unless")


def _daily(action: n.Action) -> Variants:
    """`once in` by days: what comes at a time of day cannot tell less."""
    yield from (
        (what, replace(changed, once=action.once)) for what, changed in m.one_action(replace(action, once=None))
    )
    if action.once is not None:
        for what, changed in (("longer", action.once + m.DAY), ("shorter", action.once - m.DAY), ("missing", None)):
            yield f"once in: {what}", replace(action, once=changed)


def _review(review: n.Review) -> Variants:
    yield from m.conditions(review, "when")
    yield from m.conditions(review, "unless")
    yield from m.inside(review, "kinds", m.without_each("kind", review.kinds))
    yield from m.inside(review, "needs", m.without_each("need", review.needs, least=0))
    yield from m.inside(review, "at_most", m.numbers("at most", review.at_most))
    yield from m.inside(review, "valid", m.durations("valid", review.valid, optional=True))
    yield from m.inside(review, "by", m.numbers("by", review.by))
    yield from m.inside(review, "exempt", m.without_each("exempt", review.exempt, least=0))
    yield "bound otherwise", replace(review, approve="content" if review.approve == "member" else "member")
    for clause in ("pending", "refused"):
        if getattr(review, clause):
            yield from m.actions_of(review, clause)


def _duty(duty: n.Duty) -> Variants:
    yield from m.conditions(duty, "where")
    yield from m.inside(duty, "kinds", m.without_each("kind", duty.kinds))
    yield from m.inside(duty, "within", m.each_of("within", duty.within, _within))
    yield from m.inside(duty, "within", m.without_each("within", duty.within))
    if duty.due is not None:
        yield "due a minute later", replace(duty, due=replace(duty.due, time=duty.due.time + 1))
    if duty.pause is not None:
        yield "no pause", replace(duty, pause=None)
    if duty.until is not None:
        yield from m.inside(duty, "until", _until(duty.until))
    yield from m.inside(duty, "reminders", m.without_each("reminder", duty.reminders, least=0))
    yield from m.inside(duty, "reminders", m.each_of("reminder", duty.reminders, _reminder))
    if duty.late is not None:
        yield "no late", replace(duty, late=None)
        yield from m.actions_of(duty, "late")
    yield from _flags(duty, "together")


def _within(within: n.Within) -> Variants:
    yield from m.inside(within, "duration", m.durations("within", within.duration))


def _until(until: n.Until) -> Variants:
    yield from m.conditions(until, "where")
    if until.by is not None:
        yield "by the owner", replace(until, by="owner")
        yield "by anyone", replace(until, by=None)


def _reminder(remind: n.Remind) -> Variants:
    yield from m.inside(remind, "after", m.durations("after", remind.after))
    yield from m.actions_of(remind, "then")


def _group(group: n.GroupSettings) -> Variants:
    yield "another group", replace(group, groups=tuple(name + "?" for name in group.groups))
    yield from m.inside(group, "overrides", m.without_each("override", group.overrides, least=0))
    yield from m.inside(group, "without", m.without_each("without", group.without, least=0))


def _switch(switch: n.Switch) -> Variants:
    yield from m.inside(switch, "off_after", m.durations("off after", switch.off_after))


VARIANTS: Final[dict[type, Callable[[Any], Variants]]] = {
    n.Schedule: _schedule, n.Sweep: _sweep, n.Review: _review, n.Duty: _duty, n.GroupSettings: _group,
    n.Switch: _switch, n.Setting: lambda setting: m.inside(setting, "value", m.expressions(setting.value)),
}  # fmt: skip
