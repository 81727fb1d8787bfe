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


class _Today(Struct, gc=False):
    """A group's running local day, from instant to instant, and what conditions have asked for on it: by the id of the
    tuple, which is kept with it."""

    begins: int
    ends: int
    told: dict[int, tuple[Asked, Told]] = field(default_factory=dict)


class Figures:
    """What one engine knows of them. Safe between threads: at worst the store is asked twice. Not `on`: nothing is
    counted, and nothing known."""

    def __init__(self, store: Store, *, on: bool = True) -> None:
        self.on = on
        self._store = store
        self._today: dict[Place, _Today] = {}

    def is_due(self, ask: Observe, prepared: Prepared, observed: Observed) -> bool:
        """Whether there is something to read or to close before this event can be decided."""
        if not self.on:
            return False
        today = self._today.get((ask.tenant, ask.group, prepared.zone))
        return today is None or not today.begins <= observed.now < today.ends or bool(prepared.figures)

    async def answered(self, ask: Observe, prepared: Prepared, observed: Observed) -> Observed | None:
        """With the figures that conditions read, where `is_due`. None where these could not be read (law L15)."""
        asked, place, size = prepared.figures, (ask.tenant, ask.group, prepared.zone), prepared.event.group.size
        today = self._today.get(place)
        if today is None or not today.begins <= observed.now < today.ends:
            today = None
        told = None if today is None else today.told.get(id(asked))
        try:
            values = told[1] if told is not None else await self._read(place, asked, observed.now, size)
        except (StoreUnavailable, OverflowError):
            if asked:
                return None
            self._today[place] = _Today(observed.now, observed.now + _PAUSE)
            return observed
        if not asked:
            return observed
        return replace(observed, figures=tuple([_of_group(*each, size) for each in zip(asked, values, strict=True)]))

    async def past(self, place: Place, now: int, days: int, size: int | None = None) -> PastDays:
        """At least so many days before the one that `now` lies on. Raises `StoreUnavailable`."""
        day = local_day(place[2], now)
        if not days:
            self._remember(place, day)
        read = await self._store.figures(FiguresAsk(*place, days, now, size))
        late = read.today.day - day
        if late > 0 and days:
            read = await self._store.figures(FiguresAsk(*place, days + late, now, size))
        self._remember(place, read.today.day)
        return PastDays(read, day)

    async def _read(self, place: Place, asked: Asked, now: int, size: int | None) -> Told:
        """Asks the store, and remembers the answer for as long as the day lasts."""
        past = await self.past(place, now, reach(asked), size)
        told = tuple([past.value(each) for each in asked])
        today = self._today.get(place)
        if asked and today is not None and today.begins <= now < today.ends:
            today.told[id(asked)] = asked, told
        return told

    def _remember(self, place: Place, day: int) -> None:
        begins, ends = beginning(place[2], day), beginning(place[2], day + 1)
        known = self._today.get(place)
        if known is None or (known.begins, known.ends) != (begins, ends):
            if len(self._today) >= _MOST:
                self._today.clear()
            self._today[place] = _Today(begins, ends)


def _of_group(asked: GroupFigure | Falling, told: float | None, size: int | None) -> float | None:
    return share(told, size) if isinstance(asked, GroupFigure) and asked.name == "speakers" else told
