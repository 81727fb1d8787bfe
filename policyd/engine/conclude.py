"""From what is asked for, and what the store made of it, to the decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET
from msgspec.structs import replace

from policyd.compile.program import Outcome
from policyd.engine import accounts, brakes, duties, proposals
from policyd.engine.asked import Asked, StrikeAsked, wire_name
from policyd.engine.capabilities import possible
from policyd.engine.case import Case, covering, policy_of
from policyd.engine.course import Course
from policyd.engine.desk import Said
from policyd.engine.instants import rfc3339
from policyd.engine.masking import masked
from policyd.engine.petitions import PETITIONS
from policyd.engine.reading import Reading, matches
from policyd.engine.resolve import Resolved, arranged, resolve
from policyd.engine.shadows import shadows
from policyd.engine.streaks import changes_nothing
from policyd.engine.tickets import HELD
from policyd.model.decision import Action, Because, Decision, LadderState, TicketState
from policyd.model.match import Match
from policyd.model.state import LadderStep
from policyd.model.wording import FAILED

_HAS_CONTENT = ("message", "edit", "report")


def is_nothing(case: Case, outcome: Outcome) -> bool:
    """Whether the event has no consequences but that it happened."""
    if case.observed is None or outcome.shadow:
        return False
    if outcome.fired and not all(changes_nothing(each.rule, case) for each in outcome.fired):
        return False
    return not has_its_own_consequences(case)


def has_its_own_consequences(case: Case) -> bool:
    """Whether something comes of such an event whatever rules say."""
    kind, report = case.event.kind, case.event.outcome
    if kind == "message":
        return False
    if kind == "outcome":
        return report is not None and not report.ok
    if kind == "leave":
        return bool(duties.left(case))
    return kind in PETITIONS or (kind == "request" and bool(case.prepared.route.policies))


def nothing_to_do(case: Case, reading: Reading) -> Decision:
    """The decision where no rule fired."""
    event, replayed = case.event, case.observed is not None and case.observed.replayed
    is_request = event.kind == "request"
    if not (is_request or replayed or case.prepared.hit):
        return Decision(event.id, case.program.revision, "allow")
    return Decision(
        event.id,
        case.program.revision,
        "hold" if is_request else "allow",
        (Action("hold", ()),) if is_request else (),
        matched(case, reading),
        replayed=replayed,
    )


def resolved(course: Course, planned: Iterable[Asked]) -> Resolved:
    """What is done (law L8), as far as the platform can (law L17). `planned`: what a settled ticket asks for."""
    case, settled = course.case, course.settled
    asked = [*course.wanted.asked, *settled.spoken]
    if course.outcome.unasked:
        asked += _failing(case, course.outcome)
    for strike, stand in settled.struck:
        if stand.step:
            asked += step_asks(course, strike, stand)
    if not settled.failed:
        asked += planned
    event, clock, is_request = case.event, course.clock, case.event.kind == "request"
    asked_for = resolve(asked, event.member.id, is_request, clock, settled.unmuted)
    return possible(asked_for, event, clock)


def conclude(course: Course) -> Decision:
    case, settled, degraded = course.case, course.settled, course.degraded
    if course.unfiled:
        course.resolved = resolved(course, ())
    found = course.resolved
    actions = found.actions
    if degraded or _is_more(course):
        actions = arranged(_left(course) if degraded else _filed(course), case.event.kind == "request")
    return Decision(
        case.event.id,
        case.program.revision,
        found.verdict,
        actions,
        matched(case, course.reading),
        _masked(course) if found.winner is not None and found.winner.do == "mask" else None,
        _ladders(course) if settled.stands else {},
        found.overridden,
        shadows(case, course.outcome.shadow, settled.shadow_struck, course.reading) if course.outcome.shadow else (),
        () if degraded else _tickets(course),
        degraded,
        case.observed is not None and case.observed.replayed,
        _unasked(course) if degraded else UNSET,
        tuple(course.told.undone) if course.told.undone else UNSET,
    )


def _masked(course: Course) -> str | None:
    winner, rules = course.resolved.winner, course.case.program.policy_set.rules
    assert winner is not None
    return masked([rules[because.rule] for because in winner.because], course.case, course.reading)


def _ladders(course: Course) -> dict[str, LadderState]:
    """Where the member stands on each ladder that moved, in name order."""
    stands = course.settled.stands
    return {name: _state(course, name, stands[name]) for name in sorted(stands)}


def _is_more(course: Course) -> bool:
    """Whether filings, or what the platform reports, change what is told."""
    claimed, told = course.claimed, course.told
    report = course.case.event.outcome
    if told.flags or told.braked or told.says or claimed.says or course.wanted.added:
        return True
    return report is not None and not report.ok


def _filed(course: Course) -> list[Action]:
    """The actions with what the filings made of them: tickets, proposals, and what moderators are told."""
    told, actions = course.told, list(course.resolved.actions)
    stopped = brakes.member_action(course) if told.braked else None
    for place, action in enumerate(actions):
        if action.do == "hold" and HELD in told.flags:
            actions[place] = replace(action, ticket=told.flags[HELD])
        elif action is stopped:
            actions[place] = brakes.proposed(action, told.braked)
    actions += [*proposals.opened(course), *accounts.told(course)]
    return actions + _notices([*course.claimed.says, *told.says, *_failures(course.case)])


def _left(course: Course) -> list[Action]:
    """What is done where the store failed: nothing that a brake would have to count (laws L15, L19)."""
    left = [action for action in course.resolved.actions if not brakes.is_covered(action, course)]
    return left + _notices(_failures(course.case))


def _notices(says: Iterable[Said]) -> list[Action]:
    return [Action("notify", tuple(map(Because, said.rules)), to=said.to, text=said.text) for said in says]


def _failures(case: Case) -> list[Said]:
    """What the platform could not do."""
    report = case.event.outcome
    if report is None or report.ok:
        return []
    return [Said("moderators", FAILED.format(action=report.action.replace("_", " "), error=report.error or ""))]


def _tickets(course: Course) -> tuple[TicketState, ...]:
    if not (course.claimed.tickets or course.told.tickets):
        return ()
    found = {state.ticket: state for state in (*course.claimed.tickets, *course.told.tickets)}
    return tuple(found[ticket] for ticket in sorted(found))


def step_asks(course: Course, strike: StrikeAsked, stand: LadderStep) -> list[Asked]:
    """What the ladder step asks for that a strike ran, on behalf of the rules that struck."""
    rungs, because = course.reading.rungs[strike.ladder], tuple([Because(name) for name in strike.rules])
    rule, step = course.case.program.policy_set.rules[strike.speaker], rungs.step(stand.step)
    return [
        Asked(
            wire_name(action), because, course.speaker.step_says(action.text, rule, rungs, stand),
            action.duration, action.audience, strike.ladder, stand.step,
        )
        for action in (step.actions if step is not None else ())
    ]  # fmt: skip


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


def _unasked(course: Course) -> tuple[str, ...]:
    """What could not be asked, recorded or filed (law L15)."""
    names = {*course.settled.lost, *(rule.name for rule in course.outcome.unasked)}
    names |= {effect.subject for effect in course.wanted.effects} | {each.tally for each in course.wanted.added}
    covered = [action.because for action in course.resolved.actions if brakes.is_covered(action, course)]
    proposed = [asked.because for asked in course.wanted.asked if asked.do == "propose"]
    names |= {because.rule for reasons in (*covered, *proposed) for because in reasons}
    if course.case.event.kind in PETITIONS:
        names.add(course.case.event.kind)
    return tuple(sorted(names))


def matched(case: Case, reading: Reading) -> tuple[Match, ...]:
    """The words of lexicons that rules look for, as far as they were found."""
    if not case.prepared.hit:
        return ()
    return tuple(matches(reading.facts(case.prepared.route.policies, case.kind), case.prepared))


def _state(course: Course, name: str, stand: LadderStep) -> LadderState:
    rungs, forgotten = course.reading.rungs[name], None
    if rungs.ladder.forget and stand.newest:
        forgotten = rfc3339(stand.newest + rungs.ladder.forget, course.reading.zones[policy_of(name)])
    return LadderState(stand.strikes, stand.step or None, rungs.next_does(stand.strikes), forgotten)
