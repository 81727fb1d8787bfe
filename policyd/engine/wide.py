"""Counters and ladders across groups: a second observation and commit, in a group of their own.

The wide commit comes first: the mute of a step that it runs belongs to the group in which the event happened, and goes
with that group's commit. Both are idempotent, so that a repeat finds its way through the same two again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from msgspec.structs import replace

from policyd.check.resolved import Ladder
from policyd.compile.program import Prepared
from policyd.engine.asked import Wanted
from policyd.engine.commit import Settled, forgives_of, settled, strikes_of
from policyd.engine.course import Course
from policyd.engine.observe import is_weighed
from policyd.engine.sanctions import Human
from policyd.model.state import Commit, Observe, Observed, StoreUnavailable
from policyd.state.store import Store

EVERYWHERE: Final = "\x02"
"""The group of what is kept across groups; no event's group can be named so."""

T = TypeVar("T")


def is_wide(prepared: Prepared) -> bool:
    """Whether counters or ladders across groups are read."""
    return bool(prepared.wide_windows or prepared.route.wide_ladders)


def event_everywhere(group: str, event: str) -> str:
    """The id there: events and messages of different groups may have the same."""
    return f"{group}\0{event}"


async def observe(store: Store, ask: Observe, prepared: Prepared) -> Observed:
    """As the store would, in the group itself (`ask`) and across groups. Raises what the store raises."""
    near = await store.observe(ask)
    if not is_wide(prepared):
        return near
    wide = replace(asked_everywhere(ask, prepared), is_edit=near.edit)
    return _together(near, await store.observe(wide))


async def look(store: Store, asks: Sequence[Observe], prepared: Sequence[Prepared]) -> tuple[Observed, ...]:
    """What each would observe now."""
    near = await store.look(asks)
    wide = [asked_everywhere(ask, each) for ask, each in zip(asks, prepared, strict=True)]
    if not any(ask.windows or ask.ladders for ask in wide):
        return near
    return tuple(_together(*both) for both in zip(near, await store.look(wide), strict=True))


def has_wide(course: Course) -> bool:
    """Whether anything is asked of ladders across groups."""
    ladders, human = course.case.program.policy_set.ladders, course.human
    names = (*course.wanted.strikes, *course.wanted.forgives, *course.shadow.strikes, *course.shadow.forgives)
    by_hand = human.pardons if human.strike is None else (human.strike, *human.pardons)
    return any(ladders[name].across_groups for name in names) or any(ladder.across_groups for ladder in by_hand)


def parted(course: Course, *, across: bool) -> tuple[Wanted, Wanted, Human]:
    """What is asked of ladders across groups and nothing else, or all but that: live, shadow and by hand."""
    wanted, shadow, human = course.wanted, course.shadow, course.human
    if across:
        wanted, shadow = replace(wanted, throttled=[], given=[]), replace(shadow, throttled=[], given=[])
        human = Human(human.strike, human.pardons)
    ladders = course.case.program.policy_set.ladders

    def ours(asked: dict[str, T]) -> dict[str, T]:
        return {name: value for name, value in asked.items() if ladders[name].across_groups == across}

    def of_hand(ladder: Ladder) -> bool:
        return ladder.across_groups == across

    return (
        replace(wanted, strikes=ours(wanted.strikes), forgives=ours(wanted.forgives)),
        replace(shadow, strikes=ours(shadow.strikes), forgives=ours(shadow.forgives)),
        Human(
            human.strike if human.strike is not None and of_hand(human.strike) else None,
            tuple(filter(of_hand, human.pardons)),
            human.mute,
            human.unmute,
        ),
    )


async def commit(store: Store, course: Course) -> tuple[Settled, int]:
    """What came of the strikes on ladders across groups, and the mute that their steps bring: ms, -1 where one removes
    or bans. Raises `StoreUnavailable`."""
    case, reading = course.case, course.reading
    wanted, shadow, human = parted(course, across=True)
    ask = asked_everywhere(case.ask, case.prepared)
    if not is_wide(case.prepared):
        await store.observe(ask)
    strikes = [
        replace(strike, steps=tuple((at, 0) for at, _ in strike.steps))
        for strike in strikes_of(wanted, shadow, human, reading)
    ]
    committed = await store.commit(
        Commit(
            tenant=ask.tenant,
            group=EVERYWHERE,
            member=ask.member,
            event=ask.event,
            digest=ask.digest,
            now=course.now,
            message=ask.message,
            strikes=tuple(strikes),
            forgives=forgives_of(wanted, shadow, human, reading),
        )
    )
    came = settled(case, wanted, shadow, human, committed)
    mutes = [reading.rungs[strike.ladder].mutes.get(stand.step, 0) for strike, stand in came.struck]
    brought = -1 if min(mutes, default=0) < 0 else max(mutes, default=0)
    return Settled(struck=came.struck, shadow_struck=came.shadow_struck, stands=came.stands), brought


def asked_everywhere(ask: Observe, prepared: Prepared) -> Observe:
    """What is asked across groups beside `ask`."""
    windows = prepared.windows[len(prepared.windows) - prepared.wide_windows :]
    ladders = prepared.route.ladders
    ladders = ladders[len(ladders) - prepared.route.wide_ladders :]
    return Observe(
        tenant=ask.tenant,
        group=EVERYWHERE,
        member=ask.member,
        event=event_everywhere(ask.group, ask.event),
        digest=ask.digest,
        revision=ask.revision,
        at=ask.at,
        message=None if ask.message is None else event_everywhere(ask.group, ask.message),
        is_edit=ask.is_edit,
        windows=windows,
        ladders=ladders,
        amounts=prepared.amounts[len(prepared.amounts) - sum(map(is_weighed, windows)) :],
    )


def _together(near: Observed, wide: Observed) -> Observed:
    if wide.revision != near.revision:
        raise StoreUnavailable("an event was seen half by other policies; what was counted then is not known")
    return replace(near, counts=near.counts + wide.counts, strikes=near.strikes + wide.strikes)
