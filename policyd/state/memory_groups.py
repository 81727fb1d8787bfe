"""What the plain store keeps of a group, and what an event observes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from policyd.model.state import Committed, EventIdReused, Journaled, Observe, Observed
from policyd.state.memory_figures import Figures, note
from policyd.state.memory_members import Member, is_over, muted_until, strikes
from policyd.state.memory_windows import Cell, bump, is_live, peek
from policyd.state.retention import GIVEN, JOURNAL, SILENCE, oldest_period

T = TypeVar("T")

_NO_RULES: Final[frozenset[str]] = frozenset()
_TOLD: Final[dict[tuple[int, ...], tuple[int, ...]]] = {}
"""Counts that were told, as receipts keep them and nearly all are alike."""
_MOST_TOLD: Final = 10_000
_PART: Final = 100
"""So much is looked at in one part of a sweep: about 50 us."""


class Receipt(Struct, gc=False):
    digest: bytes
    period: int
    observed: Observed
    committed: Committed | None = None
    counted: bool = False


class Given(Struct, gc=False):
    period: int
    rules: frozenset[str]


class Group(Struct, gc=False):
    receipts: dict[str, Receipt] = field(default_factory=dict)
    messages: dict[str, int] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    windows: dict[str, Cell] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    journal: list[Journaled] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)
    swept: int = 0

    @property
    def any(self) -> bool:
        """Whether there is anything left of it."""
        return bool(self.receipts or self.members or self.windows or self.given or self.journal or self.figures.any)

    def member(self, name: str) -> Member:
        found = self.members.get(name)
        if found is None:
            found = self.members[name] = Member()
        return found

    def rules_given(self, message: str, now: int) -> frozenset[str]:
        known = self.given.get(message)
        return known.rules if known is not None and known.period >= oldest_period(now, GIVEN) else _NO_RULES

    def give(self, message: str, rules: tuple[str, ...], now: int) -> None:
        given = self.rules_given(message, now) | set(rules)
        self.given[message] = Given(oldest_period(now, GIVEN) + 2, given)

    def sweep(self, oldest: int, now: int) -> Iterator[None]:
        """Drops what no longer matters, a part before each step."""
        given = oldest_period(now, GIVEN)
        yield from _sweep(self.receipts, lambda receipt: receipt.period < oldest)
        yield from _sweep(self.messages, lambda period: period < oldest)
        yield from _sweep(self.given, lambda each: each.period < given)
        yield from _sweep(self.windows, lambda cell: not is_live(cell, now))
        yield from _sweep(self.members, lambda member: is_over(member, now))
        self.journal = [entry for entry in self.journal if entry.now > now - JOURNAL]

    def sweep_at_once(self, oldest: int, now: int) -> None:
        self.swept = oldest
        for _ in self.sweep(oldest, now):
            pass


def _sweep(kept: dict[str, T], is_over: Callable[[T], bool]) -> Iterator[None]:
    names = list(kept)
    for start in range(0, len(names), _PART):
        for name in names[start : start + _PART]:
            found = kept.get(name)
            if found is not None and is_over(found):
                del kept[name]
        yield


def again(receipt: Receipt, ask: Observe) -> Observed:
    """As observed the first time. Raises `EventIdReused`."""
    if receipt.digest != ask.digest:
        raise EventIdReused(f"event id `{ask.event}` was used before with another kind, member or content")
    records = receipt.observed.records
    if not any(records):
        records = (b"",) * len(ask.records)
    return replace(receipt.observed, replayed=True, committed=receipt.committed, records=records)


def observed(
    group: Group, member: Member, ask: Observe, now: int, edit: bool, records: tuple[bytes, ...], *, counts: bool
) -> Observed:
    """`counts`: the event is seen for the first time; else nothing is changed."""
    seen = member.last_seen if ask.silence else 0
    if counts and not edit:
        if ask.spoke:
            member.last_seen = now
        if ask.presence:
            note(group.figures, member, ask, now)
    return Observed(
        now,
        _counts(group, member, ask, now, "edit" if edit else "new", counts) if ask.windows else (),
        strikes(member, ask.ladders, now) if ask.ladders else (),
        muted_until(member, now) if ask.mute else 0,
        min(seen, now) if seen > now - SILENCE else 0,
        edit,
        group.rules_given(ask.message, now) if edit and ask.message is not None else _NO_RULES,
        False,
        ask.revision,
        None,
        records,
    )


def _counts(group: Group, member: Member, ask: Observe, now: int, kind: str, counts: bool) -> tuple[int, ...]:
    """`kind`: which events a window must count for this to be one of them."""
    amounts = iter(ask.amounts)
    found = []
    for window in ask.windows:
        form = window.form
        if form == "messages" or form == "active":
            found.append(group.figures.told(window, ask.zone or window.zone, now))
            continue
        cells = member.windows if window.scope == "member" else group.windows
        amount = 1 if form == "events" else next(amounts, 0)
        if not counts:
            found.append(peek(cells, window, now))
        elif (window.bump == kind or window.bump == "always") and not window.last:
            found.append(bump(cells, window, now, amount))
        else:
            found.append(bump(cells, window, now, 0))
    told = tuple(found)
    if len(_TOLD) < _MOST_TOLD:
        return _TOLD.setdefault(told, told)
    return _TOLD.get(told, told)
