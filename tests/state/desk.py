"""What a test files, reads and looks at, on any store."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from policyd.model.records import Record, stamp
from policyd.model.state import (
    Due,
    Filed,
    Filing,
    Journaled,
    Observe,
    Observed,
    Put,
    Retract,
    Retracted,
)
from policyd.state.store import Store

from .conftest import Bot, Run

GROUPS = ("g1", "g28", "组/{14}")
"""All of one cell, however many there are."""
OTHER = GROUPS[1]
FILE = Record("file", "g1", "u1")
OF_EVERY_KIND = (
    FILE,
    Record("file", "g1", "用户/:" * 30),
    Record("thread", "g1", "m1"),
    Record("board", "g1"),
    Record("ticket", "g1", "k7m2q9xa4b"),
    Record("member", "g1", "小明{x}"),
    Record("parcel", "g1", "p"),
    Record("group", "g1"),
    Record("group", GROUPS[2]),
    Record("tick", "", "t/1"),
    Record("tick", "g1", "t/1"),
    Record("desk"),
    Record("desk", "g1"),
)


class Desk:
    """Files what a test asks for; the clock goes by `bot.now`."""

    def __init__(self, bot: Bot, run: Run) -> None:
        self.bot = bot
        self.cell = bot.store.cell_of("g1")
        self._run = run

    def store(self) -> Store:
        self._run(self.bot.store.now(0, self.bot.now))
        return self.bot.store

    def files(self, event: str, *puts: Put, dues: tuple[Due, ...] = (), **filed: Any) -> Filed:
        filing = Filing("", self.cell, "g1", event, stamp("g1", event), puts, dues, f"answer {event}".encode())
        found: Filed = self._run(self.store().file(replace(filing, **filed)))
        return found

    def reads(self, *records: Record, tenant: str = "") -> list[bytes]:
        """Without stamps."""
        return [value[8:] for value in self._run(self.store().read(tenant, self.cell, records))]

    def due(self, until: int, most: int = 100, group: str | None = None) -> list[tuple[str, str, int]]:
        found: tuple[Due, ...] = self._run(self.store().due("", self.cell, group, until, most))
        assert all(due.was == due.at for due in found)
        return [(due.group, due.name, due.at) for due in found]

    def next_due(self, group: str | None = None) -> int:
        found: int = self._run(self.store().next_due("", self.cell, group))
        return found

    def listed(self, kind: Any, group: str, about: int = 7) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        cursor = 0
        while True:
            cursor, page = self._run(self.store().listed("", self.cell, kind, group, cursor, about))
            found |= {name: value[8:] for name, value in page}
            if not cursor:
                return found

    def looks(self, **asked: Any) -> Observed:
        self.store()
        ask = Observe("", "g1", "u1", "", b"8 bytes.", "sha256:1")
        [seen] = self._run(self.bot.store.look([replace(ask, **asked)]))
        assert isinstance(seen, Observed)
        return seen

    def retracts(self, *strikes: tuple[str, str], mute_until: int | None = None) -> Retracted:
        change = Retract("", "g1", "u1", self.bot.now, strikes, mute_until)
        found: Retracted = self._run(self.store().retract(change))
        return found

    def journal(self, since: int = 0, group: str = "g1") -> tuple[Journaled, ...]:
        found: tuple[Journaled, ...] = self._run(self.store().journal("", group, since))
        return found


@pytest.fixture
def desk(bot: Bot, run: Run) -> Desk:
    return Desk(bot, run)
