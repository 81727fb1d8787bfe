"""What rules ask for, as far as it is known before any event: worked out once for each."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from policyd.check.resolved import Action, Rule, Text
from policyd.engine.asked import CONTENT, MEMBER, REQUEST, Asked, wire_name
from policyd.engine.resolve import Clock, Resolved, resolve
from policyd.model.decision import Because

EFFECTS: Final = frozenset(
    {"open duty", "close duty", "use review", "pend review", "refuse review", "set", "continue streak", "place"}
)
"""What is done to workflows and never told."""
_CLIMBS: Final = frozenset({"strike", "forgive"})
_COUNTED: Final = _CLIMBS | {"add"}
_EVERY_TIME: Final = (EFFECTS - {"set"}) | {*CONTENT, *REQUEST}
_ONCE: Final = _COUNTED | {*MEMBER, "reply", "notify", "lock", "unlock", "slow", "move", "propose", "set"}
_TELLS: Final = frozenset({"flag", "release", "reply", "notify", "lock", "unlock", "slow", "assign", "move"})
"""What the bot is told to do without anything being filed or kept of it, and that is not about the member."""
_NO_CLOCK: Final = Clock(None, None, {})


class Clause(Struct, frozen=True, gc=False):
    """An action of a rule. `cell` is the rule and the place of the action in it. `every_time`: given at every edit of a
    message, `once`: only once for a message (law L10). `asked`: what it asks for, where that is the same on every event
    and done at once."""

    action: Action
    cell: str
    every_time: bool
    once: bool
    asked: Asked | None


class Branch(Struct, frozen=True, gc=False):
    """The `then` of a rule, or its `otherwise`. `climbs`: it strikes or forgives. `once`: it has a clause that is given
    only once for a message. `tells`: all that comes of it is that the bot is told what to do; `resolved` is what, where
    that is always the same."""

    clauses: tuple[Clause, ...]
    climbs: bool
    once: bool
    tells: bool
    resolved: Resolved | None


def branch(rule: Rule, *, otherwise: bool) -> Branch:
    first = len(rule.then) if otherwise else 0
    actions = rule.otherwise if otherwise else rule.then
    clauses = tuple(_clause(action, rule, place) for place, action in enumerate(actions, first))
    tells = all(_only_tells(clause.action) for clause in clauses)
    asked = [clause.asked for clause in clauses if clause.asked is not None]
    is_always_the_same = tells and len(asked) == len(clauses) and not any(map(_has_an_end, asked))
    return Branch(
        clauses,
        any(action.do in _CLIMBS for action in actions),
        any(clause.once for clause in clauses),
        tells,
        resolve(asked, "", False, _NO_CLOCK) if is_always_the_same else None,
    )


def _clause(action: Action, rule: Rule, place: int) -> Clause:
    do = wire_name(action)
    is_once = do in _ONCE or (action.text is not None and do not in EFFECTS)
    return Clause(action, f"{rule.name}#{place}", action.do in _EVERY_TIME, is_once, _always_asked(action, rule))


def _only_tells(action: Action) -> bool:
    return action.do in _TELLS and action.once is None and action.digest is None


def _has_an_end(asked: Asked) -> bool:
    """Whether an instant is told with it, which is another on every event."""
    return asked.duration is not None and asked.do != "slow"


def _always_asked(action: Action, rule: Rule) -> Asked | None:
    if action.do in EFFECTS or action.do in _COUNTED or action.do == "propose":
        return None
    is_later = action.once is not None or action.digest is not None or action.wait
    if is_later or not (is_literal(action.text) and is_literal(action.group)):
        return None
    text, group = literal(action.text), literal(action.group)
    because = Because(rule.name) if text is None else Because(rule.name, text)
    return Asked(wire_name(action), (because,), text, action.duration, action.audience or group)


def is_literal(text: Text | None) -> bool:
    """Whether it prints no values."""
    return text is None or all(isinstance(part, str) for part in text.parts)


def literal(text: Text | None) -> str | None:
    """A text that prints no values."""
    return None if text is None else "".join(part for part in text.parts if isinstance(part, str))
