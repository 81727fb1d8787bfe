"""What a decision changes in the store, and what the store answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from policyd.check.resolved import Ladder, Step
from policyd.engine.asked import Asked, StrikeAsked, Wanted
from policyd.engine.case import Case
from policyd.engine.sanctions import Human
from policyd.model.state import Commit, Committed, Forgive, LadderStep, Strike

SHADOW: Final = "~shadow"
"""Ends the names of the ladders that shadow rules climb (law L16)."""


class Settled(Struct, frozen=True):
    """What came of it. `struck`, `shadow_struck`: every strike with where it led. `stands`: by ladder, where the member
    stands after this event. `spoken`: of the throttled actions, what is done. `mute_until`: the end of the running
    mute, None where it is not known, `was_muted_until` before it; `unmuted`: a running one was ended. `failed`: the
    store could not be asked or told, and `lost` are the ladders whose strikes were not recorded."""

    struck: tuple[tuple[StrikeAsked, LadderStep], ...] = ()
    shadow_struck: tuple[tuple[StrikeAsked, LadderStep], ...] = ()
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


def commit_for(case: Case, wanted: Wanted, shadow: Wanted, human: Human, mute: int, journal: bytes) -> Commit | None:
    """`mute` as in `Commit`. None where nothing changes: a clean message costs one round trip."""
    if case.observed is None:
        return None
    ask = case.ask
    strikes, forgives = strikes_of(case, wanted, shadow, human), forgives_of(case, wanted, shadow, human)
    given = tuple(sorted({*wanted.given, *shadow.given})) if ask.message is not None else ()
    if not (strikes or forgives or wanted.throttled or given or mute > 0 or human.unmute or journal):
        return None
    return Commit(
        tenant=ask.tenant,
        group=ask.group,
        member=ask.member,
        event=ask.event,
        digest=ask.digest,
        now=case.observed.now,
        message=ask.message,
        strikes=strikes,
        forgives=forgives,
        throttles=tuple(throttled.throttle for throttled in wanted.throttled),
        given=given,
        mute=mute,
        unmute=human.unmute,
        journal=journal,
    )


def settled(case: Case, wanted: Wanted, shadow: Wanted, human: Human, committed: Committed) -> Settled:
    """Reads the store's answer in the order in which `commit_for` asked."""
    live, dark = sorted(wanted.strikes), sorted(shadow.strikes)
    steps = committed.steps
    forgiven = [*sorted(wanted.forgives), *(ladder.name for ladder in human.pardons)]
    stands = dict(zip(forgiven, committed.forgiven, strict=False))
    stands |= dict(zip(live, steps, strict=False))
    if human.strike is not None and _alone(human, wanted):
        stands[human.strike.name] = steps[-1]
    now = 0 if case.now is None else case.now
    return Settled(
        struck=tuple((wanted.strikes[name], step) for name, step in zip(live, steps, strict=False)),
        shadow_struck=tuple((shadow.strikes[name], step) for name, step in zip(dark, steps[len(live) :], strict=False)),
        stands=stands,
        spoken=tuple(
            asked
            for throttled, may in zip(wanted.throttled, committed.spoken, strict=True)
            if (asked := throttled.spoken if may else throttled.silent) is not None
        ),
        mute_until=committed.mute_until,
        was_muted_until=committed.was_muted_until,
        unmuted=committed.was_muted_until > now and committed.mute_until <= now,
    )


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


def strikes_of(case: Case, wanted: Wanted, shadow: Wanted, human: Human) -> tuple[Strike, ...]:
    """In the order in which `settled` reads the answer."""
    ladders = case.program.policy_set.ladders
    live = [_strike(ladders[name], wanted.strikes[name].times) for name in sorted(wanted.strikes)]
    dark = [_shadow_strike(ladders[name], shadow.strikes[name].times) for name in sorted(shadow.strikes)]
    by_hand = [_strike(human.strike, 1, human=True)] if human.strike and _alone(human, wanted) else []
    return (*live, *dark, *by_hand)


def _alone(human: Human, wanted: Wanted) -> bool:
    """Whether the sanction strikes by itself; where rules strike its ladder too, it is that same strike (law L9)."""
    return human.strike is not None and human.strike.name not in wanted.strikes


def _strike(ladder: Ladder, times: int, human: bool = False) -> Strike:
    return Strike(ladder.name, times, ladder.forget, ladder.together, _steps(ladder, acts=True), human)


def _shadow_strike(ladder: Ladder, times: int) -> Strike:
    return Strike(ladder.name + SHADOW, times, ladder.forget, ladder.together, _steps(ladder, acts=False))


def _steps(ladder: Ladder, *, acts: bool) -> tuple[tuple[int, int], ...]:
    """Each step with the mute that it brings; none where the ladder only tells what would have been."""
    return tuple([(step.at, _mute_of(step) if acts else 0) for step in ladder.steps])


def _mute_of(step: Step) -> int:
    """As `Strike.steps` has it."""
    longest = 0
    for action in step.actions:
        if action.do == "remove" or action.do == "ban":
            return -1
        if action.do == "mute":
            longest = max(longest, action.duration or 0)
    return longest


def mute_of_steps(ladder: Ladder, ran: int) -> int:
    """The mute that the step `ran` brings, as in `Strike.steps`; 0 for none."""
    return next((_mute_of(step) for step in ladder.steps if step.at == ran), 0)


def forgives_of(case: Case, wanted: Wanted, shadow: Wanted, human: Human) -> tuple[Forgive, ...]:
    """In the order in which `settled` reads the answer."""
    ladders = case.program.policy_set.ladders
    live = [Forgive(name, wanted.forgives[name], ladders[name].forget) for name in sorted(wanted.forgives)]
    pardons = [Forgive(ladder.name, 0, ladder.forget) for ladder in human.pardons]
    dark = [Forgive(name + SHADOW, shadow.forgives[name], ladders[name].forget) for name in sorted(shadow.forgives)]
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
