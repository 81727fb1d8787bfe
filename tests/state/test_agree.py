"""A few sequences on every kind of server; and a store that differs is found out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from policyd.state.memory import MemoryStore
from policyd.state.redis import RedisStore

from .agree import SERVERS, Difference, described, fly, started
from .conftest import DAY

SEED = 6
"""Its first flights go at every pace."""

FLIGHTS = range(6)
REACHED = (
    "asked: Journal",
    "asked: Listing",
    "asked: Looking",
    "asked: Reading",
    "asked: WhatIsDue",
    "edits with something given",
    "filings answered again",
    "filings refused",
    "ids forgotten",
    "replays of commits",
    "records read along",
    "reused ids",
    "strikes taken back",
    "together",
    "windows after the clock went back",
    "windows full",
)


@pytest.mark.parametrize("which", SERVERS)
def test_all_kinds_of_servers_agree_with_the_plain_store(which: str, tmp_path: Path) -> None:
    async def scenario(url: str) -> None:
        for flight in FLIGHTS:
            packed = RedisStore(url, virtual=True, deadline=10.0)
            await packed.open()
            tally = await fly(packed, SEED, flight, 20)
            reached.update(name for name in REACHED if tally[name])
            await packed.close()

    reached: set[str] = set()
    try:
        with started(which, tmp_path) as (url, _):
            asyncio.run(scenario(url))
    except LookupError as missing:
        pytest.skip(str(missing))
    assert reached == set(REACHED)


def test_store_that_forgets_too_late_is_found_out() -> None:
    async def scenario() -> str:
        late = MemoryStore(virtual=True, receipts=3 * DAY)
        for flight in FLIGHTS:
            try:
                await fly(late, SEED, flight, 20)
            except Difference as found:
                return await described(late, found)
        return ""

    assert "It differs alone too, with these operations:\n  Observe(" in asyncio.run(scenario())
