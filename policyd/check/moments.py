"""What is certain about the clock at the times of a schedule, whatever the week."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from policyd.check import resolved as r
from policyd.language.types import WEEKDAY

_DAY: Final = 1440
_WEEK: Final = 7 * _DAY
_OPS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def never_true(when: r.Expr, timings: tuple[r.Timing, ...], hours: Mapping[str, r.Hours]) -> bool:
    """Whether the condition is certainly false at all of these times. `hours` by qualified name."""
    items = when.items if isinstance(when, r.And) else (when,)
    moments = list(_moments(timings))
    return bool(moments) and all(
        moment is not None and any(_is_false(item, moment, hours) for item in items) for moment in moments
    )  # fmt: skip


def _moments(timings: tuple[r.Timing, ...]) -> Iterator[int | None]:
    """Minutes of the week, from Monday; None for times that are not the same each week."""
    for timing in timings:
        if isinstance(timing, r.EveryDays):
            yield from ((day * _DAY + time) % _WEEK for day in timing.days for time in timing.times)
        else:
            yield None


def _is_false(item: r.Expr, moment: int, hours: Mapping[str, r.Hours]) -> bool:
    match item:
        case r.Not(operand=r.InHours(item=time, hours=name, negated=negated)):
            return _is_false(r.InHours(time, name, not negated, item.type), moment, hours)
        case r.InHours(item=r.Fact(name="now"), hours=name, negated=negated) if name in hours:
            inside = _inside(hours[name], moment)
            return inside is not None and inside is negated
        case r.Compare(op, r.Fact(name=fact), r.Const(value=value)) if fact in ("now.hour", "now.weekday"):
            clock = _clock(fact, moment)
            return type(value) is type(clock) and not _OPS[op](clock, value)
        case r.InList(item=r.Fact(name=fact), items=r.Const(value=tuple() as values), negated=negated) if fact in (
            "now.hour", "now.weekday",
        ):  # fmt: skip
            return (_clock(fact, moment) in values) is negated
        case _:
            return False


def _clock(fact: str, moment: int) -> int | str:
    return moment % _DAY // 60 if fact == "now.hour" else WEEKDAY.members[moment // _DAY]


def _inside(hours: r.Hours, moment: int) -> bool | None:
    """None where some windows are not the same each week."""
    if any(window.dates is not None or window.bounds or window.excepts for window in hours.windows):
        return None
    return any(
        (moment - day * _DAY - window.start) % _WEEK < window.end - window.start
        for window in hours.windows
        for day in window.days
    )
