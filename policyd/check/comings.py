"""Schedules that never come, and sweeps over everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.moments import never_true
from policyd.check.weeks import covers_week, has_passed, is_over
from policyd.language import nodes as n
from policyd.language.diagnostics import Phrase

_SHORTEST_MONTH: Final = 28
_CONTRADICTION: Final = Phrase("this is never true at its times", "到了写明的时间,这个条件总不成立")


def comings(policy: PolicyDraft) -> None:
    declared: list[n.Schedule | n.Sweep] = [*policy.of(n.Schedule), *policy.of(n.Sweep)]
    for each in declared:
        for written, why in _never(each, policy):
            policy.report("W340", written.span, name=each.name, why=why)
        for written in each.timings:
            if isinstance(written, n.DayOfMonth) and written.day is None and written.which > _SHORTEST_MONTH:
                policy.report("W339", written.span, day=written.which)
    hours = {each.name: each for each in policy.hours.values()}
    every: list[r.Schedule | r.Sweep] = [*policy.schedules.values(), *policy.sweeps.values()]
    for timed in every:
        name = timed.name.removeprefix(f"{policy.name}.")
        when = policy.rules[name].when
        if when is not None and never_true(when, timed.timings, hours):
            policy.report("W340", when.span, name=name, why=_CONTRADICTION)
    for sweep in policy.of(n.Sweep):
        if sweep.when is None and sweep.unless is None:
            policy.report("W341", sweep.name_span, name=sweep.name)


def _never(declared: n.Schedule | n.Sweep, policy: PolicyDraft) -> Iterator[tuple[n.Timing, Phrase]]:
    """Instants that do not come any more, or never do, and why."""
    for written in declared.timings:
        if isinstance(written, n.OnDate):
            resolved = r.OnDate(datetime.fromisoformat(written.date).date(), written.time)
            if has_passed(resolved, policy.zone):
                at = f"{written.date} {written.time // 60:02}:{written.time % 60:02}"
                yield written, Phrase(f"{at} has passed", f"{at} 已经过去")
        elif isinstance(written, n.HoursEdge):
            hours = policy.hours.get(written.hours.text)
            why = _no_edge(hours, policy) if hours else None
            if why is not None:
                yield written, why


def _no_edge(hours: r.Hours, policy: PolicyDraft) -> Phrase | None:
    name = hours.name.removeprefix(f"{policy.name}.")
    if covers_week(hours):
        return Phrase(f"`{name}` is always open, and neither opens nor closes", f"`{name}` 全天候开放,没有开始和结束")
    if hours.windows and is_over(hours, datetime.now(ZoneInfo(policy.zone)).date()):
        return Phrase(f"all days of `{name}` have passed", f"`{name}` 的日期都已过去")
    return None
