"""Records what a decision changes for the member: strikes, mutes, what was said, and the journal of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policyd.engine import wide
from policyd.engine.asked import Asked
from policyd.engine.commit import Settled, commit_for, mute_asked, not_settled, settled
from policyd.engine.course import Course
from policyd.engine.journal import entry_of
from policyd.model.state import StoreUnavailable
from policyd.state.store import Store

_NOTHING_ACROSS: Final = Settled()


async def record(store: Store, course: Course, planned: Sequence[Asked]) -> Settled:
    """What came of it. `planned`: what a ticket that this event settles asks for."""
    if course.case.observed is None:
        return not_settled(course.wanted, course.human)
    try:
        return await _record(store, course, planned)
    except StoreUnavailable:
        return not_settled(course.wanted, course.human)


async def _record(store: Store, course: Course, planned: Sequence[Asked]) -> Settled:
    case, wanted, shadow, human = course.case, course.wanted, course.shadow, course.human
    across, mute = _NOTHING_ACROSS, mute_asked(_asks(course, planned), human)
    own_mute = mute
    if course.reading.across_groups and wide.has_wide(course):
        wanted, shadow, human = wide.parted(course, across=False)
        across, brought = await wide.commit(store, course)
        mute = -1 if min(mute, brought) < 0 else max(mute, brought)
    ask = case.ask
    message = None if case.event.message is None else case.event.message.id
    journal = entry_of(ask.event, ask.member, message, wanted, across, own_mute)
    change = commit_for(case, wanted, shadow, human, mute, journal, course.reading)
    if change is None:
        return across
    committed = course.observed.committed or await store.commit(change)
    return settled(case, wanted, shadow, human, committed).and_also(across)


def _asks(course: Course, planned: Sequence[Asked]) -> list[Asked]:
    wanted = course.wanted
    return [*wanted.asked, *[throttled.spoken for throttled in wanted.throttled], *planned]
