"""Coroutines that begin at once: only one that has to wait becomes a task."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from types import coroutine as as_awaitable
from typing import Any


def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Runs it until it first waits; the task that it is from then on, None where it has come to its end. Raises what it
    raises before it waits. Until then it belongs to no task, so nothing like `asyncio.timeout` may be entered."""
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_continued(work, waits_for))


async def _continued(work: Coroutine[Any, Any, None], waits_for: object) -> None:
    await _resumed(work, waits_for)


@as_awaitable
def _resumed(work: Coroutine[Any, Any, None], waits_for: object) -> Generator[object, Any, None]:
    """What `yield from` does (PEP 380), from the middle on."""
    try:
        while True:
            try:
                sent = yield waits_for
            except BaseException as thrown:
                waits_for = work.throw(thrown)
            else:
                waits_for = work.send(sent)
    except StopIteration:
        return
