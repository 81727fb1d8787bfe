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
_WAITING: Final = Phrase("texts after `pending then`", "`pending then` 后的文字")


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
    """What is known of a duty only when it comes due, and of a ticket only while a review waits."""
    for rule in policy.rules.values():
        due = any(occasion(kind) == "duty" for kind in rule.kinds)
        waits = any(action.do == "pend review" for action in rule.then)
        _check_known((*rule.then, *rule.otherwise), due, waits, policy)
    for ladder in policy.ladders.values():
        for step in ladder.steps:
            _check_known(step.actions, False, False, policy)


def _check_known(actions: tuple[r.Action, ...], due: bool, waits: bool, policy: PolicyDraft) -> None:
    for action in with_parts(actions):
        for part in action.text.parts if action.text else ():
            if not isinstance(part, r.TextFact):
                continue
            if part.name.startswith("duty.") and not due:
                policy.report("W307", part.span, name=part.name, where=_DUE)
            elif part.name.startswith("ticket.") and not waits:
                policy.report("W307", part.span, name=part.name, where=_WAITING)
