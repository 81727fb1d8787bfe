"""From the rules that fired to all that they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from policyd.check.resolved import Action, Rule
from policyd.compile.program import Fired
from policyd.engine.asked import (
    CONTENT,
    MEMBER,
    NOTHING_WANTED,
    REQUEST,
    Asked,
    StrikeAsked,
    Throttled,
    Wanted,
    wire_name,
)
from policyd.engine.case import Case
from policyd.engine.texts import Speaker
from policyd.model.decision import Because
from policyd.model.state import Throttle

_EVERY_TIME: Final = frozenset((*CONTENT, *REQUEST))
"""Given at every edit of a message (law L10)."""
_KEPT_WITHOUT_TEXT: Final = frozenset({"mute", "remove", "ban", "refuse"})
_ONCE: Final = frozenset((*MEMBER, "reply", "notify"))


def wanted_by(fired: Sequence[Fired], case: Case, speaker: Speaker) -> Wanted:
    """What the fired rules, which come in name order, ask for."""
    if not fired:
        return NOTHING_WANTED
    wanted = Wanted([], [], {}, {}, [])
    for each in fired:
        rule = each.rule
        first = len(rule.then) if each.otherwise else 0
        again = _was_given(rule, case)
        acted = False
        for place, action in enumerate(rule.otherwise if each.otherwise else rule.then, first):
            if again and wire_name(action) not in _EVERY_TIME:
                continue
            acted |= _add(wanted, rule, place, action, speaker)
        if acted:
            wanted.given.append(rule.name)
    return wanted


def _was_given(rule: Rule, case: Case) -> bool:
    """Whether the rule acted for this message before (law L10). Without the store that is not known of an edit."""
    if case.observed is None:
        return case.event.kind == "edit"
    return case.observed.edit and rule.name in case.observed.given


def _add(wanted: Wanted, rule: Rule, place: int, action: Action, speaker: Speaker) -> bool:
    """Adds one action. True if it is given only once for a message."""
    if action.do == "strike" or action.do == "forgive":
        assert action.ladder is not None
        (_strike if action.do == "strike" else _forgive)(wanted, rule.name, action.ladder, action.times)
        return True
    text = speaker.says(action.text, rule)
    asked = Asked(
        wire_name(action),
        (Because(rule.name) if text is None else Because(rule.name, text),),
        text,
        action.duration,
        action.audience,
        speaker.says(action.group, rule),
    )
    if action.once is None:
        wanted.asked.append(asked)
    else:
        kept = asked.do in _KEPT_WITHOUT_TEXT
        silent = Asked(asked.do, (Because(rule.name),), None, action.duration) if kept else None
        wanted.throttled.append(Throttled(Throttle(f"{rule.name}#{place}", action.once), asked, silent))
    return asked.do in _ONCE or text is not None


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
