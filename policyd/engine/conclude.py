"""From what is asked for, and what the store made of it, to the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET, UnsetType

from policyd.check.resolved import Ladder, Policy, Rule
from policyd.compile.program import Outcome
from policyd.engine.asked import Asked, StrikeAsked, Wanted, wire_name
from policyd.engine.case import Case, covering
from policyd.engine.commit import Settled
from policyd.engine.instants import rfc3339
from policyd.engine.masking import masked
from policyd.engine.reading import Reading, matches
from policyd.engine.resolve import Clock, resolve
from policyd.engine.shadows import shadows
from policyd.engine.texts import Speaker, next_does
from policyd.model.decision import Action, Because, Decision, LadderState, Verdict
from policyd.model.match import Match
from policyd.model.state import LadderStep

_HAS_CONTENT = ("message", "edit", "report")


def conclude(
    case: Case, outcome: Outcome, wanted: Wanted, shadow: Wanted, settled: Settled, speaker: Speaker, reading: Reading
) -> Decision:
    policies = case.program.policy_set
    asked = [*wanted.asked, *settled.spoken, *_failing(case, outcome)]
    for strike, stand in settled.struck:
        asked += step_asks(policies.ladders[strike.ladder], strike, stand, policies.rules[strike.speaker], speaker)
    clock = Clock(case.now, settled.mute_until, case.zones)
    event = case.event
    resolved = resolve(asked, event.member.id, event.kind == "request", clock, settled.unmuted)
    mask_rules = [because.rule for action in resolved.actions if action.do == "mask" for because in action.because]
    return Decision(
        event=event.id,
        policy=case.program.revision,
        verdict=resolved.verdict,
        actions=resolved.actions,
        matches=_matches(case, reading),
        masked=masked((policies.rules[name] for name in mask_rules), case, reading) if mask_rules else None,
        ladders={name: _state(case, policies.ladders[name], settled.stands[name]) for name in sorted(settled.stands)},
        overridden=resolved.overridden,
        shadow=shadows(outcome.shadow, shadow, settled, policies.ladders),
        degraded=settled.failed,
        replayed=case.observed is not None and case.observed.replayed,
        unasked=_unasked(outcome.unasked, settled.lost) if settled.failed else UNSET,
    )


def nothing_to_do(case: Case, reading: Reading) -> Decision:
    """The decision where no rule fired."""
    verdict: Verdict = "hold" if case.event.kind == "request" else "allow"
    return Decision(
        event=case.event.id,
        policy=case.program.revision,
        verdict=verdict,
        actions=(Action("hold", ()),) if verdict == "hold" else (),
        matches=_matches(case, reading),
        replayed=case.observed is not None and case.observed.replayed,
    )


def step_asks(ladder: Ladder, strike: StrikeAsked, stand: LadderStep, rule: Rule, speaker: Speaker) -> Iterator[Asked]:
    """What the ladder step asks for that a strike ran, on behalf of the rules that struck."""
    because = tuple(Because(name) for name in strike.rules)
    for step in ladder.steps:
        if step.at == stand.step:
            for action in step.actions:
                text = speaker.step_says(action.text, rule, ladder, stand)
                yield Asked(
                    wire_name(action), because, text, action.duration, action.audience,
                    ladder=ladder.name, step=step.at,
                )  # fmt: skip


def _failing(case: Case, outcome: Outcome) -> Iterator[Asked]:
    """What the policies say for rules that could not be asked (law L15)."""
    rules: dict[str, list[Because]] = {}
    for rule in outcome.unasked:
        rules.setdefault(rule.name.partition(".")[0], []).append(Because(rule.name))
    for because in rules.values():
        said = covering(case, because[0].rule).store_fails
        if said == "hold" and (case.event.kind in _HAS_CONTENT or case.event.kind == "request"):
            yield Asked("hold", tuple(because))
        elif said == "deny" and case.event.kind in _HAS_CONTENT:
            yield Asked("delete", tuple(because))
        elif said == "deny" and case.event.kind == "request":
            yield Asked("refuse", tuple(because))


def _unasked(rules: Iterable[Rule], lost: tuple[str, ...]) -> tuple[str, ...] | UnsetType:
    return tuple(sorted({*(rule.name for rule in rules), *lost}))


def _matches(case: Case, reading: Reading) -> tuple[Match, ...]:
    if not case.prepared.hit:
        return ()
    return tuple(matches(reading.facts(case.prepared.policies, case.kind), case.prepared))


def _state(case: Case, ladder: Ladder, stand: LadderStep) -> LadderState:
    forgotten = None
    if ladder.forget and stand.newest:
        forgotten = rfc3339(stand.newest + ladder.forget, _policy(case, ladder).zone)
    return LadderState(stand.strikes, stand.step or None, next_does(ladder, stand.strikes), forgotten)


def _policy(case: Case, ladder: Ladder) -> Policy:
    return covering(case, ladder.name)
