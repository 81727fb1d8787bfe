"""What goes to the scripts of figures and comes back, packed as `lua/count.lua` and `lua/figures.lua` describe. What
unpacks raises `ValueError` where the reply is none of ours."""

from __future__ import annotations

from secrets import token_hex
from typing import Final

import msgspec

from policyd.model.figures import HOURLY_DAYS, KEPT_DAYS, ROLLING, Count, DayFigures, FiguresAsk, FiguresRead
from policyd.model.local_days import local_day
from policyd.model.state import StoreUnavailable
from policyd.state import keys, zones
from policyd.state.keys import GroupKeys
from policyd.state.retention import FIGURES, RECEIPTS
from policyd.state.wire import GONE, Reply
from policyd.state.wire_records import Clock, Packed

_COUNTED: Final = 60_000
"""Ms for which a call that counts is known: longer than any is sent again."""
COUNTING: Final = (RECEIPTS // 2, FIGURES, _COUNTED)
"""What the counts of one call have in common, behind the clock."""
_pack: Final = msgspec.msgpack.Encoder().encode


def pack_count(names: GroupKeys, change: Count) -> Packed:
    """One that is for no event gets a token in the place of an id, which no event has. `names`: those of the group."""
    day = local_day(change.zone or zones.UTC, change.now)
    figures = _pack([word for name, number in change.figures for word in (f"{day}:{name}", number)])
    opened = names.open_figures
    if change.event is None:
        return [opened, keys.filing(names.prefix, change.group, f"\0{token_hex(8)}")], [b"\0" + figures]
    return [opened], [b"\x10" + names.event_digest(change.event) + change.digest[:4] + figures]


def pack_figures(prefix: str, ask: FiguresAsk, clock: Clock, around: int) -> Packed:
    """`around`: an instant of these days."""
    named = [keys.closed_figures(prefix, ask.group), keys.open_figures(prefix, ask.group)]
    size = b"" if ask.size is None else ask.size
    zone = zones.one_zone(ask.zone or zones.UTC, around)
    return named, [clock, zone, ask.days, size, KEPT_DAYS, HOURLY_DAYS, FIGURES]


def not_counted(change: Count, reply: Reply) -> StoreUnavailable | None:
    """What the reply says of a count that was not done."""
    if reply != GONE:
        return None
    return StoreUnavailable(f"the store no longer knows that event `{change.event}` was observed")


def unpack_figures(ask: FiguresAsk, instant: Reply, reply: Reply) -> FiguresRead:
    if not isinstance(instant, bytes) or not isinstance(reply, list):
        raise ValueError(f"not an answer of figures: {reply!r}")
    numbers = [int(word) for word in reply[:5] if isinstance(word, bytes)]
    if len(numbers) == 1:
        return FiguresRead(int.from_bytes(instant), DayFigures(numbers[0], {}))
    today, since, closed, *rolled = numbers
    begin = min(max(since, today - ask.days), today)
    values = [_values(each) for each in reply[5:]]
    if len(rolled) != 2 or len(values) != max(closed, today) - begin + 1:
        raise ValueError(f"not an answer of figures: {reply!r}")
    if closed < today:
        rolled = [level + values[-1].get(name, 0) for level, name in zip(rolled, ROLLING.values(), strict=True)]
    told = []
    for place in range(len(values) - 1, -1, -1):
        told.append(DayFigures(begin + place, values[place], (rolled[0], rolled[1])))
        rolled = [level - values[place].get(name, 0) for level, name in zip(rolled, ROLLING.values(), strict=True)]
    until_today = told[::-1][: today - begin + 1]
    return FiguresRead(int.from_bytes(instant), until_today[-1], tuple(until_today[:-1]), since)


def _values(packed: Reply) -> dict[str, int]:
    if not isinstance(packed, bytes):
        raise ValueError(f"no figures of a day: {packed!r}")
    values: dict[str, int] = msgspec.msgpack.decode(packed, type=dict[str, int]) if packed else {}
    return {name: number for name, number in values.items() if number}
