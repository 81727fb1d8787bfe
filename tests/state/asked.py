"""Everything that a store can be asked for, as values, so that two stores can be asked for the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from policyd.model.figures import Count, FiguresAsk
from policyd.model.records import Record, RecordKind
from policyd.model.state import Commit, Due, EventIdReused, Filing, Observe, Observed, Retract, StoreUnavailable
from policyd.state.store import Store


class Reading(Struct, frozen=True):
    """Of records in the group's cell."""

    tenant: str
    group: str
    records: tuple[Record, ...]


class WhatIsDue(Struct, frozen=True):
    """With the instant of what comes next. `group` None: in all cells."""

    tenant: str
    group: str | None
    until: int
    most: int


class Listing(Struct, frozen=True):
    """Of all, some at a time; of all cells where the group is ""."""

    tenant: str
    kind: RecordKind
    group: str
    about: int


class Looking(Struct, frozen=True):
    asks: tuple[Observe, ...]

    @property
    def tenant(self) -> str:
        return self.asks[0].tenant


class Journal(Struct, frozen=True):
    tenant: str
    group: str
    since: int


Asked = Observe | Commit | Filing | Retract | Reading | WhatIsDue | Listing | Looking | Journal | Count | FiguresAsk


async def asking(store: Store, asked: Asked) -> Any:
    """The store's answer, whatever its number of cells: a filing goes to the cell of its group."""
    match asked:
        case Observe():
            return await store.observe(asked)
        case Commit():
            return await store.commit(asked)
        case Filing():
            return await store.file(replace(asked, cell=store.cell_of(asked.group)))
        case Retract():
            return await store.retract(asked)
        case Count():
            return await store.count(asked)
        case FiguresAsk():
            return await store.figures(asked)
        case Reading(tenant, group, records):
            return await store.read(tenant, store.cell_of(group), records)
        case WhatIsDue():
            return await _due(store, asked)
        case Listing():
            return await _listed(store, asked)
        case Looking(asks):
            return await store.look(asks)
        case Journal(tenant, group, since):
            return await store.journal(tenant, group, since)


async def observed_together(store: Store, asks: Sequence[Observe]) -> list[Observed | EventIdReused | StoreUnavailable]:
    """What `observe_many` says of each, in their order."""
    found = {place: answer async for part in store.observe_many(asks) for place, answer in part}
    assert len(found) == len(asks)
    return [found[place] for place in range(len(asks))]


def in_tenant(asked: Asked, tenant: str) -> Asked:
    """The same of another tenant."""
    if isinstance(asked, Looking):
        return Looking(tuple(replace(ask, tenant=tenant) for ask in asked.asks))
    return replace(asked, tenant=tenant)


async def _due(store: Store, asked: WhatIsDue) -> tuple[list[Due], int]:
    cells = range(store.cells) if asked.group is None else [store.cell_of(asked.group)]
    found: list[Due] = []
    firsts = []
    for cell in cells:
        found += await store.due(asked.tenant, cell, asked.group, asked.until, asked.most)
        firsts.append(await store.next_due(asked.tenant, cell, asked.group))
    found.sort(key=lambda due: (due.at, due.group, due.name))
    return found[: asked.most], min((first for first in firsts if first), default=0)


async def _listed(store: Store, asked: Listing) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for cell in [store.cell_of(asked.group)] if asked.group else range(store.cells):
        cursor, begun = 0, False
        while cursor or not begun:
            cursor, page = await store.listed(asked.tenant, cell, asked.kind, asked.group, cursor, asked.about)
            begun = True
            found.update(page)
    return dict(sorted(found.items()))
