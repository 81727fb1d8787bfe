"""Removals that nothing brakes, and brakes of what no rule does."""

from __future__ import annotations

from policyd.check import resolved as r
from policyd.check.draft import PolicyDraft
from policyd.check.roots import actions_of

_GRAVE = ("remove", "ban")


def braking(policy: PolicyDraft) -> None:
    """What is only proposed needs no brake: a human decides."""
    asked = [part for action in actions_of(policy) for part in (action, action.expire) if part is not None]
    braked = {word for brake in policy.header.brakes for word in brake.actions}
    grave = [action for action in asked if action.do in _GRAVE and action.do not in braked]
    if grave:
        first = min(grave, key=_place)
        policy.report("W330", first.span, action=first.do)
    done = {action.do for action in asked}
    for brake in policy.header.brakes:
        for word in brake.actions:
            if word not in done and not policy.findings.errors:
                policy.report("W331", brake.span, action=word)


def _place(action: r.Action) -> tuple[str, int]:
    return action.span.source.name, action.span.start
