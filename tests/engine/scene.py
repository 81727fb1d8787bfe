"""A small stage for engine tests: a policy as text, a store that can fail, events in one line."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, cast

from policyd.check.load import load_texts
from policyd.compile.load import compile_policies
from policyd.compile.program import Program
from policyd.engine.embedded import finish
from policyd.engine.pipeline import Engine
from policyd.model.codec import event_from
from policyd.model.decision import Action, Decision
from policyd.model.event import Event
from policyd.model.figures import Count
from policyd.model.state import Commit, Committed, EventIdReused, Observe, Observed, StoreUnavailable
from policyd.state.memory import MemoryStore
from policyd.state.store import Answered

NOON = "2026-03-02T12:00:00+08:00"


class FailingStore:
    """A memory store that keeps what it was asked; `fails` names the operations that are refused. `cut`: how many
    calls still go through before one fails, None for all of them; `after`: it fails when its work is done; `once`: the
    calls behind it go through again."""

    def __init__(self) -> None:
        self.inner = MemoryStore(virtual=True)
        self.fails: set[str] = set()
        self.calls: list[str] = []
        self.asks: list[Observe] = []
        self.changes: list[Commit] = []
        self.cut: int | None = None
        self.after = False
        self.once = False

    async def observe(self, ask: Observe) -> Observed:
        self.asks.append(ask)
        return cast(Observed, await self._call("observe", ask))

    async def observe_many(self, asks: Sequence[Observe]) -> AsyncIterator[Answered]:
        for place, ask in enumerate(asks):
            try:
                yield [(place, await self.observe(ask))]
            except (EventIdReused, StoreUnavailable) as failed:
                yield [(place, failed)]

    async def commit(self, change: Commit) -> Committed:
        self.changes.append(change)
        return cast(Committed, await self._call("commit", change))

    async def count_many(self, changes: Sequence[Count]) -> list[StoreUnavailable | None]:
        found: list[StoreUnavailable | None] = []
        for change in changes:
            try:
                await self._call("count", change)
                found.append(None)
            except StoreUnavailable as failed:
                found.append(failed)
        return found

    def __getattr__(self, name: str) -> Any:
        if name in ("cells", "cell_of"):
            return getattr(self.inner, name)
        return partial(self._call, name)

    async def _call(self, name: str, *arguments: Any, **named: Any) -> Any:
        if name in self.fails:
            raise StoreUnavailable(f"`{name}` is told to fail")
        self.calls.append(name)
        cut, self.cut = self.cut == 0, self._left()
        if cut and not self.after:
            raise StoreUnavailable(f"`{name}` is cut off before")
        answer = await getattr(self.inner, name)(*arguments, **named)
        if cut:
            raise StoreUnavailable(f"`{name}` is cut off after")
        return answer

    def _left(self) -> int | None:
        """What `cut` is for the next call."""
        if self.cut == 0:
            return None if self.once else 0
        return None if self.cut is None else self.cut - 1


def compiled(policy: str) -> Program:
    policies, found = load_texts({"club.policy": policy})
    assert policies is not None, [each.message() for each in found]
    return compile_policies(policies)


class Scene:
    """An engine, its store, and a clock that every event moves on by a minute unless it says `at` (minutes)."""

    def __init__(self, policy: str) -> None:
        self.store = FailingStore()
        self.engine = Engine(compiled(policy), self.store)
        self.minute = 0
        self.count = 0

    def event(self, kind: str = "message", text: str | None = None, *, at: int | None = None, **parts: Any) -> Event:
        self.minute = self.minute + 1 if at is None else at
        self.count += 1
        tree: dict[str, Any] = {
            "id": parts.pop("event_id", f"e{self.count}"),
            "kind": kind,
            "time": f"2026-03-02T{12 + self.minute // 60:02}:{self.minute % 60:02}:00+08:00",
            "group": parts.pop("group", {"id": "g1"}),
        }
        member, role = parts.pop("member", None if kind == "verdict" else "u1"), parts.pop("role", None)
        if member is not None:
            tree["member"] = {"id": member, "name": "Ming", "role": role}
        if kind in ("message", "edit"):
            tree["message"] = {"id": parts.pop("id", f"m{self.count}"), "text": text}
        return event_from({**tree, **parts})

    def tell(self, event: Event, **options: Any) -> Decision:
        return finish(self.engine.evaluate(event, **options))

    def says(self, text: str, **options: Any) -> Decision:
        return self.tell(self.event("message", text, **options))


def done(decision: Decision) -> list[str]:
    """The actions in short: `mute 3600`, `notify moderators: text`."""
    return [_short(action) for action in decision.actions]


def _short(action: Action) -> str:
    parts = [action.do, action.proposes or "", action.to or "", str(action.seconds or "")]
    line = " ".join(part for part in parts if part)
    return f"{line}: {action.text}" if action.text else line
