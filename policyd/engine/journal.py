"""What a decision leaves in the journal, so that it can be taken back by an appeal or by `policyd undo`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from policyd.engine.asked import Asked, StrikeAsked, Wanted
from policyd.engine.commit import Settled
from policyd.model.records import JournalEntry, WideStrike, pack

RECORDED: Final = frozenset({"hold", "delete", "mask", "refuse", "warn", "call_out", "mute", "remove", "ban"})


def entry_of(event: str, member: str, message: str | None, wanted: Wanted, wide: Settled, mute: int) -> bytes:
    """b"" where there is nothing that could be taken back. `wide`: the strikes on ladders across groups, which have
    been recorded already; `mute` as in `Commit`."""
    near = wanted.struck()
    asked_by = who_asked(wanted, [*near, *[strike for strike, _ in wide.struck]])
    if not asked_by:
        return b""
    across = {
        strike.ladder: WideStrike(strike.rules, step.step, 0 if step.together else strike.times)
        for strike, step in wide.struck
    }
    strikes = {strike.ladder: strike.rules for strike in near}
    times = {strike.ladder: strike.times for strike in near}
    awarded = sorted({added.member for added in wanted.added}) if wanted.added else []
    return pack(JournalEntry(event, member, message, asked_by, strikes, mute, [], times, across, awarded))


def violated(wanted: Wanted) -> dict[str, None]:
    """The rules that asked for something of which a journal is kept, or struck."""
    rules: dict[str, None] = {}
    for each in _done(wanted):
        if each.do in RECORDED:
            for because in each.because:
                rules[because.rule] = None
    for strike in wanted.strikes.values():
        rules.update(dict.fromkeys(strike.rules))
    return rules


def who_asked(wanted: Wanted, struck: Iterable[StrikeAsked]) -> dict[str, list[str]]:
    """The rules that asked for what is recorded, each with its actions, as `JournalEntry.asked_by`."""
    asked_by: dict[str, list[str]] = {}
    for each in _done(wanted):
        if each.do in RECORDED:
            word = each.do if each.duration is None else f"{each.do} {each.duration}"
            for because in each.because:
                asked_by.setdefault(because.rule, []).append(word)
    for strike in struck:
        for rule in strike.rules:
            asked_by.setdefault(rule, []).append("strike")
    return asked_by


def _done(wanted: Wanted) -> list[Asked]:
    """What is asked for beside ladders, throttled or not."""
    if not wanted.throttled:
        return wanted.asked
    return [*wanted.asked, *[throttled.spoken for throttled in wanted.throttled]]
