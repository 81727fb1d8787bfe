"""The two evaluators behind one face: an event in, a decision or the name of a refusal out; and what they remember."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from msgspec import UNSET, Struct, msgpack
from msgspec.structs import replace

from policyd.check.resolved import Ladder, PolicySet
from policyd.compile.load import compile_policies
from policyd.engine.pipeline import Engine
from policyd.engine.undo import undo
from policyd.engine.wide import EVERYWHERE
from policyd.model.decision import Decision, Undone
from policyd.model.event import Event
from policyd.model.figures import ROLLING, SIZE, Count, FiguresAsk, FiguresRead
from policyd.model.local_days import local_day
from policyd.model.problem import EventError
from policyd.model.records import (
    Account,
    Board,
    KnownGroup,
    KnownMember,
    MemberFile,
    Record,
    ReviewFile,
    Thread,
    Ticket,
)
from policyd.model.state import (
    Commit,
    Committed,
    EventIdReused,
    Filed,
    Filing,
    Journaled,
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

FIGURE_DAYS: Final = 100
"""Of so many complete days the figures are compared."""
T = TypeVar("T")
Answer = Decision | str
"""A decision, or the code of the refusal, with the place in the event that it is about."""
_KEPT: Final[dict[str, type[Struct]]] = {
    "file": MemberFile, "thread": Thread, "board": Board, "ticket": Ticket, "member": KnownMember, "group": KnownGroup,
}  # fmt: skip
Awards = list[tuple[str, str, dict[str, dict[str, int]]]]
"""What was taken out of tallies, by member: of which event, and whose decision it was."""
Kept = dict[Record, Struct]
"""What workflows keep, without what says nothing."""


@dataclass(frozen=True)
class Standing:
    """What is remembered of a member and of the counters that an event reads, at one instant. `counters`, `strikes` by
    qualified name, `last`: counts of the last complete period; `muted_until` and `last_message` 0 where there is
    none."""

    counters: dict[str, int]
    last: dict[str, int]
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

    def kept(self, now: int) -> Kept:
        found: Kept = {}
        for name, group in self.reference.groups.items():
            records = group.records
            found |= {Record("file", name, member): file for member, file in records.files.items()}
            found |= {Record("thread", name, message): thread for message, thread in records.threads.items()}
            found |= {Record("ticket", name, ticket.id): ticket for ticket in records.tickets.values()}
            found |= {Record("member", name, member): known for member, known in records.members.items()}
            found[Record("board", name)] = records.board
            if records.known is not None:
                found[Record("group", name)] = records.known
        return _telling(found, self.reference.policies, now)

    def standing(self, event: Event) -> Standing:
        known = self.reference.standing(event).values()
        group = self.reference.groups.get(event.group.id, Group())
        member = group.members.get(event.member.id, Member())
        return Standing(
            {name: count for env in known for name, count in env.counters.items()},
            {name: count for env in known for name, count in env.last.items()},
            {name: strikes for env in known for name, strikes in env.strikes.items()},
            member.muted_until if member.muted_until > (event.time or 0) else 0,
            member.last_message,
        )

    def undo(self, group: str, rule: str, now: int) -> Awards:
        """What the rule added is taken back."""
        return _awards(self.reference.undo(group, rule, 0, now))

    def accounts(self, now: int) -> dict[Record, dict[str, Account]]:
        return _accounts(self.kept(now), now)

    def figures(self, event: Event) -> FiguresRead:
        """Of the group, at the instant of the event."""
        return _plain(self.reference.figures(event, FIGURE_DAYS))


class FailingStore(MemoryStore):
    """A store in memory that can be told to fail. `kept`: what was filed last."""

    def __init__(self) -> None:
        super().__init__(virtual=True)
        self.fails: Failure | Literal["all"] = "none"
        self.kept: dict[Record, bytes] = {}

    async def observe(self, ask: Observe) -> Observed:
        self._fail("observe")
        return await super().observe(ask)

    async def commit(self, change: Commit) -> Committed:
        self._fail("commit")
        return await super().commit(change)

    async def file(self, filing: Filing) -> Filed:
        self._fail("file")
        filed = await super().file(filing)
        if filed.answer is not None and not filed.replayed:
            self.kept |= {put.record: put.value for put in filing.puts}
        return filed

    async def count(self, change: Count) -> None:
        self._fail("observe")
        await super().count(change)

    async def figures(self, ask: FiguresAsk) -> FiguresRead:
        self._fail("observe")
        return await super().figures(ask)

    async def read(self, tenant: str, cell: int, records: Sequence[Record]) -> tuple[bytes, ...]:
        self._fail("observe")
        return await super().read(tenant, cell, records)

    async def journal(self, tenant: str, group: str, since: int) -> tuple[Journaled, ...]:
        self._fail("observe")
        return await super().journal(tenant, group, since)

    async def now(self, cell: int, at: int | None = None) -> int:
        self._fail("now")
        return await super().now(cell, at)

    def _fail(self, call: str) -> None:
        if self.fails in (call, "all"):
            raise StoreUnavailable("told to fail")


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
        self._store.fails = "all" if step.event.kind == "tick" and step.fails != "none" else step.fails
        try:
            return run(self._engine.evaluate(step.event))
        except EventError as error:
            return refusal(error)

    def kept(self, now: int) -> Kept:
        """As it was filed last."""
        stored = {record: value for record, value in self._store.kept.items() if value and record.kind in _KEPT}
        found = {record: msgpack.decode(value, type=_KEPT[record.kind]) for record, value in stored.items()}
        return _telling(found, self._program.policy_set, now)

    def standing(self, event: Event) -> Standing:
        """Asks the store as an event would, under an id of its own and without being counted."""
        prepared = self._program.prepare(event)
        ladders = [ladder for policy in prepared.route.policies for ladder in policy.ladders]
        wide = len(prepared.windows) - prepared.wide_windows
        here = self._probe(event, event.group.id, prepared.windows[:wide], ladders)
        everywhere = self._probe(event, EVERYWHERE, prepared.windows[wide:], ladders)
        counts = list(zip(prepared.windows, prepared.counters, here.counts + everywhere.counts, strict=True))
        return Standing(
            {name: count for window, name, count in counts if not window.last},
            {name: count for window, name, count in counts if window.last},
            {
                ladder.name: (everywhere if ladder.across_groups else here).strikes[place]
                for place, ladder in enumerate(ladders)
            },
            here.mute_until,
            here.last_seen,
        )

    def undo(self, group: str, rule: str) -> Awards:
        """What the rule did is taken back."""
        self._store.fails = "none"
        return _awards(run(undo(self._store, self._program, "", rule, 0, group, dry_run=False)).undone)

    def accounts(self, now: int) -> dict[Record, dict[str, Account]]:
        return _accounts(self.kept(now), now)

    def figures(self, event: Event) -> FiguresRead:
        """Of the group, at the instant of the event."""
        self._store.fails = "none"
        zone = self._program.prepare(event).route.zone
        return _plain(run(self._store.figures(FiguresAsk("", event.group.id, zone, FIGURE_DAYS, event.time))))

    def _probe(self, event: Event, group: str, windows: tuple[Window, ...], ladders: list[Ladder]) -> Observed:
        self._probes += 1
        self._store.fails = "none"
        return run(
            self._store.observe(
                Observe(
                    tenant="",
                    group=group,
                    member=event.member.id,
                    event=f"probe {self._probes}",
                    digest=b"",
                    revision="",
                    at=event.time,
                    windows=tuple(_uncounted(window) for window in windows),
                    amounts=tuple(0 for window in windows if window.form in ("distinct", "sum")),
                    ladders=tuple(LadderRead(ladder.name, ladder.forget) for ladder in ladders),
                    mute=True,
                    silence=True,
                )
            )
        )


def refusal(error: EventError) -> str:
    """The code, and the place in the event."""
    return f"{error.problem.code} {error.problem.pointer or ''}"


def _telling(records: Kept, policies: PolicySet, now: int) -> Kept:
    """Tickets and who is known as they are, of the others those that say something at `now`, without what only a store
    with retries must know."""
    always = ("ticket", "member", "group")
    within = {brake.name: brake.within for policy in policies.policies for brake in policy.brakes}
    found = {record: _as_law(struct, within, now) for record, struct in records.items()}
    return {
        record: struct
        for record, struct in found.items()
        if record.kind in always or any(getattr(struct, name) for name in struct.__struct_fields__)
    }


def _as_law(kept: Struct, within: dict[str, int], now: int) -> Struct:
    if isinstance(kept, MemberFile):
        reviews = {name: filed for name, filed in kept.reviews.items() if filed != ReviewFile()}
        return replace(kept, reviews=reviews, submissions=[], undone={})
    if not isinstance(kept, Board):
        return kept
    brakes = {name: [at for at in instants if at > now - within[name]] for name, instants in kept.brakes.items()}
    switches = {name: until for name, until in kept.switches.items() if until > now}
    counted = {name: instants for name, instants in brakes.items() if instants}
    return replace(kept, brakes=counted, switches=switches, sweeps={}, last=0)


def _awards(undone: Sequence[Undone]) -> Awards:
    return sorted((one.event, one.member, {} if one.awards is UNSET else one.awards) for one in undone)


def _accounts(kept: Kept, now: int) -> dict[Record, dict[str, Account]]:
    """Without days that nobody asks for any more: when they go is no matter of the law."""
    oldest = local_day("UTC", now) - 60
    return {
        record: {
            name: replace(account, days={day: much for day, much in account.days.items() if day > oldest})
            for name, account in file.accounts.items()
        }
        for record, file in kept.items()
        if isinstance(file, MemberFile) and file.accounts
    }


def _plain(figures: FiguresRead) -> FiguresRead:
    """Without figures that are 0, and without what only stores keep: it comes out as `rolling`, or is told to them."""
    beside = {SIZE, *ROLLING.values()}
    days = [
        replace(day, values={name: value for name, value in day.values.items() if value and name not in beside})
        for day in (*figures.days, figures.today)
    ]
    return replace(figures, days=tuple(days[:-1]), today=days[-1])


def _uncounted(window: Window) -> Window:
    return replace(window, bump="never")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never suspends."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("a store in memory never waits")
