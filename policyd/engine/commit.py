"""What a decision changes in the store, and what the store answers."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from policyd.engine.asked import Asked, StrikeAsked, Wanted
from policyd.engine.case import Case
from policyd.engine.reading import Reading
from policyd.engine.rungs import SHADOW, Rungs
from policyd.engine.sanctions import Human
from policyd.model.state import Commit, Committed, Forgive, LadderStep, Strike

Struck = tuple[tuple[StrikeAsked, LadderStep], ...]
"""Every strike with where it led."""


class Settled(Struct, frozen=True, gc=False):
    """What came of it. `struck`, `shadow_struck`: every strike with where it led. `stands`: by ladder, where the member
    stands after this event. `spoken`: of the throttled actions, what is done. `mute_until`: the end of the running
    mute, None where it is not known, `was_muted_until` before it; `unmuted`: a running one was ended. `failed`: the
    store could not be asked or told, and `lost` are the ladders whose strikes were not recorded."""

    struck: Struck = ()
    shadow_struck: Struck = ()
    stands: dict[str, LadderStep] = {}
    spoken: tuple[Asked, ...] = ()
    mute_until: int | None = None
    was_muted_until: int = 0
    unmuted: bool = False
    failed: bool = False
    lost: tuple[str, ...] = ()

    def and_also(self, across: Settled) -> Settled:
        """Together with what came of ladders across groups."""
        if not (across.struck or across.stands or across.shadow_struck):
            return self
        return replace(
            self,
            struck=self.struck + across.struck,
            shadow_struck=self.shadow_struck + across.shadow_struck,
            stands=self.stands | across.stands,
        )


def commit_for(
    case: Case, wanted: Wanted, shadow: Wanted, human: Human, mute: int, journal: bytes, reading: Reading
) -> Commit | None:
    """`mute` as in `Commit`. None where nothing changes: a clean message costs one round trip."""
    if case.observed is None:
        return None
    ask = case.ask
    strikes, forgives = strikes_of(wanted, shadow, human, reading), forgives_of(wanted, shadow, human, reading)
    throttles = tuple([throttled.throttle for throttled in wanted.throttled])
    given = _given(wanted, shadow) if ask.message is not None else ()
    if not (strikes or forgives or throttles or given or mute > 0 or human.unmute or journal):
        return None
    return Commit(
        ask.tenant, ask.group, ask.member, ask.event, ask.digest, case.observed.now, ask.message,
        strikes, forgives, throttles, given, mute, human.unmute, journal,
    )  # fmt: skip


def _given(wanted: Wanted, shadow: Wanted) -> tuple[str, ...]:
    """In name order; those of one mode are so already."""
    if not shadow.given:
        return tuple(wanted.given)
    return tuple(sorted({*wanted.given, *shadow.given}))


def settled(case: Case, wanted: Wanted, shadow: Wanted, human: Human, committed: Committed) -> Settled:
    """Reads the store's answer in the order in which `commit_for` asked."""
    steps = committed.steps
    struck = tuple(zip(wanted.struck(), steps, strict=False))
    dark = shadow.struck()
    now = 0 if case.now is None else case.now
    return Settled(
        struck,
        tuple(zip(dark, steps[len(struck) :], strict=False)) if dark else (),
        _stands(wanted, human, struck, committed),
        _spoken(wanted, committed.spoken) if wanted.throttled else (),
        committed.mute_until,
        committed.was_muted_until,
        committed.was_muted_until > now and committed.mute_until <= now,
    )


def _stands(wanted: Wanted, human: Human, struck: Struck, committed: Committed) -> dict[str, LadderStep]:
    """Where the member stands on the ladders that were climbed, live or by hand, or forgiven."""
    stands: dict[str, LadderStep] = {}
    if committed.forgiven:
        forgiven = [*sorted(wanted.forgives), *(ladder.name for ladder in human.pardons)]
        stands = dict(zip(forgiven, committed.forgiven, strict=False))
    for strike, step in struck:
        stands[strike.ladder] = step
    if human.strike is not None and _alone(human, wanted):
        stands[human.strike.name] = committed.steps[-1]
    return stands


def _spoken(wanted: Wanted, spoken: Iterable[bool]) -> tuple[Asked, ...]:
    """Of the throttled actions, what is done."""
    done = [
        throttled.spoken if may else throttled.silent for throttled, may in zip(wanted.throttled, spoken, strict=True)
    ]
    return tuple([asked for asked in done if asked is not None])


def not_settled(wanted: Wanted, human: Human) -> Settled:
    """What is left where the store could not be asked or told: no strikes, no throttled texts (law L15)."""
    lost = {*wanted.strikes, *wanted.forgives, *(ladder.name for ladder in human.pardons)}
    if human.strike is not None:
        lost.add(human.strike.name)
    return Settled(
        spoken=tuple(throttled.silent for throttled in wanted.throttled if throttled.silent is not None),
        failed=True,
        lost=tuple(sorted(lost)),
    )


def strikes_of(wanted: Wanted, shadow: Wanted, human: Human, reading: Reading) -> tuple[Strike, ...]:
    """In the order in which `settled` reads the answer."""
    rungs = reading.rungs
    found = [rungs[strike.ladder].strike(strike.times) for strike in wanted.struck()]
    found += [rungs[strike.ladder].shadow_strike(strike.times) for strike in shadow.struck()]
    if human.strike is not None and _alone(human, wanted):
        found.append(Rungs(human.strike).strike(1, by_hand=True))
    return tuple(found)


def _alone(human: Human, wanted: Wanted) -> bool:
    """Whether the sanction strikes by itself; where rules strike its ladder too, it is that same strike (law L9)."""
    return human.strike is not None and human.strike.name not in wanted.strikes


def forgives_of(wanted: Wanted, shadow: Wanted, human: Human, reading: Reading) -> tuple[Forgive, ...]:
    """In the order in which `settled` reads the answer."""
    if not (wanted.forgives or shadow.forgives or human.pardons):
        return ()
    rungs = reading.rungs
    live = [Forgive(name, wanted.forgives[name], rungs[name].ladder.forget) for name in sorted(wanted.forgives)]
    pardons = [Forgive(ladder.name, 0, ladder.forget) for ladder in human.pardons]
    dark = [
        Forgive(name + SHADOW, shadow.forgives[name], rungs[name].ladder.forget) for name in sorted(shadow.forgives)
    ]
    return (*live, *pardons, *dark)


def mute_asked(asked: Iterable[Asked], human: Human) -> int:
    """ms of the longest mute asked for beside ladders; -1 where a rule removes or bans."""
    longest = human.mute
    for each in asked:
        if each.do == "remove" or each.do == "ban":
            return -1
        if each.do == "mute":
            longest = max(longest, each.duration or 0)
    return longest
