"""Ticks where groups are spread over cells: each cell has a plan of its own, and the answer is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest
from msgspec.structs import replace

from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.model.event import Tick
from policyd.model.state import Filing, Observe
from policyd.state.memory import MemoryStore
from tests.engine.scene import compiled
from tests.engine.test_ticking import HISTORY, POLICY, TICKS, usual


class Cells:
    """Two memory stores as the cells of one: `g1` lies in the first."""

    cells = 2

    def __init__(self) -> None:
        self.inner = [MemoryStore(virtual=True) for _ in range(self.cells)]

    def cell_of(self, group: str) -> int:
        return 0 if group == "g1" else 1

    async def file(self, filing: Filing) -> Any:
        groups = {put.record.group for put in filing.puts} | {due.group for due in filing.dues} | {filing.group}
        assert {self.cell_of(group) for group in groups if group} <= {filing.cell}
        return await self.inner[filing.cell].file(replace(filing, cell=0))

    async def look(self, asks: Sequence[Observe]) -> Any:
        return await self.inner[self.cell_of(asks[0].group)].look(asks)

    def __getattr__(self, name: str) -> Any:
        if name in ("observe", "commit", "retract", "count", "figures"):
            return lambda ask: getattr(self.inner[self.cell_of(ask.group)], name)(ask)
        if name == "journal":
            return lambda tenant, group, since: self.inner[self.cell_of(group)].journal(tenant, group, since)
        if name == "now":
            return lambda cell, at=None: self.inner[cell].now(0, at)
        return lambda tenant, cell, *rest: getattr(self.inner[cell], name)(tenant, 0, *rest)


@pytest.mark.parametrize("acknowledges", [False, True])
def test_cells_answer_as_one(acknowledges: bool) -> None:
    engine = Engine(compiled(POLICY), cast(Any, Cells()))
    for event in HISTORY:
        finish(engine.evaluate(event))
    before = None
    for event, expected in zip(TICKS, usual(), strict=True):
        sent = replace(event, tick=Tick(before)) if acknowledges else event
        assert finish(engine.evaluate(sent)) == expected
        assert finish(engine.evaluate(sent)) == replace(expected, replayed=True)
        before = event.id


def test_what_is_not_acknowledged_is_given_again_by_all_cells() -> None:
    engine = Engine(compiled(POLICY), cast(Any, Cells()))
    for event in HISTORY:
        finish(engine.evaluate(event))
    for number, event in enumerate(TICKS[:5]):
        answer = finish(engine.evaluate(replace(event, tick=Tick(None))))
        expected = [action for earlier in usual()[: number + 1] for action in earlier.actions]
        assert list(answer.actions) == expected
