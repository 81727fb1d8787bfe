"""Hours: their windows, written out."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.language import nodes as n
from policyd.language.source import Span

_DAY = 1440
_EVERY_DAY = tuple(range(7))


def hours(policy: PolicyDraft) -> None:
    for declared in policy.of(n.Hours):
        windows = _windows(declared, policy)
        if not any(isinstance(part, n.HoursEvery | n.HoursOn) for part in declared.parts):
            policy.report("C510", declared.name_span, name=declared.name)
        policy.hours[declared.name] = r.Hours(
            policy.qualified(declared.name), policy.zone, windows, span=declared.span
        )  # fmt: skip


def _windows(declared: n.Hours, policy: PolicyDraft) -> tuple[r.HoursWindow, ...]:
    ranges = [part for part in declared.parts if isinstance(part, n.HoursRange)]
    for part in declared.parts:
        if isinstance(part, n.HoursRange | n.HoursOn) and part.first > part.last:
            policy.report("C511", part.span, first=str(part.first), last=str(part.last))
    bounds = tuple((part.first, part.last) for part in ranges if part.kind == "from")
    excepts = tuple((part.first, part.last) for part in ranges if part.kind == "except")
    windows: list[r.HoursWindow] = []
    for part in declared.parts:
        if isinstance(part, n.HoursEvery):
            for start, end in _times(part.times, part.span, policy):
                windows.append(r.HoursWindow(part.days, None, start, end, bounds, excepts))
        elif isinstance(part, n.HoursOn):
            for start, end in _times(part.times or ((0, _DAY),), part.span, policy):
                windows.append(r.HoursWindow(_EVERY_DAY, (part.first, part.last), start, end, (), excepts))
    return tuple(windows)


def _times(times: tuple[tuple[int, int], ...], span: Span, policy: PolicyDraft) -> list[tuple[int, int]]:
    """Start and end minutes, an end on the next day past 1440."""
    written: list[tuple[int, int]] = []
    for start, end in times:
        if start == end or start >= _DAY:
            policy.report("C512", span, time=f"{start // 60:02}:{start % 60:02}")
        else:
            written.append((start, end if end > start else end + _DAY))
    return written
