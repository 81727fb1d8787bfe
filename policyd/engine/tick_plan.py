"""The plan of a tick on one cell: what has come due is taken and written down by one filing, all or none.

Whoever files the plan has the works; a tick that was planned meanwhile by another finds records changed and plans
again. So nothing comes due twice, and a repeat of the tick's id finds the plan that was filed.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from string import digits
from typing import Final

from msgspec import Struct, field

from policyd.compile.program import Program
from policyd.engine import timetable
from policyd.engine.coming_due import Taken, also_needed, duty_works, records_of, take
from policyd.engine.desk import KEEP_RECORDS, Desk
from policyd.engine.figures import Figures
from policyd.engine.open_ticks import acknowledge, opened
from policyd.engine.sweeps import Sweeper
from policyd.model import records as r
from policyd.model.event import Event
from policyd.model.records import STAMP, KnownGroup, KnownMember, OpenTick, Record, SweepRun, TickPlan, Work
from policyd.model.state import Due, EventIdReused, Filing, Put, StoreUnavailable
from policyd.state.store import Store

MOST: Final = 500
"""About so many works a tick and cell."""
NOTHING_CAME: Final = b"[]"
_MOST_TRIES: Final = 50
_DAY: Final = 86_400_000
_KEEP_EMPTY: Final = 2 * _DAY
KEEP_PLAN: Final = 30 * _DAY
_PAGE: Final = 500


def tick_record(group: str, tick: str) -> Record:
    """The plan of a tick, for one group or (group "") for all of a cell."""
    return Record("tick", group, tick)


def desk_record(group: str) -> Record:
    return Record("desk", group)


def content_of(event: Event) -> bytes:
    """What a repeat of a tick must have in common with it."""
    return b"" if event.tick is None else f"ack {event.tick.ack}".encode()


class Planner:
    """Of one tick on one cell, at one instant."""

    def __init__(
        self, store: Store, program: Program, figures: Figures, tenant: str, cell: int, event: Event, now: int
    ) -> None:
        self.store = store
        self.program = program
        self.tenant = tenant
        self.cell = cell
        self.event = event
        self.now = now
        self.sweeper = Sweeper(store, program, figures, tenant, cell, now)
        policies = program.policy_set.policies
        self.sweeps = {sweep.name: "sweep" for policy in policies for sweep in policy.sweeps}
        self.sweeps |= {tiers.name: "tiers" for policy in policies for tiers in policy.tiers}

    async def plan(self) -> tuple[TickPlan, bool]:
        """The plan, and whether it was made before. Raises `StoreUnavailable`, and `EventIdReused`
        where the id was one of another tick."""
        group, tick = self.event.group.id, self.event.id
        for _ in range(_MOST_TRIES):
            attempt = _Attempt(self)
            await attempt.read((tick_record(group, tick), desk_record(group), desk_record("")))
            known = r.unpack(TickPlan, attempt.values[tick_record(group, tick)][STAMP:])
            if known is not None:
                if known.content != content_of(self.event):
                    raise EventIdReused(f"event id `{tick}` was used before for a tick with another `ack`")
                return known, True
            plan = await attempt.make()
            mark = r.stamp(group, f"tick\0{tick}")
            filing = Filing(
                self.tenant, self.cell, group, f"tick\0{tick}", mark, attempt.puts(plan), attempt.dues()
            )  # fmt: skip
            filed = await self.store.file(filing)
            if filed.answer is not None and not filed.replayed:
                return plan, False
        raise StoreUnavailable(f"what tick `{tick}` has to carry out kept changing; send it again")


class _Attempt(Struct):
    """One try: what was read, what is changed, and what is to be done."""

    planner: Planner
    values: dict[Record, bytes] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    taken: Taken = field(default_factory=Taken)
    missed: list[Work] = field(default_factory=list)
    members: dict[str, dict[str, KnownMember]] = field(default_factory=dict)
    counter: r.Desk = field(default_factory=r.Desk)
    begun: set[tuple[str, str]] = field(default_factory=set)
    more: bool = False

    async def read(self, records: Iterable[Record]) -> None:
        """Adds what is stored to `values`, a few hundred at a time."""
        planner, rest = self.planner, iter([record for record in records if record not in self.values])
        while page := tuple(islice(rest, _PAGE)):
            stored = await planner.store.read(planner.tenant, planner.cell, page)
            self.values.update(zip(page, stored, strict=True))

    async def make(self) -> TickPlan:
        planner = self.planner
        self.counter = r.unpack(r.Desk, self.values[desk_record(planner.event.group.id)][STAMP:]) or r.Desk()
        dues = await self._take_due()
        await self._take_occurrences()
        await self._take_sweeps([due for due in dues if due.name.startswith("sweep/")])
        works = [*self.taken.works, *duty_works(self.taken.came)]
        self._note_members(works)
        kept, again = acknowledge(self.counter.ticks, planner.event.tick, planner.now)
        done = not (works or again)
        self.counter.ticks = opened(kept, OpenTick(planner.event.id, planner.now, done, not works))
        return TickPlan(
            planner.now,
            sorted(works, key=order),
            sorted(self.missed, key=order),
            self.more,
            again,
            {work.group: known for work in works if (known := self.group(work.group)) is not None},
            self.members,
            NOTHING_CAME if done else b"",
            content_of(planner.event),
        )

    def puts(self, plan: TickPlan) -> tuple[Put, ...]:
        event = self.planner.event
        tick, desk = tick_record(event.group.id, event.id), desk_record(event.group.id)
        keep = KEEP_PLAN if plan.work or plan.again or plan.missed else _KEEP_EMPTY
        return (
            Put(tick, b"", r.pack(plan), keep),
            Put(desk, self.values[desk][:STAMP], r.pack(self.counter), KEEP_RECORDS),
            *(put for each in self.desks.values() for put in each.puts()),
        )

    def dues(self) -> tuple[Due, ...]:
        return tuple(due for each in self.desks.values() for due in each.dues())

    def desk(self, group: str) -> Desk:
        found = self.desks.get(group)
        if found is None:
            found = self.desks[group] = Desk(group, self.planner.event.id, self.planner.now, self.values)
        return found

    def group(self, name: str) -> KnownGroup | None:
        return r.unpack(KnownGroup, self.values.get(Record("group", name), b"")[STAMP:])

    # ------------------------------------------------------------ what is due

    async def _take_due(self) -> list[Due]:
        planner = self.planner
        group = planner.event.group.id or None
        found = await planner.store.due(planner.tenant, planner.cell, group, planner.now, MOST + 1)
        self.more = len(found) > MOST
        dues = list(found[:MOST])
        await self.read(records_of(dues))
        await self.read(also_needed(self.values))
        for place, due in enumerate(dues):
            if len(self.taken) >= MOST:
                self.more = True
                return dues[:place]
            take(self.desk(due.group), due, planner.program.policy_set, self.taken)
        return dues

    # ------------------------------------------------------------ schedules, sweeps and tiers

    async def _take_occurrences(self) -> None:
        planner, now = self.planner, self.planner.now
        whole = r.unpack(r.Desk, self.values[desk_record("")][STAMP:]) or r.Desk()
        last = max(self.counter.last, whole.last)
        timed = timetable.entries(planner.program.policy_set)
        if not timed or (last and not timetable.past(timed, last, now)):
            self.counter.last = max(self.counter.last, now)
            return
        groups = await self._groups()
        after = last or min((known.since for known in groups.values()), default=now)
        if self._take_from(groups, await self._concerned(groups, timetable.past(timed, after, now)), last):
            self.counter.last = max(self.counter.last, now)

    async def _concerned(
        self, groups: dict[str, KnownGroup], came: list[timetable.Past]
    ) -> dict[str, list[timetable.Past]]:
        """What came in each group that a policy covers; their boards have been read."""
        found = {}
        for group, known in sorted(groups.items()):
            here = [each for each in came if each.entry.policy.scope.covers(group, tuple(known.tags))]
            if here:
                found[group] = here
        await self.read([record for group in found for record in (Record("board", group), desk_record(group))])
        return found

    def _take_from(
        self, groups: dict[str, KnownGroup], came: dict[str, list[timetable.Past]], last: int
    ) -> bool:  # fmt: skip
        """False where not all groups had their turn."""
        for group, here in came.items():
            if len(self.taken) >= MOST:
                self.more = True
                return False
            board, known = self.desk(group).board(), groups[group]
            own = r.unpack(r.Desk, self.values[desk_record(group)][STAMP:]) or r.Desk()
            since = max(last, own.last, board.last, known.since)
            due, missed = timetable.for_group(here, group, known.tags, since)
            if not due and not missed:
                continue
            board.last = self.planner.now
            self.missed += [Work(each.what, group, each.name, each.at) for each in missed]
            for each in due:
                if each.what == "schedule":
                    self.taken.works.append(Work("schedule", group, each.name, each.at))
                else:
                    board.sweeps[each.name] = SweepRun(each.at, 0)
                    self.begun.add((group, each.name))
        return True

    async def _groups(self) -> dict[str, KnownGroup]:
        """The groups that the tick is about, of which something is known."""
        planner = self.planner
        if planner.event.group.id:
            record = Record("group", planner.event.group.id)
            await self.read([record])
            known = self.group(record.group)
            return {} if known is None else {record.group: known}
        found: dict[str, KnownGroup] = {}
        cursor = 0
        while True:
            cursor, page = await planner.store.listed(planner.tenant, planner.cell, "group", "", cursor, _PAGE)
            for group, value in page:
                self.values[Record("group", group)] = value
                if (known := self.group(group)) is not None:
                    found[group] = known
            if not cursor:
                return found

    async def _take_sweeps(self, waiting: list[Due]) -> None:
        """Goes on with the sweeps and tiers that began now or at an earlier tick."""
        runs = {(due.group, due.name.removeprefix("sweep/")) for due in waiting} | self.begun
        for group, name in sorted(runs):
            desk = self.desk(group)
            board = desk.board()
            run = board.sweeps.pop(name, None)
            desk.due(f"sweep/{name}", 0)
            what = self.planner.sweeps.get(name)
            if run is None or what is None:
                continue
            most = MOST - len(self.taken)
            swept = await self.planner.sweeper.sweep(what, group, self.group(group), name, run, most)
            self.taken.works += swept.works
            self.members.setdefault(group, {}).update(swept.members)
            if not swept.finished:
                board.sweeps[name] = SweepRun(run.at, swept.cursor)
                desk.due(f"sweep/{name}", run.at)
                self.more = True

    def _note_members(self, works: list[Work]) -> None:
        """What is known of those who owe something, as the works' events will show them."""
        for work in works:
            for owed in work.owed:
                value = self.values.get(Record("member", work.group, owed.member), b"")
                if (known := r.unpack(KnownMember, value[STAMP:])) is not None:
                    self.members.setdefault(work.group, {})[owed.member] = known


def order(work: Work) -> tuple[int, str, str, str, tuple[str, ...]]:
    """In which works are carried out and answered: those of duties by the names of their rules."""
    if work.owed:
        return work.at, work.group, work.what.rstrip(digits), f"{work.name}.{work.what}", work.who
    return work.at, work.group, work.what, work.name, work.who
