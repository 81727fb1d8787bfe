"""The store on Redis or Valkey: embedded, remote, watched by Sentinels, or a Cluster."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from redis.exceptions import RedisError

from policyd.model.figures import Count, FiguresAsk, FiguresRead
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
from policyd.state import cluster, keys, sentinel, wire, wire_figures, wire_records, zones
from policyd.state.calls import Answer, Answers, Batch, Durability, Limits, Part
from policyd.state.cluster import Cluster
from policyd.state.connecting import Connector
from policyd.state.gathering import Gathering
from policyd.state.library import COMMIT, COUNT, DUE, FIGURES, FILE, JOURNAL, LISTED, OBSERVE, READ, RETRACT, reading
from policyd.state.parcels import Packed, parcels
from policyd.state.places import check_asked, check_cell, check_filing, check_listed
from policyd.state.sentinel import SentinelConnector
from policyd.state.single import Single
from policyd.state.store import Answered

DEADLINE: Final = 0.05
MOST_WAITING: Final = 10_000

_OPEN_PATIENCE: Final = 5.0
_MOST_BATCHES: Final = 1_000
_COMMITTING: Final = Batch(COMMIT, (), (*wire.PERIODS, b""), alone=True)
_ALONE: Final = {
    script: Batch(script, (), (), alone=True) for script in (RETRACT, FILE, READ, DUE, LISTED, JOURNAL, FIGURES)
}
_READ_AT_ONCE: Final = 500
JOURNAL_AT_ONCE: Final = 1_000
_LOOK_AT_ONCE: Final = 8
"""Between so many, events that wait have their turn."""


class _Observing(Struct):
    """The batch of the observations of a cell, and what it says of the clock."""

    batch: Batch
    clock: wire_records.Clock
    zones: bytes


class RedisStore:
    """Use it inside one event loop. URLs are `redis://`, `rediss://`, `unix://`, `redis+sentinel://` and
    `redis+cluster://`; raises `ValueError` for others. `deadline` in seconds bounds every answer, retries included.
    With `durability` `replica` nothing is answered before a replica has it.

    `virtual`: the clock shows the `at` of the event last observed, not the server's TIME; until there is one, the time
    of this machine. Keys live by the server's own clock nevertheless, for an hour at least."""

    def __init__(
        self,
        url: str,
        *,
        deadline: float = DEADLINE,
        most_waiting: int = MOST_WAITING,
        durability: Durability = "memory",
        virtual: bool = False,
    ) -> None:
        limits = Limits(deadline, most_waiting, durability)
        self._servers: Single | Cluster
        if url.startswith(cluster.SCHEME):
            self._servers = Cluster(url, limits)
        else:
            connector = SentinelConnector(url) if url.startswith(sentinel.SCHEME) else Connector(url)
            self._servers = Single(connector, limits)
        self._cells = cluster.CELLS if isinstance(self._servers, Cluster) else 1
        self._virtual = virtual
        self._instant = time.time_ns() // 1_000_000 if virtual else 0
        self._batches: dict[tuple[str, str], _Observing] = {}
        self._counts: dict[str, Batch] = {}

    async def open(self) -> None:
        """Raises `StoreUnavailable` where the store cannot be used, and says why."""
        try:
            async with asyncio.timeout(_OPEN_PATIENCE):
                await self._servers.open()
        except TimeoutError as error:
            raise StoreUnavailable(f"the store at {self._servers} does not answer") from error
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"the store at {self._servers} cannot be used: {error}") from error

    @property
    def cells(self) -> int:
        return self._cells

    def cell_of(self, group: str) -> int:
        return keys.cell_of(group, self._cells)

    async def observe(self, ask: Observe) -> Observed:
        if ask.records:
            check_asked(ask)
        names = self._names(ask)
        named, blob = wire.pack_observe(names, ask)
        batch = self._observing(names.prefix, ask, zones.table(self._around))
        instant, reply = await self._ask(names.prefix, batch, named, (blob,))
        return wire.unpack_observed(ask, wire.unpack_instant(instant), reply)

    async def observe_many(self, asks: Sequence[Observe]) -> AsyncIterator[Answered]:
        if len(asks) == 1:  # one alone costs a fifth less without a parcel
            yield [(0, await self._observed_or_why(asks[0]))]
            return
        gathering: Gathering[Part] = Gathering(len(asks))
        try:
            self._send(gathering, self._observations(asks))
            while parts := await gathering.come():
                yield [seen for places, answers in parts for seen in _seen(asks, places, answers)]
        finally:
            gathering.close()

    async def _observed_or_why(self, ask: Observe) -> Observed | EventIdReused | StoreUnavailable:
        """What `observe` gives or raises."""
        try:
            return await self.observe(ask)
        except (EventIdReused, StoreUnavailable) as failed:
            return failed

    async def commit(self, change: Commit) -> Committed:
        names = self._names(change)
        named, words = wire.pack_commit(names, change)
        _, reply = await self._ask(names.prefix, self._committing(), named, words)
        if reply == wire.GONE:
            raise StoreUnavailable(f"the store no longer knows that event `{change.event}` was observed; send it again")
        return wire.unpack_committed(reply)

    async def file(self, filing: Filing) -> Filed:
        check_filing(filing, self.cell_of)
        prefix = keys.cell_prefix(filing.tenant, filing.cell)
        _, reply = await self._alone(FILE, prefix, wire_records.pack_filing(prefix, filing, self._clock))
        return wire_records.unpack_filed(reply)

    async def read(self, tenant: str, cell: int, records: Sequence[Record]) -> tuple[bytes, ...]:
        check_cell(records, cell, self.cell_of)
        prefix = keys.cell_prefix(tenant, cell)
        found: list[bytes] = []
        for begin in range(0, len(records), _READ_AT_ONCE):
            asked = wire_records.pack_read(prefix, records[begin : begin + _READ_AT_ONCE], self._clock)
            _, reply = await self._alone(READ, prefix, asked)
            found += wire_records.unpack_read(reply)
        return tuple(found)

    async def now(self, cell: int, at: int | None = None) -> int:
        if self._virtual:
            return self._virtual_clock(at)
        prefix = keys.cell_prefix("", cell)
        instant, _ = await self._alone(READ, prefix, wire_records.pack_read(prefix, (), b""))
        return wire.unpack_instant(instant)

    async def due(self, tenant: str, cell: int, group: str | None, until: int, most: int) -> tuple[Due, ...]:
        prefix = keys.cell_prefix(tenant, cell)
        groups = [group]
        if group is None:
            [first] = await self._due(prefix, [None], until, most)
            groups = [name for name, _ in first]
        found = await self._due(prefix, groups, until, most) if groups else []
        return wire_records.earliest(groups, found, most)

    async def next_due(self, tenant: str, cell: int, group: str | None) -> int:
        [first] = await self._due(keys.cell_prefix(tenant, cell), [group], None, 1)
        return first[0][1] if first else 0

    async def listed(
        self, tenant: str, cell: int, kind: RecordKind, group: str, cursor: int, about: int
    ) -> tuple[int, tuple[tuple[str, bytes], ...]]:
        check_listed(kind)
        prefix = keys.cell_prefix(tenant, cell)
        asked = wire_records.pack_listed(prefix, kind, group, cursor, about, self._clock)
        _, reply = await self._alone(LISTED, prefix, asked)
        return wire_records.unpack_listed(reply)

    async def look(self, asks: Sequence[Observe]) -> tuple[Observed, ...]:
        if not asks:
            return ()
        first = asks[0]
        prefix = self._names(first).prefix
        found: list[Observed] = []
        for begin in range(0, len(asks), _LOOK_AT_ONCE):
            page = asks[begin : begin + _LOOK_AT_ONCE]
            packed = []
            for ask in page:
                check_asked(ask)
                packed.append(wire.pack_observe(self._names(ask), ask))
            common = wire.pack_common(self._clock, first.revision, zones.table(self._around))
            looking = Batch(reading(OBSERVE), keys.rings(prefix), (common,))
            waiting = [self._ask(prefix, looking, named, (wire.to_look(blob),)) for named, blob in packed]
            answers = await asyncio.gather(*waiting)
            for ask, (instant, reply) in zip(page, answers, strict=True):
                found.append(wire.unpack_observed(ask, wire.unpack_instant(instant), reply))
        return tuple(found)

    async def journal(self, tenant: str, group: str, since: int) -> tuple[Journaled, ...]:
        """In parts, each from the last instant of the one before on."""
        prefix = keys.of_group(tenant, group, self._cells).prefix
        found: list[Journaled] = []
        while True:
            known = sum(entry.now == since for entry in found)
            asked = wire_records.pack_journal(prefix, group, since, known, JOURNAL_AT_ONCE, self._clock)
            _, reply = await self._alone(JOURNAL, prefix, asked)
            part = wire_records.unpack_journal(reply)
            found += part
            if len(part) < JOURNAL_AT_ONCE:
                return tuple(sorted(found, key=lambda entry: (entry.now, entry.journal)))
            since = part[-1].now

    async def count(self, change: Count) -> None:
        names = self._names(change)
        asked = wire_figures.pack_count(names, change)
        _, reply = await self._ask(names.prefix, self._counting(names.prefix), *asked)
        if failed := wire_figures.not_counted(change, reply):
            raise failed

    async def count_many(self, changes: Sequence[Count]) -> list[StoreUnavailable | None]:
        if len(changes) == 1:
            return [await self._why_not_counted(changes[0])]
        gathering: Gathering[Part] = Gathering(len(changes))
        failed: list[StoreUnavailable | None] = [None] * len(changes)
        try:
            self._send(gathering, self._counts_of(changes))
            while parts := await gathering.come():
                for places, answers in parts:
                    for place, answer in zip(places, _counted(changes, places, answers), strict=True):
                        failed[place] = answer
        finally:
            gathering.close()
        return failed

    async def _why_not_counted(self, change: Count) -> StoreUnavailable | None:
        """What `count` raises."""
        try:
            await self.count(change)
        except StoreUnavailable as failed:
            return failed
        return None

    async def figures(self, ask: FiguresAsk) -> FiguresRead:
        if self._virtual:
            self._virtual_clock(ask.at)
        prefix = self._names(ask).prefix
        asked = wire_figures.pack_figures(prefix, ask, self._clock, self._around)
        return wire_figures.unpack_figures(ask, *await self._alone(FIGURES, prefix, asked))

    async def retract(self, change: Retract) -> Retracted:
        prefix = self._names(change).prefix
        asked = wire_records.pack_retract(prefix, change, secrets.token_hex(8), self._clock)
        _, reply = await self._alone(RETRACT, prefix, asked)
        return wire_records.unpack_retracted(reply)

    async def ready(self) -> None:
        """Asks every cell for an event that nobody sent, and changes nothing."""
        change = Commit("", "", "", "", b"ready?", 0)
        for cell in range(self._cells):
            names = keys.group_keys(keys.cell_prefix("", cell), change.group)
            named, words = wire.pack_commit(names, change)
            await self._ask(names.prefix, self._committing(), named, words)

    async def close(self) -> None:
        await self._servers.close()

    @property
    def _clock(self) -> wire_records.Clock:
        return self._instant if self._virtual else b""

    @property
    def _around(self) -> int:
        """An instant near that of the calls to come."""
        return self._instant if self._virtual else time.time_ns() // 1_000_000

    def _ask(
        self, prefix: str, batch: Batch, keys: Sequence[bytes], words: Sequence[wire.Word]
    ) -> asyncio.Future[Answer]:
        """As `Batcher.ask`; all keys begin with `prefix`."""
        return self._servers.batcher(prefix).ask(batch, keys, words)

    def _send(self, gathering: Gathering[Part], packed: Iterable[Packed]) -> None:
        """That there is no store for some is told with the answers to others."""
        for prefix, parcel in parcels(packed):
            try:
                self._servers.batcher(prefix).ask_for(gathering, parcel)
            except StoreUnavailable as error:
                gathering.take(len(parcel.places), (parcel.places, error))

    def _observations(self, asks: Sequence[Observe]) -> Iterator[Packed]:
        for ask in asks:
            if ask.records:
                check_asked(ask)
        of_groups = [self._names(ask) for ask in asks]
        packed = [wire.pack_observe(names, ask) for names, ask in zip(of_groups, asks, strict=True)]
        table = zones.table(self._around)  # of all zones, those too that were first packed now
        for ask, names, (named, blob) in zip(asks, of_groups, packed, strict=True):
            yield names.prefix, self._observing(names.prefix, ask, table), named, blob

    def _counts_of(self, changes: Sequence[Count]) -> Iterator[Packed]:
        for change in changes:
            names = self._names(change)
            named, [word] = wire_figures.pack_count(names, change)
            yield names.prefix, self._counting(names.prefix), named, word

    def _alone(self, script: bytes, prefix: str, asked: wire_records.Packed) -> asyncio.Future[Answer]:
        return self._ask(prefix, _ALONE[script], *asked)

    async def _due(
        self, prefix: str, groups: Sequence[str | None], until: int | None, most: int
    ) -> list[list[tuple[str, int]]]:
        """What is due in each group; None: the groups in which something is."""
        named = [keys.dues(prefix, group) for group in groups]
        _, reply = await self._alone(DUE, prefix, wire_records.pack_due(named, until, most))
        return wire_records.unpack_due(reply)

    def _names(self, asked: Observe | Commit | Count | FiguresAsk | Retract) -> keys.GroupKeys:
        return keys.of_group(asked.tenant, asked.group, self._cells)

    def _observing(self, prefix: str, ask: Observe, table: bytes) -> Batch:
        """`table`: of the zones, around now; virtual time goes by that of the event."""
        clock: wire_records.Clock = b""
        if self._virtual:
            clock = self._virtual_clock(ask.at)
            table = zones.table(clock)
        known = self._batches.get((prefix, ask.revision))
        if known is None or known.zones is not table or known.clock != clock:
            if len(self._batches) >= _MOST_BATCHES:
                self._batches.clear()
            common = wire.pack_common(clock, ask.revision, table)
            passed = self._cells > 1 and not self._virtual
            batch = Batch(OBSERVE, keys.rings(prefix), (common,), passed=passed, begins=True)
            known = self._batches[prefix, ask.revision] = _Observing(batch, clock, table)
        return known.batch

    def _counting(self, prefix: str) -> Batch:
        batch = self._counts.get(prefix)
        if batch is None or batch.arguments[0] != self._clock:
            if len(self._counts) >= _MOST_BATCHES:
                self._counts.clear()
            common = (self._clock, *wire_figures.COUNTING)
            batch = Batch(COUNT, keys.rings(prefix)[:3], common, passed=True)
            self._counts[prefix] = batch
        return batch

    def _virtual_clock(self, at: int | None) -> int:
        """What tells the scripts the instant."""
        self._instant = self._instant if at is None else at
        return self._instant

    def _committing(self) -> Batch:
        return Batch(COMMIT, (), (*wire.PERIODS, self._instant), alone=True) if self._virtual else _COMMITTING


def _seen(asks: Sequence[Observe], places: Sequence[int], answers: Answers) -> Answered:
    """What `observe` would give or raise."""
    if isinstance(answers, StoreUnavailable):
        return [(place, answers) for place in places]
    shared, replies = answers
    now = wire.unpack_instant(shared)
    found: Answered = []
    for place, reply in zip(places, replies, strict=True):
        try:
            found.append((place, wire.unpack_observed(asks[place], now, reply)))
        except EventIdReused as reused:
            found.append((place, reused))
    return found


def _counted(changes: Sequence[Count], places: Sequence[int], answers: Answers) -> list[StoreUnavailable | None]:
    """What `count` would raise."""
    if isinstance(answers, StoreUnavailable):
        return [answers] * len(places)
    return [wire_figures.not_counted(changes[place], reply) for place, reply in zip(places, answers[1], strict=True)]
