"""From the rules that fired to all that they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policyd.check.resolved import Action, Rule
from policyd.compile.program import Fired
from policyd.engine.asked import (
    NOTHING_WANTED,
    Added,
    Asked,
    Digested,
    Effect,
    Proposal,
    StrikeAsked,
    Throttled,
    Wait,
    Wanted,
    wire_name,
)
from policyd.engine.case import Case
from policyd.engine.clauses import EFFECTS, Clause
from policyd.engine.texts import Speaker
from policyd.model.decision import Because
from policyd.model.records import PlannedAction
from policyd.model.state import Throttle

_KEPT_WITHOUT_TEXT: Final = frozenset({"mute", "remove", "ban", "refuse"})


def wanted_by(fired: Sequence[Fired], case: Case, speaker: Speaker) -> Wanted:
    """What the fired rules, which come in name order, ask for."""
    if not fired:
        return NOTHING_WANTED
    wanted = Wanted()
    for each in fired:
        rule, acted, again = each.rule, False, _was_given(each.rule, case)
        for clause in speaker.reading.branch(each).clauses:
            if again and not clause.every_time:
                continue
            if clause.asked is not None:
                wanted.asked.append(clause.asked)
            else:
                _add(wanted, rule, clause, speaker)
            acted = acted or clause.once
        if acted:
            wanted.given.append(rule.name)
    return wanted


def planned(action: Action, rule: Rule, speaker: Speaker) -> PlannedAction:
    """An action that is done later, as it would be said now."""
    to = action.audience or speaker.says(action.group, rule)
    return PlannedAction(wire_name(action), speaker.says(action.text, rule), action.duration, to, rule.name)


def _was_given(rule: Rule, case: Case) -> bool:
    """Whether the rule acted for this message before (law L10). Without the store that is not known of an edit."""
    if case.observed is None:
        return case.event.kind == "edit"
    return case.observed.edit and rule.name in case.observed.given


def _add(wanted: Wanted, rule: Rule, clause: Clause, speaker: Speaker) -> None:
    action = clause.action
    if action.do == "strike" or action.do == "forgive":
        assert action.ladder is not None
        (_strike if action.do == "strike" else _forgive)(wanted, rule.name, action.ladder, action.times)
    elif action.do in EFFECTS:
        wanted.effects.append(Effect(action.do, rule.name, action.subject or "", action.duration or 0, action.tier))
    elif action.do == "add":
        wanted.added += _added(action, rule, speaker)
    else:
        _add_asked(wanted, rule, clause, speaker)


def _add_asked(wanted: Wanted, rule: Rule, clause: Clause, speaker: Speaker) -> None:
    action, cell = clause.action, clause.cell
    asked = _proposed(action, rule, cell, speaker) if action.do == "propose" else _asked(action, rule, speaker)
    if action.digest is not None:
        wanted.digested.append(Digested(cell, action.digest, asked))
    elif action.once is None:
        wanted.asked.append(asked)
    else:
        kept = asked.do in _KEPT_WITHOUT_TEXT
        silent = Asked(asked.do, (Because(rule.name),), None, action.duration) if kept else None
        wanted.throttled.append(Throttled(Throttle(cell, action.once), asked, silent))


def _added(action: Action, rule: Rule, speaker: Speaker) -> list[Added]:
    """Nothing where it is not known for whom; what bots do is not rewarded."""
    assert action.subject is not None
    if action.of is not None:
        member = speaker.value(action.of, rule) or ""
    else:
        member = "" if speaker.case.event.member.role == "bot" else speaker.case.event.member.id
    amount = action.amount if isinstance(action.amount, int) else speaker.value(action.amount, rule)
    return [Added(action.subject, member, rule.name, amount)] if member and amount else []


def _asked(action: Action, rule: Rule, speaker: Speaker) -> Asked:
    text = speaker.says(action.text, rule)
    return Asked(
        wire_name(action),
        (Because(rule.name) if text is None else Because(rule.name, text),),
        text,
        action.duration,
        action.audience or speaker.says(action.group, rule),
        waits=_waits(action, rule, speaker),
    )


def _proposed(action: Action, rule: Rule, cell: str, speaker: Speaker) -> Asked:
    assert action.proposed is not None
    approve = planned(action.proposed, rule, speaker)
    because = Because(rule.name) if approve.text is None else Because(rule.name, approve.text)
    wait = next(iter(_waits(action, rule, speaker)), None)
    proposal = Proposal(cell, approve, action.by, wait)
    return Asked("propose", (because,), approve.text, approve.duration, approve.to, proposal=proposal)


def _waits(action: Action, rule: Rule, speaker: Speaker) -> tuple[Wait, ...]:
    if not action.wait or action.expire is None:
        return ()
    return (Wait(action.wait, rule.name, planned(action.expire, rule, speaker)),)


def _strike(wanted: Wanted, rule: str, ladder: str, times: int) -> None:
    strike = wanted.strikes.get(ladder)
    if strike is None:
        wanted.strikes[ladder] = StrikeAsked(ladder, times, (rule,), rule)
        return
    if times > strike.times:
        strike.times, strike.speaker = times, rule
    if strike.rules[-1] != rule:
        strike.rules = (*strike.rules, rule)


def _forgive(wanted: Wanted, rule: str, ladder: str, times: int) -> None:
    """The most that any rule forgives; 0 is all."""
    before = wanted.forgives.get(ladder)
    wanted.forgives[ladder] = times if before is None else 0 if 0 in (before, times) else max(before, times)
