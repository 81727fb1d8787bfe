"""Windows in the plain store: what was counted for a member or a group, and how much of it counts now."""

from __future__ import annotations

from array import array
from bisect import bisect_right

from msgspec import Struct

from policyd.model.local_days import number_at
from policyd.model.state import Window
from policyd.state.retention import CALENDAR, MOST_AMOUNTS


class Once(Struct, gc=False):
    """An instant, the only one, as most cells have no more: and for how many ms after it that matters."""

    span: int
    at: int


class Times(Struct, gc=False):
    """Instants, the newest last, and for how many ms after it they matter. An array is nothing to the collector of
    garbage, of which a list for each member makes much."""

    span: int
    times: array[int]


class Pairs(Struct, gc=False):
    """Values or amounts with their instants, the newest last."""

    span: int
    pairs: list[tuple[int, int]]


class Running(Struct, gc=False):
    """Of a period of the calendar and of the one before: their numbers, and what was counted. `values`: those seen in
    the running one, where values are counted. `at`: when that was first counted; `span` is longer than two periods."""

    span: int
    at: int
    number: int
    count: int = 0
    before: int = 0
    count_before: int = 0
    values: set[int] | None = None


Cell = Once | Times | Pairs | Running


def bump(cells: dict[str, Cell], window: Window, now: int, amount: int) -> int:
    """Counts the event, unless `amount` is 0: the value or amount of it, 1 where events are counted."""
    if window.per is not None:
        return _bump_running(cells, window, number_at(window.per, window.zone, now), now, amount)
    if window.form == "events":
        return _bump_times(cells, window, now, amount)
    return _bump_pairs(cells, window, now, amount)


def peek(cells: dict[str, Cell], window: Window, now: int) -> int:
    """What `bump` would answer for a window that does not count the event; nothing is changed."""
    match cells.get(window.cell):
        case Once(_, at):
            return 1 if max(now, at) - at < window.span else 0
        case Times(_, times):
            return min(window.cap, len(times) - bisect_right(times, max(now, times[-1]) - window.span))
        case Pairs(_, pairs):
            return _told(window, pairs, max(now, pairs[-1][1]))
        case Running() as cell:
            assert window.per is not None
            return _told_running(window, cell, number_at(window.per, window.zone, now))
        case None:
            return 0


def is_live(cell: Cell, now: int) -> bool:
    match cell:
        case Once(span, at):
            return at > now - span
        case Times(span, times):
            return times[-1] > now - span
        case Pairs(span, pairs):
            return pairs[-1][1] > now - span
        case Running(span, at):
            return at > now - span


def _bump_times(cells: dict[str, Cell], window: Window, now: int, amount: int) -> int:
    cell = cells.get(window.cell)
    if type(cell) is Times:
        return _bump_many(cell, window, now, amount)
    if type(cell) is Once:
        cell.at = min(cell.at, now)
        counts = now - cell.at < window.span
        if not amount:
            return int(counts)
        if counts and window.cap > 1:
            cells[window.cell] = Times(window.span, array("q", (cell.at, now)))
            return 2
    elif not amount:
        return 0
    cells[window.cell] = Once(window.span, now)
    return 1


def _bump_many(cell: Times, window: Window, now: int, amount: int) -> int:
    times, since = cell.times, now - window.span
    if times[-1] > now:
        ahead = times[-1] - now
        times = cell.times = array("q", [instant - ahead for instant in times])
    if not amount:
        return min(window.cap, len(times) - bisect_right(times, since))
    cell.span = window.span
    times.append(now)
    if times[0] <= since:
        del times[: bisect_right(times, since)]
    while len(times) > window.cap:
        times.pop(0)
    return len(times)


def _bump_pairs(cells: dict[str, Cell], window: Window, now: int, amount: int) -> int:
    cell = cells.get(window.cell)
    pairs = cell.pairs if isinstance(cell, Pairs) else []
    ahead = pairs[-1][1] - now if pairs else 0
    if ahead > 0:
        pairs[:] = [(value, instant - ahead) for value, instant in pairs]
    if amount:
        live = [(value, instant) for value, instant in pairs if instant > now - window.span]
        pairs = (
            _with_value(live, amount, now, window)
            if window.form == "distinct"
            else _with_amount(live, amount, now, window)
        )
        cells[window.cell] = Pairs(window.span, pairs)
    return _told(window, pairs, now)


def _with_value(pairs: list[tuple[int, int]], value: int, now: int, window: Window) -> list[tuple[int, int]]:
    """Each value once, as of when it was last seen."""
    return [*(pair for pair in pairs if pair[0] != value), (value, now)][-window.cap :]


def _with_amount(pairs: list[tuple[int, int]], amount: int, now: int, window: Window) -> list[tuple[int, int]]:
    """Without the oldest while the others saturate the sum."""
    if pairs and pairs[-1][1] == now:
        amount += pairs.pop()[0]
    pairs = [*pairs, (min(window.cap, amount), now)]
    if len(pairs) > MOST_AMOUNTS:
        pairs = _fewer(pairs, window)
    total = 0
    for place in range(len(pairs) - 1, -1, -1):
        total += pairs[place][0]
        if total >= window.cap:
            return pairs[place:]
    return pairs


def _fewer(pairs: list[tuple[int, int]], window: Window) -> list[tuple[int, int]]:
    """Those of each small part of the span are one, as if all had come when the last of them did."""
    width = -(-window.span // (MOST_AMOUNTS // 2))
    parts: dict[int, tuple[int, int]] = {}
    for amount, instant in pairs:
        before, _ = parts.get(instant // width, (0, 0))
        parts[instant // width] = min(window.cap, before + amount), instant
    return list(parts.values())


def _told(window: Window, pairs: list[tuple[int, int]], now: int) -> int:
    live = [value for value, instant in pairs if instant > now - window.span]
    return min(window.cap, len(live) if window.form == "distinct" else sum(live))


def _bump_running(cells: dict[str, Cell], window: Window, period: int, now: int, amount: int) -> int:
    cell = cells.get(window.cell)
    if amount and not window.last:
        if type(cell) is not Running:
            assert window.per is not None
            cell = cells[window.cell] = Running(CALENDAR[window.per], now, period, before=period - 1)
        elif period > cell.number:
            cell.before, cell.count_before = cell.number, cell.count
            cell.number, cell.count, cell.values, cell.at = period, 0, None, now
        _count(cell, window, amount)
    return _told_running(window, cell, period) if type(cell) is Running else 0


def _count(cell: Running, window: Window, amount: int) -> None:
    if window.form != "distinct":
        count = cell.count + amount
        cell.count = count if count < window.cap else window.cap
    elif cell.count < window.cap:
        values = cell.values = cell.values or set()
        values.add(amount)
        cell.count = len(values)


def _told_running(window: Window, cell: Running, period: int) -> int:
    asked = max(period, cell.number) - window.last
    count = cell.count if asked == cell.number else cell.count_before if asked == cell.before else 0
    return count if count < window.cap else window.cap
