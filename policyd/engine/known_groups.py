"""What is known of groups without an event of theirs: for commands, and for what is taken back by hand."""

from __future__ import annotations

from typing import Final

from policyd.check.resolved import PolicySet
from policyd.compile.scope import zone_of
from policyd.model.records import STAMP, KnownGroup, Record, unpack
from policyd.state.store import Store

_PAGE: Final = 500


async def known_groups(store: Store, tenant: str) -> dict[str, KnownGroup]:
    """All of which bots have told, where some policy needs to know them; by id. Raises `StoreUnavailable`."""
    found: dict[str, KnownGroup] = {}
    for cell in range(store.cells):
        cursor = 0
        while True:
            cursor, page = await store.listed(tenant, cell, "group", "", cursor, _PAGE)
            for group, value in page:
                if (known := unpack(KnownGroup, value[STAMP:])) is not None:
                    found[group] = known
            if not cursor:
                break
    return dict(sorted(found.items()))


async def known_group(store: Store, tenant: str, group: str) -> KnownGroup | None:
    """Raises `StoreUnavailable`."""
    (stored,) = await store.read(tenant, store.cell_of(group), (Record("group", group),))
    return unpack(KnownGroup, stored[STAMP:])


def zone_for(policies: PolicySet, group: str, known: KnownGroup | None) -> str:
    """The zone of a group's local days, by the tags that are known of it."""
    tags = () if known is None else tuple(known.tags)
    return zone_of(policy for policy in policies.policies if policy.scope.covers(group, tags))
