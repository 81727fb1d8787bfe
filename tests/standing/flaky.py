"""A store that fails now and then, before or after it has done what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from policyd.model.records import Record
from policyd.model.state import (
    Commit,
    Committed,
    Filed,
    Filing,
    Observe,
    Observed,
    Retract,
    Retracted,
    StoreUnavailable,
)
from policyd.state.memory import MemoryStore

SELDOM: Final = 0.04
MOST_AT_ONCE: Final = 20
"""Failures at one instant: a tick with dozens of works would hardly ever get through else."""
_ACQUAINTANCE: Final = ("member", "group")


class Flaky(MemoryStore):
    """On virtual time. Who is met without further consequences is always noted: nobody sends that again."""

    def __init__(self, random: Random) -> None:
        super().__init__(virtual=True)
        self._random = random
        self._failures: tuple[int, int] = (0, 0)

    async def observe(self, ask: Observe) -> Observed:
        self._fail()
        observed = await super().observe(ask)
        self._fail()
        return observed

    async def commit(self, change: Commit) -> Committed:
        self._fail()
        committed = await super().commit(change)
        self._fail()
        return committed

    async def file(self, filing: Filing) -> Filed:
        if all(put.record.kind in _ACQUAINTANCE for put in filing.puts):
            return await super().file(filing)
        self._fail()
        filed = await super().file(filing)
        self._fail()
        return filed

    async def read(self, tenant: str, cell: int, records: Sequence[Record]) -> tuple[bytes, ...]:
        if not all(record.kind in _ACQUAINTANCE for record in records):
            self._fail()
        return await super().read(tenant, cell, records)

    async def retract(self, change: Retract) -> Retracted:
        self._fail()
        retracted = await super().retract(change)
        self._fail()
        return retracted

    def _fail(self) -> None:
        at, before = self._failures
        before = before if at == self._instant else 0
        if before < MOST_AT_ONCE and self._random.random() < SELDOM:
            self._failures = self._instant, before + 1
            raise StoreUnavailable("told to fail")
