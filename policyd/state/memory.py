"""The plain store: one process, Python, nothing kept across a restart. The meaning of the other stores is this one.

Its coroutines never suspend, so that a caller without an event loop can drive them by hand.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from policyd.model.figures import Count, FiguresAsk, FiguresRead
from policyd.model.local_days import hour_at
from policyd.model.records import Record, RecordKind
from policyd.model.state import (
    Commit,
    Committed,
    Due,
    EventIdReused,
    Filed,
    Filing,
    Journaled,
    Observe,
    Observed,
    Retract,
    Retracted,
    StoreUnavailable,
)
from policyd.state.memory_groups import Group, Receipt, again, observed
from policyd.state.memory_members import Member, apply, retract
from policyd.state.memory_records import Records
from policyd.state.places import check_asked, check_cell, check_filing
from policyd.state.retention import JOURNAL, RECEIPTS, oldest_period
from policyd.state.store import Answered
from policyd.state.zones import UTC


def _wall_clock() -> int:
    return time.time_ns() // 1_000_000


class MemoryStore:
    """Counts on the clock given (ms since the epoch). `virtual`: the clock shows the `at` of the event last observed;
    an event without one does not move it.

    Where the clock goes back, the newest instant of a window becomes `now` and the older ones move with it; a throttle,
    a strike or a last message in the future becomes one of now. `receipts` in ms: see `retention.RECEIPTS`."""

    def __init__(
        self, clock: Callable[[], int] = _wall_clock, *, virtual: bool = False, receipts: int = RECEIPTS
    ) -> None:
        self._clock = clock
        self._virtual = virtual
        self._receipts = receipts
        self._groups: dict[str, dict[str, Group]] = {}
        self._records: dict[str, Records] = {}
        self._oldest = self._newest = 0
        self._sweeping: Iterator[None] | None = None
        self._instant = clock() if virtual else 0

    async def observe(self, ask: Observe) -> Observed:
        return self._observed(ask)

    async def observe_many(self, asks: Sequence[Observe]) -> AsyncIterator[Answered]:
        found: Answered = []
        for place, ask in enumerate(asks):
            try:
                found.append((place, self._observed(ask)))
            except (EventIdReused, StoreUnavailable) as failed:
                found.append((place, failed))
        yield found

    async def commit(self, change: Commit) -> Committed:
        group = self._group(change.tenant, change.group)
        receipt = group.receipts.get(change.event)
        clock = self._now()
        if receipt is None or receipt.period < oldest_period(clock, self._receipts) or receipt.digest != change.digest:
            raise StoreUnavailable(f"the store no longer knows that event `{change.event}` was observed; send it again")
        if receipt.committed is None:
            receipt.committed = apply(group.member(change.member), change, clock)
            if change.message is not None and change.given:
                group.give(change.message, change.given, clock)
            if change.journal:
                group.journal.append(Journaled(change.now, change.journal, receipt.committed))
        return receipt.committed

    @property
    def cells(self) -> int:
        return 1

    def cell_of(self, group: str) -> int:
        return 0

    async def file(self, filing: Filing) -> Filed:
        check_filing(filing, self.cell_of)
        return self._of(filing.tenant).file(filing, self._now())

    async def read(self, tenant: str, cell: int, records: Sequence[Record]) -> tuple[bytes, ...]:
        check_cell(records, cell, self.cell_of)
        return self._of(tenant).read(records, self._now())

    async def now(self, cell: int, at: int | None = None) -> int:
        if self._virtual and at is not None:
            self._instant = at
        return self._now()

    async def due(self, tenant: str, cell: int, group: str | None, until: int, most: int) -> tuple[Due, ...]:
        return self._of(tenant).due(group, until, most)

    async def next_due(self, tenant: str, cell: int, group: str | None) -> int:
        return self._of(tenant).next_due(group)

    async def listed(
        self, tenant: str, cell: int, kind: RecordKind, group: str, cursor: int, about: int
    ) -> tuple[int, tuple[tuple[str, bytes], ...]]:
        return self._of(tenant).listed(kind, group, cursor, about, self._now())

    async def look(self, asks: Sequence[Observe]) -> tuple[Observed, ...]:
        return tuple([self._seen(ask) for ask in asks])

    async def journal(self, tenant: str, group: str, since: int) -> tuple[Journaled, ...]:
        found = self._groups.get(tenant, {}).get(group)
        kept = max(since, self._now() - JOURNAL + 1)
        entries = [entry for entry in found.journal if entry.now >= kept] if found else []
        return tuple(sorted(entries, key=lambda entry: (entry.now, entry.journal)))

    async def count(self, change: Count) -> None:
        self._count(change)

    def _count(self, change: Count) -> None:
        group = self._group(change.tenant, change.group)
        if change.event is not None:
            receipt = group.receipts.get(change.event)
            oldest = oldest_period(self._now(), self._receipts)
            if receipt is None or receipt.period < oldest or receipt.digest != change.digest:
                raise StoreUnavailable(f"the store no longer knows that event `{change.event}` was observed")
            if receipt.counted:
                return
            receipt.counted = True
        day = hour_at(change.zone or UTC, change.now).day
        for name, number in change.figures:
            group.figures.add(day, name, number)

    async def count_many(self, changes: Sequence[Count]) -> list[StoreUnavailable | None]:
        failed: list[StoreUnavailable | None] = []
        for change in changes:
            try:
                self._count(change)
                failed.append(None)
            except StoreUnavailable as error:
                failed.append(error)
        return failed

    async def figures(self, ask: FiguresAsk) -> FiguresRead:
        if self._virtual and ask.at is not None:
            self._instant = ask.at
        return self._group(ask.tenant, ask.group).figures.read(ask, self._now())

    async def retract(self, change: Retract) -> Retracted:
        return retract(self._group(change.tenant, change.group).member(change.member), change, self._now())

    async def ready(self) -> None:
        """Always."""

    async def close(self) -> None:
        self._groups.clear()
        self._records.clear()

    def _observed(self, ask: Observe) -> Observed:
        if ask.records:
            check_asked(ask)
        if self._virtual and ask.at is not None:
            self._instant = ask.at
        now = self._now()
        oldest = oldest_period(now, self._receipts)
        if oldest != self._oldest:
            self._begin(oldest, now)
        if self._sweeping is not None:
            next(self._sweeping, None)
        group, message = self._group(ask.tenant, ask.group), ask.message
        if self._virtual and group.swept < oldest:
            group.sweep_at_once(oldest, now)
        receipt = group.receipts.get(ask.event)
        if receipt is not None and receipt.period >= oldest:
            return again(receipt, ask)
        known = message is not None and group.messages.get(message, -1) >= oldest
        records = self._of(ask.tenant).read(ask.records, now) if ask.records else ()
        found = observed(group, group.member(ask.member), ask, now, ask.is_edit or known, records, counts=True)
        group.receipts[ask.event] = Receipt(ask.digest, self._newest, found)
        if message is not None and not known:
            group.messages[message] = self._newest
        return found

    def _of(self, tenant: str) -> Records:
        return self._records.setdefault(tenant, Records())

    def _seen(self, ask: Observe) -> Observed:
        """What is there now; nothing is changed."""
        check_asked(ask)
        now = self._now()
        group = self._groups.get(ask.tenant, {}).get(ask.group, Group())
        member = group.members.get(ask.member, Member())
        oldest = oldest_period(now, self._receipts)
        edit = ask.is_edit or (ask.message is not None and group.messages.get(ask.message, -1) >= oldest)
        return observed(group, member, ask, now, edit, self._of(ask.tenant).read(ask.records, now), counts=False)

    def _group(self, tenant: str, group: str) -> Group:
        groups = self._groups.get(tenant)
        if groups is None:
            groups = self._groups[tenant] = {}
        found = groups.get(group)
        if found is None:
            found = groups[group] = Group()
        return found

    def _now(self) -> int:
        return self._instant if self._virtual else self._clock()

    def _begin(self, oldest: int, now: int) -> None:
        """Another period of receipts. What no longer matters then is dropped a part with each event, so that none waits
        for all of it."""
        if oldest > self._oldest and not self._virtual:
            self._sweeping = self._sweep(oldest, now)
        self._oldest, self._newest = oldest, oldest + 2

    def _sweep(self, oldest: int, now: int) -> Iterator[None]:
        for groups in list(self._groups.values()):
            for name, group in list(groups.items()):
                yield from group.sweep(oldest, now)
                if not group.any:
                    groups.pop(name, None)
        self._sweeping = None
