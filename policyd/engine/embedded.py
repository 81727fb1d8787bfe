"""The engine without a service: synchronous, state in memory, the clock of the events themselves (law L12)."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from policyd.compile.program import Program
from policyd.engine.pipeline import Engine
from policyd.model.codec import decode, event_from
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.state.memory import MemoryStore

T = TypeVar("T")


class Embedded:
    """Evaluates events one after another; not to be shared between threads. Event ids are those of one tenant."""

    def __init__(self, program: Program) -> None:
        self._engine = Engine(program, MemoryStore(virtual=True))

    @property
    def revision(self) -> str:
        """Names the policies, words included: `sha256:…`."""
        return self._engine.program.revision

    def evaluate(self, event: Event | Mapping[str, Any] | bytes | str, *, explain: bool = False) -> Decision:
        """The decision on an event: as an object, as the endpoint takes it, or as the JSON text of that. Raises
        `EventError` with the problem where it is refused."""
        if isinstance(event, str):
            event = event.encode("utf-8", "surrogatepass")
        if isinstance(event, bytes):
            event = decode(event)
        elif not isinstance(event, Event):
            event = event_from(dict(event))
        return finish(self._engine.evaluate(event, explain=explain))


def finish(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits, as those over a `MemoryStore` do not."""
    try:
        work.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    work.close()
    raise RuntimeError("the in-memory store waited")
