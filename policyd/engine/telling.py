"""The short way of an event after which the store is as before, but for figures: nothing came of it, or the rules that
fired only tell the bot what to do (or, in shadow, would have done what leaves no trace). Whether a rule can do more is
known before any event (`clauses.Branch`)."""

from __future__ import annotations

from collections.abc import Sequence

from policyd.compile.program import Fired, Outcome
from policyd.engine.capabilities import possible
from policyd.engine.case import Case
from policyd.engine.clauses import Branch
from policyd.engine.conclude import has_its_own_consequences, matched, nothing_to_do
from policyd.engine.reading import Reading
from policyd.engine.resolve import Clock, Resolved, resolve
from policyd.engine.shadows import shadows
from policyd.engine.streaks import changes_nothing
from policyd.engine.texts import Speaker
from policyd.engine.wanting import wanted_by
from policyd.model.decision import Decision


def only_tells(case: Case, outcome: Outcome, reading: Reading) -> bool:
    """Whether `told` is the whole decision: there is nothing to claim, record or file but who was met, and nothing
    follows. Only for events without a human's sanction, and of no ticket whose time is up."""
    if case.observed is None:
        return False
    for each in outcome.fired:
        if not _only_tells(each, case, reading):
            return False
    for each in outcome.shadow:
        branch = reading.branch(each)
        if branch.climbs or _is_remembered(branch, case):
            return False
    return not has_its_own_consequences(case)


def told(case: Case, outcome: Outcome, reading: Reading) -> Decision:
    """The decision on an event that `only_tells`."""
    if not (outcome.fired or outcome.shadow):
        return nothing_to_do(case, reading)
    assert case.observed is not None
    resolved = _resolved(case, outcome, reading)
    return Decision(
        case.event.id,
        case.program.revision,
        resolved.verdict,
        resolved.actions,
        matched(case, reading),
        None,
        {},
        resolved.overridden,
        shadows(case, outcome.shadow, (), reading) if outcome.shadow else (),
        (),
        False,
        case.observed.replayed,
    )


def _only_tells(fired: Fired, case: Case, reading: Reading) -> bool:
    branch = reading.branch(fired)
    if branch.tells and case.event.due is None and not _is_remembered(branch, case):
        return True
    return changes_nothing(fired.rule, case)


def _is_remembered(branch: Branch, case: Case) -> bool:
    """Whether it is kept under the id of the message that the rule acted for it, as it does so only once."""
    return branch.once and case.ask.message is not None


def _resolved(case: Case, outcome: Outcome, reading: Reading) -> Resolved:
    clock, found = Clock(case.now, None, reading.zones), _always(outcome.fired, case, reading)
    if found is None:
        wanted = wanted_by(outcome.fired, case, Speaker(case, reading))
        found = resolve(wanted.asked, case.event.member.id, False, clock)
    return possible(found, case.event, clock)


def _always(fired: Sequence[Fired], case: Case, reading: Reading) -> Resolved | None:
    """What is known before any event, where one rule alone tells something."""
    telling = [branch for each in fired if (branch := reading.branch(each)).tells]
    is_known = len(telling) == 1 and not (case.observed is not None and case.observed.given)
    return telling[0].resolved if is_known else None
