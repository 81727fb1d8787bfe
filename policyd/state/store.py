"""The protocol of a store. `MemoryStore` is the plain one; `RedisStore` speaks to Redis and Valkey in every form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

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

Answered = list[tuple[int, Observed | EventIdReused | StoreUnavailable]]
"""What events of a turn observed, or what was raised for them, each by its place among those asked for."""


class Store(Protocol):
    """Raises `EventIdReused` from `observe`, `StoreUnavailable` from all. Groups are spread over `cells`; what is
    changed together lies in one. `at` is the instant for stores on virtual time; the others have a clock."""

    @property
    def cells(self) -> int: ...

    def cell_of(self, group: str) -> int: ...

    async def observe(self, ask: Observe) -> Observed: ...

    def observe_many(self, asks: Sequence[Observe]) -> AsyncIterator[Answered]:
        """What `observe` gives or raises for each, one after the other, in parts as the answers come."""
        ...

    async def commit(self, change: Commit) -> Committed: ...

    async def file(self, filing: Filing) -> Filed: ...

    async def read(self, tenant: str, cell: int, records: Sequence[Record]) -> tuple[bytes, ...]:
        """The stored values, stamps before them, empty where there is none."""
        ...

    async def now(self, cell: int, at: int | None = None) -> int:
        """The instant, ms since the epoch."""
        ...

    async def due(self, tenant: str, cell: int, group: str | None, until: int, most: int) -> tuple[Due, ...]:
        """What is due at `until` in a group or in all of the cell, the earliest first. `was` of each is its `at`."""
        ...

    async def next_due(self, tenant: str, cell: int, group: str | None) -> int:
        """The earliest instant at which something comes due; 0 for none."""
        ...

    async def listed(
        self, tenant: str, cell: int, kind: RecordKind, group: str, cursor: int, about: int
    ) -> tuple[int, tuple[tuple[str, bytes], ...]]:
        """About so many records of a kind that can be listed (`ticket member group parcel`) from a cursor on (0 to
        begin), and the next cursor (0 at the end). What is there throughout is listed at least once."""
        ...

    async def look(self, asks: Sequence[Observe]) -> tuple[Observed, ...]:
        """What each would observe now; claims and counts nothing. All of one tenant and group."""
        ...

    async def journal(self, tenant: str, group: str, since: int) -> tuple[Journaled, ...]:
        """The commits that left a journal since then, in the order of time."""
        ...

    async def count(self, change: Count) -> None:
        """Adds to figures, once for an event. Raises `StoreUnavailable` where the event is not known."""
        ...

    async def count_many(self, changes: Sequence[Count]) -> Sequence[StoreUnavailable | None]:
        """What `count` raises for each, None where it is counted."""
        ...

    async def figures(self, ask: FiguresAsk) -> FiguresRead:
        """Closes the local days that are over, and reads. The same again changes nothing."""
        ...

    async def retract(self, change: Retract) -> Retracted: ...

    async def ready(self) -> None:
        """Returns if the store answers now, else raises `StoreUnavailable`."""
        ...

    async def close(self) -> None: ...
