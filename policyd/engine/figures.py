"""The figures of groups: what conditions read of the days that are over. The first event of a group on a local day
closes those before."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from policyd.check.resolved import Falling, GroupFigure
from policyd.compile.program import Prepared
from policyd.engine.past_days import PastDays, reach, share
from policyd.model.figures import FiguresAsk
from policyd.model.local_days import beginning, local_day
from policyd.model.state import Observe, Observed, StoreUnavailable
from policyd.state.store import Store

_MOST: Final = 50_000
"""So many groups are remembered; past it, all are asked for again."""
_PAUSE: Final = 60_000
"""ms after which days that could not be closed are tried again."""

Place = tuple[str, str, str]
"""Tenant, group, and the zone of its local days."""
Asked = tuple[GroupFigure | Falling, ...]
Told = tuple[float | None, ...]
"""What is asked for, speakers not yet as a part of the group."""


class _Day(Struct, gc=False):
    """A running local day of a tenant and zone, from instant to instant: the groups whose days before are closed, and
    what conditions have asked for on it, by the id of the tuple, which is kept with it."""

    begins: int
    ends: int
    groups: dict[str, dict[int, tuple[Asked, Told]] | None] = field(default_factory=dict)

    def knows(self, group: str, now: int) -> bool:
        return self.begins <= now < self.ends and group in self.groups


class Figures:
    """What one engine knows of them. Safe between threads: at worst the store is asked twice. Not `on`: nothing is
    counted, and nothing known."""

    def __init__(self, store: Store, *, on: bool = True) -> None:
        self.on = on
        self._store = store
        self._days: dict[tuple[str, str], _Day] = {}
        self._known = 0
        self._paused: dict[Place, tuple[int, int]] = {}

    def is_due(self, ask: Observe, prepared: Prepared, observed: Observed) -> bool:
        """Whether there is something to read or to close before this event can be decided."""
        if not self.on:
            return False
        route = prepared.route
        if route.figures:
            return True
        day = self._days.get((ask.tenant, route.zone))
        if day is not None and day.knows(ask.group, observed.now):
            return False
        return not self._is_paused((ask.tenant, ask.group, route.zone), observed.now)

    async def answered(self, ask: Observe, prepared: Prepared, observed: Observed) -> Observed | None:
        """With the figures that conditions read, where `is_due`. None where these could not be read (law L15)."""
        asked, size = prepared.route.figures, prepared.event.group.size
        place = ask.tenant, ask.group, prepared.route.zone
        told = self._told(place, asked, observed.now)
        try:
            values = told if told is not None else await self._read(place, asked, observed.now, ask.at, size)
        except (StoreUnavailable, OverflowError):
            if asked:
                return None
            self._pause(place, observed.now)
            return observed
        if not asked:
            return observed
        return replace(observed, figures=tuple([_of_group(*each, size) for each in zip(asked, values, strict=True)]))

    async def past(self, place: Place, now: int, at: int | None, days: int, size: int | None = None) -> PastDays:
        """At least so many days before the one that `now` lies on, which is that of the first sight where an event is
        repeated. `at`: the event's own, for stores on virtual time. Raises `StoreUnavailable`."""
        day = local_day(place[2], now)
        if not days:
            self._remember(place, day)
        read = await self._store.figures(FiguresAsk(*place, days, at, size))
        late = read.today.day - day
        if late > 0 and days:
            read = await self._store.figures(FiguresAsk(*place, days + late, at, size))
        self._remember(place, read.today.day)
        return PastDays(read, day)

    async def _read(self, place: Place, asked: Asked, now: int, at: int | None, size: int | None) -> Told:
        """Asks the store, and remembers the answer for as long as the day lasts."""
        past = await self.past(place, now, at, reach(asked), size)
        told = tuple([past.value(each) for each in asked])
        tenant, group, zone = place
        day = self._days.get((tenant, zone))
        if asked and day is not None and day.knows(group, now):
            kept = day.groups[group] = day.groups.get(group) or {}
            kept[id(asked)] = asked, told
        return told

    def _told(self, place: Place, asked: Asked, now: int) -> Told | None:
        """What was told on this day."""
        tenant, group, zone = place
        day = self._days.get((tenant, zone))
        kept = day.groups.get(group) if day is not None and day.knows(group, now) else None
        told = None if kept is None else kept.get(id(asked))
        return None if told is None else told[1]

    def _remember(self, place: Place, number: int) -> None:
        tenant, group, zone = place
        begins, ends = beginning(zone, number), beginning(zone, number + 1)
        day = self._days.get((tenant, zone))
        if day is None or (day.begins, day.ends) != (begins, ends):
            self._known -= 0 if day is None else len(day.groups)
            day = self._days[tenant, zone] = _Day(begins, ends)
        if group in day.groups:
            return
        if self._known >= _MOST:
            self._days, self._known = {(tenant, zone): day}, 0
            day.groups.clear()
        day.groups[group] = None
        self._known += 1

    def _pause(self, place: Place, now: int) -> None:
        tenant, group, zone = place
        day = self._days.get((tenant, zone))
        if day is not None and group in day.groups:
            del day.groups[group]
            self._known -= 1
        if len(self._paused) >= _MOST:
            self._paused.clear()
        self._paused[place] = now, now + _PAUSE

    def _is_paused(self, place: Place, now: int) -> bool:
        begins, ends = self._paused.get(place, (0, 0))
        return begins <= now < ends


def _of_group(asked: GroupFigure | Falling, told: float | None, size: int | None) -> float | None:
    return share(told, size) if isinstance(asked, GroupFigure) and asked.name == "speakers" else told
