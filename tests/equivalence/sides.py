"""The two evaluators behind one face: an event in, a decision or the name of a refusal out; and what they remember."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from msgspec import Struct, msgpack
from msgspec.structs import replace

from policyd.check.resolved import PolicySet
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.model.decision import Decision
from policyd.model.event import Event
from policyd.model.problem import EventError
from policyd.model.records import (
    Board,
    KnownGroup,
    KnownMember,
    MemberFile,
    Record,
    Thread,
    Ticket,
)
from policyd.model.state import (
    Commit,
    Committed,
    EventIdReused,
    Filed,
    Filing,
    LadderRead,
    Observe,
    Observed,
    StoreUnavailable,
    Window,
)
from policyd.reference.evaluator import Failure, Reference
from policyd.reference.sanctions import UnclearLadder
from policyd.reference.state import Group, Member
from policyd.state.memory import MemoryStore
from tests.equivalence.events import Step

T = TypeVar("T")
Answer = Decision | str
"""A decision, or the code of the refusal, with the place in the event that it is about."""
_KEPT: Final[dict[str, type[Struct]]] = {
    "file": MemberFile, "thread": Thread, "board": Board, "ticket": Ticket, "member": KnownMember, "group": KnownGroup,
}  # fmt: skip
Kept = dict[Record, Struct]
"""What workflows keep, without what says nothing."""


@dataclass(frozen=True)
class Standing:
    """What is remembered of a member and of the counters that an event reads, at one instant. `counters`, `strikes` by
    qualified name; `muted_until` and `last_message` 0 where there is none."""

    counters: dict[str, int]
    strikes: dict[str, int]
    muted_until: int
    last_message: int


class ReferenceSide:
    def __init__(self, policies: PolicySet) -> None:
        self.reference = Reference(policies)

    def reset(self) -> None:
        self.reference.groups.clear()

    def answer(self, step: Step) -> Answer:
        try:
            return self.reference.evaluate(step.event, step.fails)
        except EventIdReused:
            return "event_id_reused /id"
        except UnclearLadder:
            return "invalid_event /sanction/ladder"
        except EventError as error:
            return refusal(error)

    def kept(self) -> Kept:
        found: Kept = {}
        for name, group in self.reference.groups.items():
            records = group.records
            found |= {Record("file", name, member): file for member, file in records.files.items()}
            found |= {Record("thread", name, message): thread for message, thread in records.threads.items()}
            found |= {Record("ticket", name, ticket.id): ticket for ticket in records.tickets.values()}
            found |= {Record("member", name, member): known for member, known in records.members.items()}
            found[Record("board", name)] = records.board
            if records.known is not None:
                found[Record("group", "", name)] = records.known
        return _telling(found)

    def standing(self, event: Event) -> Standing:
        known = self.reference.standing(event).values()
        group = self.reference.groups.get(event.group.id, Group())
        member = group.members.get(event.member.id, Member())
        return Standing(
            {name: count for env in known for name, count in env.counters.items()},
            {name: strikes for env in known for name, strikes in env.strikes.items()},
            member.muted_until if member.muted_until > (event.time or 0) else 0,
            member.last_message,
        )


class FailingStore(MemoryStore):
    """A store in memory that can be told to fail."""

    def __init__(self) -> None:
        super().__init__(virtual=True)
        self.fails: Failure = "none"
        self.kept: dict[Record, bytes] = {}

    async def file(self, filing: Filing) -> Filed:
        if self.fails == "file":
            raise StoreUnavailable("told to fail")
        filed = await super().file(filing)
        if filed.answer is not None and not filed.replayed:
            self.kept |= {put.record: put.value for put in filing.puts}
        return filed

    async def observe(self, ask: Observe) -> Observed:
        if self.fails == "observe":
            raise StoreUnavailable("told to fail")
        return await super().observe(ask)

    async def commit(self, change: Commit) -> Committed:
        if self.fails == "commit":
            raise StoreUnavailable("told to fail")
        return await super().commit(change)


class EngineSide:
    """The compiled program and the engine on a store in memory."""

    def __init__(self, policies: PolicySet) -> None:
        self._program = compile_policies(policies)
        self.reset()

    def reset(self) -> None:
        self._store = FailingStore()
        self._engine = Engine(self._program, self._store)
        self._probes = 0

    def answer(self, step: Step) -> Answer:
        self._store.fails = step.fails
        try:
            return run(self._engine.evaluate(step.event))
        except EventError as error:
            return refusal(error)

    def kept(self) -> Kept:
        """As it was filed last."""
        stored = {record: value for record, value in self._store.kept.items() if value and record.kind in _KEPT}
        return _telling({record: msgpack.decode(value, type=_KEPT[record.kind]) for record, value in stored.items()})

    def standing(self, event: Event) -> Standing:
        """Asks the store as an event would, under an id of its own and without being counted."""
        prepared = self._program.prepare(event)
        ladders = [ladder for policy in prepared.policies for ladder in policy.ladders]
        self._probes += 1
        self._store.fails = "none"
        observed = run(
            self._store.observe(
                Observe(
                    tenant="",
                    group=event.group.id,
                    member=event.member.id,
                    event=f"probe {self._probes}",
                    digest=b"",
                    revision="",
                    at=event.time,
                    windows=tuple(_uncounted(window) for window in prepared.windows),
                    ladders=tuple(LadderRead(ladder.name, ladder.forget) for ladder in ladders),
                    mute=True,
                    silence=True,
                )
            )
        )
        return Standing(
            dict(zip(prepared.counters, observed.counts, strict=True)),
            dict(zip((ladder.name for ladder in ladders), observed.strikes, strict=True)),
            observed.mute_until,
            observed.last_seen,
        )


def refusal(error: EventError) -> str:
    """The code, and the place in the event."""
    return f"{error.problem.code} {error.problem.pointer or ''}"


def _telling(records: Kept) -> Kept:
    """Tickets and who is known as they are, of the others those that are not empty."""
    always = ("ticket", "member", "group")
    return {
        record: struct
        for record, struct in records.items()
        if record.kind in always or any(getattr(struct, name) for name in struct.__struct_fields__)
    }


def _uncounted(window: Window) -> Window:
    return replace(window, bump="never")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("a store in memory never waits")
