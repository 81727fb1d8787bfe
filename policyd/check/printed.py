"""Placeholders that never print anything where they stand."""

from __future__ import annotations

from typing import Final

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.facts import occasion
from policyd.check.walk import walk_through, with_parts
from policyd.language.diagnostics import Phrase

_DUE: Final = Phrase("texts after `remind after … then` and `late then`",
                     "`remind after … then` 和 `late then` 后的文字")  # fmt: skip
_STEP: Final = Phrase("texts of a streak's steps", "打卡奖励的文字")
_WAITING: Final = Phrase("texts after `pending then`", "`pending then` 后的文字")

_KNOWN_BY: Final = {"duty.": _DUE, "ticket.": _WAITING, "streak.": _STEP}
"""Who knows what is not known everywhere."""


def printed(policy: PolicyDraft) -> None:
    _timely(policy)
    for rule in policy.rules.values():
        conditions = [condition for condition in (rule.when, rule.unless) if condition is not None]
        parts = (part for each in conditions for part, _ in walk_through(each, policy.let_reads))
        matching = any(isinstance(part, r.Matches) for part in parts)
        for action in (*rule.then, *rule.otherwise):
            for part in action.text.parts if action.text else ():
                if not isinstance(part, r.TextFact):
                    continue
                if part.name.startswith("match.") and not matching:
                    policy.report("W305", part.span, name=part.name)
                elif part.name.startswith("ladder."):
                    policy.report("W306", part.span, name=part.name)


def _timely(policy: PolicyDraft) -> None:
    """What is known of a duty only when it comes due, of a ticket only while a review waits, of a streak only at its
    steps."""
    for rule in policy.rules.values():
        known = {"duty."} if any(occasion(kind) == "duty" for kind in rule.kinds) else set()
        known |= {"streak."} if any(occasion(kind) == "streak" for kind in rule.kinds) else set()
        known |= {"ticket."} if any(action.do == "pend review" for action in rule.then) else set()
        _check_known((*rule.then, *rule.otherwise), known, policy)
    for ladder in policy.ladders.values():
        for step in ladder.steps:
            _check_known(step.actions, set(), policy)


def _check_known(actions: tuple[r.Action, ...], known: set[str], policy: PolicyDraft) -> None:
    for action in with_parts(actions):
        for part in action.text.parts if action.text else ():
            if not isinstance(part, r.TextFact):
                continue
            for owner, where in _KNOWN_BY.items():
                if part.name.startswith(owner) and owner not in known:
                    policy.report("W307", part.span, name=part.name, where=where)
