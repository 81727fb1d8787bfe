"""The plain store: one process, Python, nothing kept across a restart. The meaning of the other stores is this one.

Its coroutines never suspend, so that a caller without an event loop can drive them by hand.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from policyd.model.figures import Count, FiguresAsk, FiguresRead
from policyd.model.local_days import local_day
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
    Throttle,
)
from policyd.state import ladder as ladders
from policyd.state.memory_figures import Figures, Presence, note
from policyd.state.memory_records import Records
from policyd.state.memory_windows import Cell, bump, is_live, peek
from policyd.state.places import check_asked, check_cell, check_filing
from policyd.state.retention import GIVEN, JOURNAL, LATEST, PRESENCE, RECEIPTS, SILENCE, UNFORGOTTEN, oldest_period
from policyd.state.store import Answered
from policyd.state.zones import UTC


class _Receipt(Struct, gc=False):
    digest: bytes
    period: int
    observed: Observed
    committed: Committed | None = None
    counted: bool = False


class _Said(Struct, gc=False):
    """When a text was, and how long that matters."""

    span: int
    at: int


class _Ladder(Struct, gc=False):
    forget: int
    entries: list[ladders.Entry]


class _Given(Struct, gc=False):
    period: int
    rules: frozenset[str]


class _Member(Struct, gc=False):
    windows: dict[str, Cell] = field(default_factory=dict)
    ladders: dict[str, _Ladder] = field(default_factory=dict)
    throttles: dict[str, _Said] = field(default_factory=dict)
    mute_until: int = 0
    last_seen: int = 0
    presence: Presence = field(default_factory=Presence)


class _Group(Struct, gc=False):
    receipts: dict[str, _Receipt] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    given: dict[str, _Given] = field(default_factory=dict)
    windows: dict[str, Cell] = field(default_factory=dict)
    members: dict[str, _Member] = field(default_factory=dict)
    journal: list[Journaled] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    swept: int = 0


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
        self._groups: dict[tuple[str, str], _Group] = {}
        self._records: dict[str, Records] = {}
        self._swept = 0
        self._instant = clock() if virtual else 0

    async def observe(self, ask: Observe) -> Observed:
        if ask.records:
            check_asked(ask)
        group = self._group(ask.tenant, ask.group)
        if self._virtual:
            self._instant = self._instant if ask.at is None else ask.at
        now = self._now()
        oldest = oldest_period(now, self._receipts)
        self._sweep(group, now, oldest)
        receipt = group.receipts.get(ask.event)
        if receipt is not None and receipt.period >= oldest:
            return _again(receipt, ask)
        member = _member(group, ask.member)
        records = self._of(ask.tenant).read(ask.records, now) if ask.records else ()
        observed = _observed(group, member, ask, now, oldest, records, counts=True)
        group.receipts[ask.event] = _Receipt(ask.digest, oldest + 2, observed)
        if ask.message is not None and group.messages.get(ask.message, -1) < oldest:
            group.messages[ask.message] = oldest + 2
        return observed

    async def observe_many(self, asks: Sequence[Observe]) -> AsyncIterator[Answered]:
        found: Answered = []
        for place, ask in enumerate(asks):
            try:
                found.append((place, await self.observe(ask)))
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
            member = _member(group, change.member)
            receipt.committed = _apply(member, change, clock)
            if change.message is not None and change.given:
                before = _given(group, change.message, clock)
                group.given[change.message] = _Given(oldest_period(clock, GIVEN) + 2, before | set(change.given))
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
        found = self._groups.get((tenant, group))
        kept = max(since, self._now() - JOURNAL + 1)
        entries = [entry for entry in found.journal if entry.now >= kept] if found else []
        return tuple(sorted(entries, key=lambda entry: (entry.now, entry.journal)))

    async def count(self, change: Count) -> None:
        group = self._group(change.tenant, change.group)
        if change.event is not None:
            receipt = group.receipts.get(change.event)
            oldest = oldest_period(self._now(), self._receipts)
            if receipt is None or receipt.period < oldest or receipt.digest != change.digest:
                raise StoreUnavailable(f"the store no longer knows that event `{change.event}` was observed")
            if receipt.counted:
                return
            receipt.counted = True
        day = local_day(change.zone or UTC, change.now)
        for name, number in change.figures:
            group.figures.add(day, name, number)

    async def figures(self, ask: FiguresAsk) -> FiguresRead:
        if self._virtual and ask.at is not None:
            self._instant = ask.at
        return self._group(ask.tenant, ask.group).figures.read(ask, self._now())

    async def retract(self, change: Retract) -> Retracted:
        return _retract(_member(self._group(change.tenant, change.group), change.member), change, self._now())

    async def ready(self) -> None:
        """Always."""

    async def close(self) -> None:
        self._groups.clear()
        self._records.clear()

    def _of(self, tenant: str) -> Records:
        return self._records.setdefault(tenant, Records())

    def _seen(self, ask: Observe) -> Observed:
        """What is there now; nothing is changed."""
        check_asked(ask)
        now = self._now()
        group = self._groups.get((ask.tenant, ask.group), _Group())
        member = group.members.get(ask.member, _Member())
        records = self._of(ask.tenant).read(ask.records, now)
        return _observed(group, member, ask, now, oldest_period(now, self._receipts), records, counts=False)

    def _group(self, tenant: str, group: str) -> _Group:
        key = (tenant, group)
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = _Group()
        return found

    def _now(self) -> int:
        return self._instant if self._virtual else self._clock()

    def _sweep(self, group: _Group, now: int, oldest: int) -> None:
        """Once in a period, drops what no longer matters. On virtual time every group has a time of its own."""
        if self._virtual:
            if group.swept < oldest:
                group.swept = oldest
                _drop_expired(group, now, oldest)
        elif self._swept < oldest:
            self._swept = oldest
            for key, each in list(self._groups.items()):
                _drop_expired(each, now, oldest)
                if each is not group and not (
                    each.receipts or each.members or each.windows or each.given or each.journal or each.figures.any
                ):
                    del self._groups[key]


def _member(group: _Group, member: str) -> _Member:
    found = group.members.get(member)
    if found is None:
        found = group.members[member] = _Member()
    return found


def _again(receipt: _Receipt, ask: Observe) -> Observed:
    if receipt.digest != ask.digest:
        raise EventIdReused(f"event id `{ask.event}` was used before with another kind, member or content")
    records = receipt.observed.records
    if not any(records):
        records = (b"",) * len(ask.records)
    return replace(receipt.observed, replayed=True, committed=receipt.committed, records=records)


def _observed(
    group: _Group, member: _Member, ask: Observe, now: int, oldest: int, records: tuple[bytes, ...], *, counts: bool
) -> Observed:
    """`counts`: the event is seen for the first time; else nothing is changed."""
    edit = ask.is_edit or (ask.message is not None and group.messages.get(ask.message, -1) >= oldest)
    given = _given(group, ask.message, now) if edit and ask.message is not None else frozenset()
    last_seen = min(member.last_seen, now) if member.last_seen > now - SILENCE else 0
    if counts and ask.spoke and not edit:
        member.last_seen = now
    if counts and ask.presence and not edit:
        note(group.figures, member.presence, ask, now)
    return Observed(
        now=now,
        counts=_counts(group, member, ask, now, edit, counts=counts) if ask.windows else (),
        strikes=tuple([
            ladders.count(member.ladders[read.ladder].entries, read.forget, now) if read.ladder in member.ladders else 0
            for read in ask.ladders
        ]),
        mute_until=member.mute_until if ask.mute and member.mute_until > now else 0,
        last_seen=last_seen if ask.silence else 0,
        edit=edit,
        given=given,
        revision=ask.revision,
        records=records,
    )


def _counts(group: _Group, member: _Member, ask: Observe, now: int, edit: bool, *, counts: bool) -> tuple[int, ...]:
    amounts = iter(ask.amounts)
    counted = "edit" if edit else "new"
    found = []
    for window in ask.windows:
        cells = (member if window.scope == "member" else group).windows
        amount = 1 if window.form == "events" else 0
        if window.form in ("distinct", "sum"):
            amount = next(amounts, 0)
        if window.form in ("messages", "active"):
            found.append(group.figures.told(window, ask.zone or window.zone, now))
        elif counts:
            bumps = window.bump in ("always", counted) and not window.last
            found.append(bump(cells, window, now, amount if bumps else 0))
        else:
            found.append(peek(cells, window, now))
    return tuple(found)


def _given(group: _Group, message: str, now: int) -> frozenset[str]:
    known = group.given.get(message)
    return known.rules if known is not None and known.period >= oldest_period(now, GIVEN) else frozenset()


def _apply(member: _Member, change: Commit, clock: int) -> Committed:
    running = member.mute_until if member.mute_until > clock else 0
    forgiven = tuple(
        ladders.forgive(_entries(member, forgive.ladder, forgive.forget, clock), forgive, change.now)
        for forgive in change.forgives
    )
    steps = tuple(
        ladders.strike(_entries(member, strike.ladder, strike.forget, clock), strike, change.event, change.now)
        for strike in change.strikes
    )
    mutes = [change.mute] + [
        dict(strike.steps).get(step.step, 0) for strike, step in zip(change.strikes, steps, strict=True)
    ]
    until = 0 if change.unmute else running
    if min(mutes) >= 0 and max(mutes):
        until = max(until, change.now + max(mutes))
    member.mute_until = until
    return Committed(
        steps=steps,
        forgiven=forgiven,
        spoken=tuple(_claim(member.throttles, throttle, change.now, clock) for throttle in change.throttles),
        mute_until=until,
        was_muted_until=running,
    )


def _retract(member: _Member, change: Retract, clock: int) -> Retracted:
    running = member.mute_until if member.mute_until > clock else 0
    if running and change.mute_until is not None:
        member.mute_until = change.mute_until
    taken = []
    for name, event in change.strikes:
        ladder = member.ladders.get(name)
        if ladder is not None:
            ladders.not_after(ladder.entries, clock)
        taken.append(ladders.take_back(ladder.entries, event, ladder.forget, change.now) if ladder is not None else 0)
    return Retracted(tuple(taken), running)


def _entries(member: _Member, name: str, forget: int, clock: int) -> list[ladders.Entry]:
    ladder = member.ladders.setdefault(name, _Ladder(forget, []))
    ladder.forget = forget
    ladders.not_after(ladder.entries, clock)
    return ladder.entries


def _claim(cells: dict[str, _Said], throttle: Throttle, now: int, clock: int) -> bool:
    cell = cells.get(throttle.cell)
    if cell is not None:
        cell.at = min(cell.at, clock)
        if clock - cell.at < throttle.span:
            return False
    cells[throttle.cell] = _Said(throttle.span, now)
    return True


def _drop_expired(group: _Group, now: int, oldest: int) -> None:
    group.receipts = {event: receipt for event, receipt in group.receipts.items() if receipt.period >= oldest}
    group.messages = {message: period for message, period in group.messages.items() if period >= oldest}
    group.given = {
        message: given for message, given in group.given.items() if given.period >= oldest_period(now, GIVEN)
    }
    group.journal = [entry for entry in group.journal if entry.now > now - JOURNAL]
    group.windows = _live(group.windows, now)
    for key, member in list(group.members.items()):
        member.windows = _live(member.windows, now)
        member.throttles = {name: said for name, said in member.throttles.items() if said.at > now - said.span}
        member.ladders = {
            name: ladder
            for name, ladder in member.ladders.items()
            if any(entry.instant > now - (ladder.forget or UNFORGOTTEN) - LATEST for entry in ladder.entries)
        }
        seen = member.last_seen > now - SILENCE
        known = seen or member.presence.at > now - PRESENCE or member.mute_until > now
        if not (known or member.windows or member.throttles or member.ladders):
            del group.members[key]


def _live(cells: dict[str, Cell], now: int) -> dict[str, Cell]:
    return {name: cell for name, cell in cells.items() if is_live(cell, now)}
