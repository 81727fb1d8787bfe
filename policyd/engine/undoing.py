"""What decisions did, read back from the journal, and what of it is to be taken back. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from policyd.check.resolved import PolicySet
from policyd.engine.asked import CONTENT, MEMBER, wire_name
from policyd.model.records import JournalEntry, MemberFile, Undoing
from policyd.model.state import Journaled

_REQUEST: Final = ("refuse",)
_STAYS: Final = frozenset({"mask", "delete", "warn", "call_out", "remove", "refuse"})
"""What cannot be taken back."""


_KEPT: Final = 40 * 86_400_000
"""Longer than the journal."""


class Struck(Struct, frozen=True):
    """A strike that the decision made, with its weight then, and the step that ran (0: none). `across` groups."""

    ladder: str
    rules: tuple[str, ...]
    step: int
    weight: int
    across: bool = False


class Entry(Struct, frozen=True):
    """A decision of the past. `asked_by` and `awarded` as in `JournalEntry`."""

    now: int
    event: str
    member: str
    message: str | None
    asked_by: dict[str, list[str]]
    struck: tuple[Struck, ...]
    awarded: tuple[str, ...] = ()


class Reversal(Struct, array_like=True):
    """What taking a decision back means: `strikes` are (ladder, weight, across groups); the mute that it brought
    ended at `muted` (0: none), and ends at `until` instead. `awards`: what was added, by tally and member."""

    event: str
    member: str
    strikes: list[tuple[str, int, bool]] = []
    muted: int = 0
    until: int = 0
    unban: bool = False
    cannot: tuple[str, ...] = ()
    awards: dict[str, dict[str, int]] = {}


def about(name: str, journal: Iterable[Journaled]) -> list[Journaled]:
    """Those that may name an event or a member, found without reading each."""
    sought = name.encode()
    return [each for each in journal if sought in each.journal]


def entries_of(journal: Iterable[Journaled]) -> list[Entry]:
    """In the order of time."""
    return [_entry(each) for each in journal]


def undone_rules(entry: Entry, file: MemberFile) -> frozenset[str]:
    """The rules whose part in the decision has been taken back already."""
    undoing = file.undone.get(entry.event)
    if undoing is None:
        return frozenset()
    return frozenset(undoing.rules or entry.asked_by)


def is_undone(entry: Entry, file: MemberFile) -> bool:
    """All of it has been taken back."""
    return entry.event in file.undone and undone_rules(entry, file) >= entry.asked_by.keys()


def mark(file: MemberFile, entry: Entry, rules: Iterable[str] | None, now: int) -> None:
    """Remembers that what these rules asked for has been taken back (None: all of it)."""
    gone = frozenset(entry.asked_by) if rules is None else undone_rules(entry, file) | frozenset(rules)
    file.undone[entry.event] = Undoing(now, [] if gone >= entry.asked_by.keys() else sorted(gone))
    for event in [event for event, undoing in file.undone.items() if undoing.at < now - _KEPT]:
        del file.undone[event]


def reversal(
    entry: Entry,
    entries: Sequence[Entry],
    file: MemberFile,
    policies: PolicySet,
    now: int,
    rules: frozenset[str] | None,
) -> Reversal:
    """What is to be taken back of `entry` if `rules` (None: all) had not been there. `entries`: all that are known of
    this member."""
    before = undone_rules(entry, file)
    gone = frozenset(entry.asked_by) if rules is None else before | rules
    done, left = _words(entry, before, policies), _words(entry, gone, policies)
    lost = [word for axis in (CONTENT, MEMBER, _REQUEST) if (word := _strongest(done, axis)) != _strongest(left, axis)]
    muted, until = mute_end(entry, before, policies), mute_end(entry, gone, policies)
    others = [mute_end(each, undone_rules(each, file), policies) for each in entries if each.event != entry.event]
    ends = [end for end in (until, *others) if end > now]
    return Reversal(
        entry.event,
        entry.member,
        [
            (each.ladder, 0 if _is_forgotten(each, entry, policies, now) else each.weight, each.across)
            for each in entry.struck
            if gone >= set(each.rules) and not before >= set(each.rules)
        ],
        muted if muted > now and muted != until else 0,
        max(ends, default=0),
        any(word.startswith("ban") for word in lost),
        tuple(sorted(word.replace("_", " ") for word in lost if word in _STAYS)),
    )


def _is_forgotten(struck: Struck, entry: Entry, policies: PolicySet, now: int) -> bool:
    ladder = policies.ladders.get(struck.ladder)
    return ladder is not None and 0 < ladder.forget <= now - entry.now


def mute_end(entry: Entry, gone: frozenset[str], policies: PolicySet) -> int:
    """When the mute ends that the decision brought, those rules not counted; 0 for none."""
    words = _words(entry, gone, policies)
    if any(word.split()[0] in ("remove", "ban") for word in words):
        return 0
    longest = max((int(word.split()[1]) for word in words if word.startswith("mute ")), default=0)
    return entry.now + longest if longest else 0


def bans(entry: Entry, gone: frozenset[str], policies: PolicySet) -> bool:
    """Whether the decision banned the member, those rules not counted."""
    return _strongest(_words(entry, gone, policies), MEMBER).startswith("ban")


def _words(entry: Entry, gone: frozenset[str], policies: PolicySet) -> list[str]:
    """What was asked for, by the rules that remain and by the steps of their strikes."""
    words = [word for rule, asked in entry.asked_by.items() if rule not in gone for word in asked]
    for each in entry.struck:
        ladder = policies.ladders.get(each.ladder)
        if ladder is not None and not gone >= set(each.rules):
            for step in ladder.steps:
                if step.at == each.step:
                    words += [
                        wire_name(action) if action.duration is None else f"{wire_name(action)} {action.duration}"
                        for action in step.actions
                    ]
    return words


def _strongest(words: Iterable[str], axis: Sequence[str]) -> str:
    """The strongest of the words of an axis, "" for none. A removal without an end is the longest."""
    found = [(axis.index(do), _length(word), word) for word in words if (do := word.split()[0]) in axis]
    return max(found, default=(0, 0.0, ""))[2]


def _length(word: str) -> float:
    do, _, length = word.partition(" ")
    return float(length) if length else math.inf if do == "ban" else 0.0


def _entry(journaled: Journaled) -> Entry:
    kept, steps = msgspec.msgpack.decode(journaled.journal, type=JournalEntry), journaled.committed.steps
    struck = [
        Struck(ladder, rules, step.step, 0 if step.together else kept.times.get(ladder, 1))
        for (ladder, rules), step in zip(kept.strikes.items(), steps, strict=False)
    ]
    struck += [Struck(ladder, wide.rules, wide.step, wide.weight, across=True) for ladder, wide in kept.wide.items()]
    return Entry(
        journaled.now, kept.event, kept.member, kept.message, kept.asked_by, tuple(struck), tuple(kept.awarded)
    )
