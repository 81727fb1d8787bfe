"""What the plain store keeps of a member. Few have a standing, so that only they pay for one."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from policyd.model.state import Commit, Committed, LadderRead, LadderStep, Retract, Retracted, Throttle
from policyd.state import ladder as ladders
from policyd.state.memory_windows import Cell, is_live
from policyd.state.retention import LATEST, PRESENCE, SILENCE, UNFORGOTTEN


class _Said(Struct, gc=False):
    """When a text was, and how long that matters."""

    span: int
    at: int


class _Ladder(Struct, gc=False):
    forget: int
    entries: list[ladders.Entry]


class Standing(Struct, gc=False):
    """Strikes, the mute, and what was said to the member."""

    ladders: dict[str, _Ladder] = field(default_factory=dict)
    throttles: dict[str, _Said] = field(default_factory=dict)
    mute_until: int = 0


class Member(Struct, gc=False):
    """`wrote`, `joined`: the local days on which it last did, for the figures of the group; `noted`: when either
    changed."""

    windows: dict[str, Cell] = field(default_factory=dict)
    standing: Standing | None = None
    last_seen: int = 0
    wrote: int | None = None
    joined: int | None = None
    noted: int = 0


def strikes(member: Member, asked: tuple[LadderRead, ...], now: int) -> tuple[int, ...]:
    standing = member.standing
    if standing is None:
        return (0,) * len(asked)
    return tuple([_strikes(standing, read, now) for read in asked])


def muted_until(member: Member, now: int) -> int:
    """The end of the running mute, 0 for none."""
    standing = member.standing
    return standing.mute_until if standing is not None and standing.mute_until > now else 0


def apply(member: Member, change: Commit, clock: int) -> Committed:
    """What a decision does to a member."""
    running = muted_until(member, clock)
    standing = member.standing = member.standing or Standing()
    forgiven = [
        ladders.forgive(_entries(standing, forgive.ladder, forgive.forget, clock), forgive, change.now)
        for forgive in change.forgives
    ]
    steps = [
        ladders.strike(_entries(standing, strike.ladder, strike.forget, clock), strike, change.event, change.now)
        for strike in change.strikes
    ]
    until = 0 if change.unmute else running
    longest = _longest_mute(change, steps)
    if longest:
        until = max(until, change.now + longest)
    standing.mute_until = until
    spoken = [_claim(standing.throttles, throttle, change.now, clock) for throttle in change.throttles]
    return Committed(tuple(steps), tuple(forgiven), tuple(spoken), until, running)


def _longest_mute(change: Commit, steps: list[LadderStep]) -> int:
    """ms of the longest mute that rules and steps bring; 0 where one of them removes or bans."""
    longest = change.mute
    for strike, ran in zip(change.strikes, steps, strict=True):
        if longest < 0:
            break
        for at, mute in strike.steps if ran.step else ():
            if at == ran.step:
                longest = -1 if mute < 0 else max(longest, mute)
    return max(longest, 0)


def retract(member: Member, change: Retract, clock: int) -> Retracted:
    running, standing = muted_until(member, clock), member.standing
    if standing is None:
        return Retracted((0,) * len(change.strikes), 0)
    if running and change.mute_until is not None:
        standing.mute_until = change.mute_until
    taken = []
    for name, event in change.strikes:
        ladder = standing.ladders.get(name)
        if ladder is not None:
            ladders.not_after(ladder.entries, clock)
        taken.append(ladders.take_back(ladder.entries, event, ladder.forget, change.now) if ladder is not None else 0)
    return Retracted(tuple(taken), running)


def is_over(member: Member, now: int) -> bool:
    """Whether nothing of it matters any more; what does not is dropped."""
    _drop(member.windows, [name for name, cell in member.windows.items() if not is_live(cell, now)])
    if member.standing is not None and _is_clean(member.standing, now):
        member.standing = None
    known = member.last_seen > now - SILENCE or member.noted > now - PRESENCE
    return not (known or member.windows or member.standing)


def _is_clean(standing: Standing, now: int) -> bool:
    said, kept = standing.throttles, standing.ladders
    _drop(said, [name for name, each in said.items() if each.at <= now - each.span])
    _drop(kept, [name for name, ladder in kept.items() if _is_forgotten(ladder, now)])
    return not (said or kept or standing.mute_until > now)


def _is_forgotten(ladder: _Ladder, now: int) -> bool:
    since = now - (ladder.forget or UNFORGOTTEN) - LATEST
    return all(entry.instant <= since for entry in ladder.entries)


def _drop(kept: dict[str, Any], names: list[str]) -> None:
    for name in names:
        del kept[name]


def _strikes(standing: Standing, read: LadderRead, now: int) -> int:
    ladder = standing.ladders.get(read.ladder)
    return 0 if ladder is None else ladders.count(ladder.entries, read.forget, now)


def _entries(standing: Standing, name: str, forget: int, clock: int) -> list[ladders.Entry]:
    ladder = standing.ladders.get(name)
    if ladder is None:
        ladder = standing.ladders[name] = _Ladder(forget, [])
    ladder.forget = forget
    ladders.not_after(ladder.entries, clock)
    return ladder.entries


def _claim(cells: dict[str, _Said], throttle: Throttle, now: int, clock: int) -> bool:
    cell = cells.get(throttle.cell)
    if cell is not None:
        cell.at = min(cell.at, clock)
        if clock - cell.at < throttle.span:
            return False
    cells[throttle.cell] = _Said(throttle.span, now)
    return True
