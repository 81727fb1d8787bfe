"""Files what an event changes in the workflows, all or none, once it is settled what is done."""

from __future__ import annotations

from collections.abc import Iterable

from policyd.engine import (
    accounts,
    appeals,
    brakes,
    digests,
    duties,
    placing,
    proposals,
    reviews,
    streaks,
    switches,
    tickets,
)
from policyd.engine.acquaintance import Acquaintances
from policyd.engine.case import Case
from policyd.engine.course import Course
from policyd.engine.desk import Change, Told, file_changes
from policyd.model.records import STAMP, MemberFile, Record, unpack
from policyd.model.state import StoreUnavailable
from policyd.state.store import Store


async def file(store: Store, course: Course, acquaintances: Acquaintances) -> None:
    """Sets `told`, or `unfiled` where the store fails."""
    if course.settled.failed:
        return
    try:
        changes = [*brakes.changes(course), *reviews.changes(course), *tickets.changes(course)]
        if _does_more(course):
            changes += await _more_changes(store, course)
        met = acquaintances.changes(course.case)
        if changes:
            course.told = await _file(store, course.case, [*changes, *met])
            acquaintances.filed(course.case)
            await brakes.take_back(store, course)
        elif met:
            await meet(store, course.case, met, acquaintances)
    except StoreUnavailable:
        course.unfiled = True


async def meet(store: Store, case: Case, met: Iterable[Change], acquaintances: Acquaintances) -> None:
    """Files what an event without consequences tells of its group and member. Where the store fails, the next event
    tells it again."""
    try:
        await _file(store, case, [*met])
    except StoreUnavailable:
        return
    acquaintances.filed(case)


def _does_more(course: Course) -> bool:
    """Whether there may be changes beside those that the actions themselves bring."""
    wanted = course.wanted
    if wanted.effects or wanted.added or wanted.digested or course.resolved.proposals:
        return True
    return course.claimed.taken is not None or course.case.event.kind == "leave"


async def _more_changes(store: Store, course: Course) -> list[Change]:
    """In the order in which they are made."""
    case, wanted = course.case, course.wanted
    return [
        *proposals.changes(course),
        *duties.changes(case, wanted, course.resolved.verdict),
        *await _dropped(store, case),
        *switches.changes(case, wanted),
        *digests.changes(case, wanted),
        *accounts.changes(course),
        *streaks.changes(course),
        *placing.changes(course),
        *await appeals.changes(store, course),
    ]


async def _dropped(store: Store, case: Case) -> list[Change]:
    """What who leaves no longer owes, if anything is owed."""
    dropping = duties.left(case)
    if not dropping:
        return []
    ask = case.ask
    (stored,) = await store.read(ask.tenant, store.cell_of(ask.group), (Record("file", ask.group, ask.member),))
    file = unpack(MemberFile, stored[STAMP:])
    return dropping if file is not None and file.duties else []


async def _file(store: Store, case: Case, changes: list[Change]) -> Told:
    """One filing under the event's id."""
    ask, observed = case.ask, case.observed
    assert observed is not None
    seen = {} if observed.replayed else dict(zip(case.prepared.records, observed.records, strict=False))
    return await file_changes(store, ask.tenant, ask.group, ask.event, observed.now, changes, seen)
