"""The tickets that a group keeps."""

from __future__ import annotations

from typing import Final

from policyd.model.records import STAMP, Ticket, unpack
from policyd.state.store import Store

_PAGE: Final = 500


async def tickets(store: Store, tenant: str, group: str) -> list[Ticket]:
    """Open and settled ones, the oldest first. Raises `StoreUnavailable`."""
    cell, cursor, found = store.cell_of(group), 0, dict[str, Ticket]()
    while True:
        cursor, page = await store.listed(tenant, cell, "ticket", group, cursor, _PAGE)
        for name, value in page:
            ticket = unpack(Ticket, value[STAMP:])
            if ticket is not None:
                found[name] = ticket
        if not cursor:
            return sorted(found.values(), key=lambda ticket: (ticket.opened, ticket.id))
