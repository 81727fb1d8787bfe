"""Sweeps and tiers: going through the members of a group, a page at a time, for those whom a rule is about.

Only what each would observe is read; nothing is claimed. One that has not reached everybody goes on at the next
tick.
"""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from policyd.compile.program import Prepared, Program
from policyd.engine import wide
from policyd.engine.figures import Figures
from policyd.engine.observe import observe_for
from policyd.engine.placing import would_change
from policyd.engine.timed_events import timed_event
from policyd.model.event import Event
from policyd.model.records import STAMP, KnownGroup, KnownMember, SweepRun, Work, unpack
from policyd.model.state import Observe, Observed, StoreUnavailable
from policyd.state.memory import MemoryStore
from policyd.state.store import Store

PAGE: Final = 200
_AT_ONCE: Final = 50
"""So many members are looked at before other work has its turn."""
MOST_MEMBERS: Final = 10_000
"""So many members are looked at in one tick and cell."""


class Swept(Struct):
    """`cursor`: where to go on, unless it is `finished`. `looked`: how many members were looked at."""

    cursor: int
    finished: bool = False
    works: list[Work] = field(default_factory=list)
    members: dict[str, KnownMember] = field(default_factory=dict)
    looked: int = 0


class Sweeper:
    """Of one tick on one cell. What it has found out it remembers, should the tick be planned again."""

    def __init__(
        self, store: Store, program: Program, figures: Figures, tenant: str, cell: int, now: int
    ) -> None:  # fmt: skip
        self._store = store
        self._program = program
        self._figures = figures
        self._tenant = tenant
        self._cell = cell
        self._now = now
        self._known: dict[tuple[str, str, int, int], Swept] = {}

    async def sweep(
        self, what: str, group: str, known: KnownGroup | None, name: str, run: SweepRun, most: int
    ) -> Swept:  # fmt: skip
        """Goes on with a `sweep` or with `tiers` until about `most` works are found, or `MOST_MEMBERS` members have
        been looked at in all, or everybody."""
        place = (group, name, run.at, run.cursor)
        if place not in self._known:
            left = MOST_MEMBERS - sum(swept.looked for swept in self._known.values())
            if left <= 0 or most <= 0:
                return Swept(run.cursor)
            self._known[place] = await self._go_through(what, group, known, name, run, most, left)
        return self._known[place]

    async def _go_through(
        self, what: str, group: str, known: KnownGroup | None, name: str, run: SweepRun, most: int, left: int
    ) -> Swept:
        swept, seen = Swept(run.cursor), set[str]()
        while True:
            swept.cursor, page = await self._store.listed(
                self._tenant, self._cell, "member", group, swept.cursor, PAGE
            )  # fmt: skip
            members = {
                member: found
                for member, value in page
                if member not in seen and (found := unpack(KnownMember, value[STAMP:])) is not None
            }
            seen |= members.keys()
            swept.looked += len(page)
            works = [Work(what, group, name, run.at, (member,)) for member in sorted(members)]
            for begin in range(0, len(works), _AT_ONCE):
                for work in await self._chosen(works[begin : begin + _AT_ONCE], known, members):
                    swept.works.append(work)
                    swept.members[work.who[0]] = members[work.who[0]]
                if may_wait(self._store):
                    await asyncio.sleep(0)
            swept.finished = not swept.cursor
            if swept.finished or swept.looked >= left or len(swept.works) >= most:
                return swept

    async def _chosen(
        self, works: list[Work], known: KnownGroup | None, members: dict[str, KnownMember]
    ) -> list[Work]:  # fmt: skip
        """Those for which a rule would fire now, and place them in another tier if it places them."""
        program = self._program
        prepared = [program.prepare(timed_event(work, known, members, self._now)) for work in works]
        asks = [observe_for(each, self._tenant, program.revision) for each in prepared]
        chosen = []
        looks = await wide.look(self._store, asks, prepared)
        for work, ask, each, seen in zip(works, asks, prepared, looks, strict=True):
            observed = await self._with_figures(ask, each, seen)
            outcome = program.decide(each, as_silent(each.event, observed))
            if would_change(each, observed, outcome) if work.what == "tiers" else outcome.fired or outcome.shadow:
                chosen.append(work)
        return chosen

    async def _with_figures(self, ask: Observe, prepared: Prepared, seen: Observed) -> Observed:
        if not self._figures.is_due(ask, prepared, seen):
            return seen
        observed = await self._figures.answered(ask, prepared, seen)
        if observed is None:
            raise StoreUnavailable("the figures of a group that is swept could not be read")
        return observed


def as_silent(event: Event, observed: Observed) -> Observed:
    """A member who has not spoken has been silent since they are known: for sweeps and tiers `due.opened` is that
    instant."""
    if event.due is None or not event.kind.startswith(("sweep ", "tiers ")):
        return observed
    return replace(observed, last_seen=max(observed.last_seen, event.due.opened))


def may_wait(store: Store) -> bool:
    """Whether other work may be given a turn. Coroutines over a `MemoryStore` are also driven without a loop, by hand,
    and must not wait."""
    if isinstance(store, MemoryStore):
        return False
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
