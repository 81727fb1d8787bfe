"""Compares a decision with an `expect` (§8).

Content, member and request actions must be exactly those that are expected; other actions where they are named, or all
of them with `exactly`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from msgspec import UNSET, UnsetType

from policyd.check.resolved import PolicySet
from policyd.engine.case import plain
from policyd.engine.scenario_names import rules_of
from policyd.language.diagnostics import Phrase
from policyd.language.nodes import Expect, Expected
from policyd.language.source import Source
from policyd.model.decision import Action, Decision
from policyd.reference.printing import show_duration

PINNED: Final = frozenset(
    {"flag", "mask", "hold", "delete", "warn", "call_out", "mute", "remove", "ban", "admit", "refuse"}
)
"""The axes of which every action must be expected."""
_TO_A_GROUP: Final = ("assign", "move")


@dataclass(frozen=True)
class Mismatch:
    """`missing` were expected and did not come, `unexpected` came and were not expected; `rules` were expected among
    the reasons and are not there."""

    missing: tuple[Expected, ...] = ()
    unexpected: tuple[Action, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def summary(self) -> Phrase:
        """What is wrong, in a line."""
        if self.missing or self.unexpected:
            en, zh = [], []
            if self.missing:
                items = ", ".join(map(show_expected, self.missing))
                en, zh = [f"expected `{items}`"], [f"应有 `{items}`"]
            if self.unexpected:
                items = ", ".join(map(show_action, self.unexpected))
                en.append(f"did not expect `{items}`")
                zh.append(f"不应有 `{items}`")
            return Phrase(", ".join(en), ",".join(zh))
        rules = ", ".join(self.rules)
        return Phrase(
            f"the actions are right, but `{rules}` is not among their reasons",
            f"动作对了,但原因里没有 `{rules}`",
        )


def compare(expect: Expect, decision: Decision, policies: PolicySet, source: Source) -> Mismatch | None:
    """None where the decision is as expected."""
    left = [action for action in decision.actions if action.because]
    undecided = [action for action in decision.actions if not action.because]
    missing, met = [], []
    for item in sorted(expect.items, key=_specific, reverse=True):
        action = next((action for action in left + undecided if _meets(item, action)), None)
        if action is None:
            missing.append(item)
            continue
        met.append(action)
        (left if action in left else undecided).remove(action)
    everything = expect.exactly or not expect.items
    unexpected = tuple(action for action in left if everything or action.do in PINNED)
    if missing or unexpected:
        return Mismatch(tuple(item for item in expect.items if item in missing), unexpected)
    reasons = {because.rule for action in met for because in action.because}
    wanted = [(name.text, rules_of(name.text, policies, source)) for name in expect.because]
    absent = tuple(text for text, rules in wanted if reasons.isdisjoint(rules))
    return Mismatch(rules=absent) if absent else None


def _specific(item: Expected) -> int:
    pinned = (item.duration, item.text, item.audience, item.group, item.proposed, item.amount, item.target, item.of)
    return sum(value is not None for value in pinned)


def _meets(item: Expected, action: Action) -> bool:
    seconds = None if action.seconds is UNSET else action.seconds
    return (
        action.do == item.do.replace(" ", "_")
        and (item.duration is None or seconds == -(-item.duration // 1000))
        and (item.text is None or action.text == item.text)
        and (item.audience is None or action.to == item.audience)
        and (item.group is None or action.to == item.group)
        and (item.proposed is None or action.proposes == item.proposed.replace(" ", "_"))
        and (item.amount is None or action.amount == item.amount)
        and (item.target is None or action.to == item.target.text or _plain_to(action) == item.target.text)
        and (item.of is None or action.member == item.of)
    )


def show_expected(item: Expected) -> str:
    """As it would stand after `expect`."""
    if item.do == "add":
        tally = None if item.target is None else item.target.text
        return _added(item.amount, tally, item.of)
    duration = "" if item.duration is None else show_duration(item.duration)
    quoted = [_quoted(value) for value in (item.group, item.text) if value is not None]
    return " ".join(part for part in (item.do, item.proposed, item.audience, duration, *quoted) if part)


def show_action(action: Action) -> str:
    """As it would stand after `expect`, text included."""
    if action.do == "add":
        return _added(action.amount, _plain_to(action), action.member)
    proposed = "" if action.proposes is UNSET else action.proposes.replace("_", " ")
    to = "" if action.to is UNSET else _quoted(action.to) if action.do in _TO_A_GROUP else action.to
    duration = "" if action.seconds is UNSET else show_duration(action.seconds * 1000)
    text = "" if action.text is UNSET else _quoted(action.text)
    return " ".join(part for part in (action.do.replace("_", " "), proposed, to, duration, text) if part)


def _added(amount: int | UnsetType | None, tally: str | None, member: str | UnsetType | None) -> str:
    to, of = f" to {tally}" if tally else "", f" of {member}" if member else ""
    return f"add {amount}{to}{of}" if isinstance(amount, int) else "add"


def _plain_to(action: Action) -> str:
    """The tally of an `add`, without its policy."""
    return "" if action.to is UNSET else plain(action.to)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
