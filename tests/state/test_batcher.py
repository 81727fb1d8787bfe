"""When requests are given up, whatever came before them."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio.connection import AbstractConnection

from policyd.model.state import StoreUnavailable
from policyd.state.batcher import Batcher
from policyd.state.calls import Answer, Asked, Batch, Limits

_BATCH = Batch(b"script", (), ())


async def _never() -> AbstractConnection:
    await asyncio.get_running_loop().create_future()
    raise AssertionError("unreachable")


def test_what_is_taken_over_is_given_up_at_its_own_deadline() -> None:
    """Not at that of what waited before, which is later."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        batcher = Batcher(_never, Limits(deadline=30.0))
        own, future = batcher.ask(_BATCH, (), ()), asyncio.Future[Answer]()
        await asyncio.sleep(0)
        batcher.take_over([Asked(_BATCH, (), (), 1, loop.time() + 0.01, False, future)], asking=False)
        with pytest.raises(StoreUnavailable, match="did not answer within"):
            await asyncio.wait_for(future, 10)
        assert not own.done()
        await batcher.close()
        with pytest.raises(StoreUnavailable, match="was closed"):
            await own

    asyncio.run(main())


def test_who_waits_to_be_asked_again_is_told_that_the_store_was_closed() -> None:
    """Not at the deadline, which may be far."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        batcher = Batcher(_never, Limits(deadline=30.0))
        future = asyncio.Future[Answer]()
        batcher.take_over([Asked(_BATCH, (), (), 1, loop.time() + 30.0, False, future)], asking=False)
        await batcher.close()
        with pytest.raises(StoreUnavailable, match="was closed"):
            await asyncio.wait_for(future, 10)

    asyncio.run(main())
