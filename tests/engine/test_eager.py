"""Coroutines that begin at once."""

from __future__ import annotations

import asyncio

import pytest

from policyd.engine.eager import begin


def test_what_never_waits_is_done_at_once_and_needs_no_loop() -> None:
    done = []

    async def work() -> None:
        done.append(1)

    assert begin(work()) is None
    assert done == [1]


def test_what_fails_before_it_waits_fails_here() -> None:
    async def work() -> None:
        raise KeyError("at once")

    with pytest.raises(KeyError, match="at once"):
        begin(work())


@pytest.mark.parametrize("outcome", ["value", "error", "cancelled", "twice", "asleep", "timeout"])
def test_what_waits_goes_on_as_a_task_would(outcome: str) -> None:
    """The same steps, once begun by hand and once as a task from the start."""

    async def run(by_hand: bool) -> tuple[list[object], str]:
        seen: list[object] = []
        loop = asyncio.get_running_loop()
        first: asyncio.Future[str] = loop.create_future()
        second: asyncio.Future[str] = loop.create_future()

        async def work() -> None:
            try:
                if outcome == "asleep":
                    await asyncio.sleep(0)
                seen.append(await first)
                if outcome == "timeout":
                    async with asyncio.timeout(0):
                        await second
                if outcome == "twice":
                    seen.append(await second)
            except KeyError as error:
                seen.append(repr(error))
            finally:
                seen.append("end")

        task = begin(work()) if by_hand else loop.create_task(work())
        assert task is not None
        await asyncio.sleep(0)
        if outcome == "cancelled":
            task.cancel()
        elif outcome == "error":
            first.set_exception(KeyError("later"))
        else:
            first.set_result("one")
            second.set_result("two") if outcome == "twice" else None
        (result,) = await asyncio.gather(task, return_exceptions=True)
        return seen, repr(result)

    assert asyncio.run(run(True)) == asyncio.run(run(False))
